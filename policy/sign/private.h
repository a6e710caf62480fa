/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of policy/sign/ share: OpenSSL's things, and words for them. */
#ifndef EMBARGO_POLICY_SIGN_PRIVATE_H
#define EMBARGO_POLICY_SIGN_PRIVATE_H

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "policy/sign/sign.h"

#define EMBARGO_SIGN_BITS_MIN 112 /* strength of keys and hashes: RSA 2048, SHA-224; OpenSSL's level 2 */
#define EMBARGO_SIGN_LEVEL 2

EMBARGO_CLEANUP(BIO, BIO_free_all);
EMBARGO_CLEANUP(X509, X509_free);
EMBARGO_CLEANUP(CMS_ContentInfo, CMS_ContentInfo_free);
EMBARGO_CLEANUP(X509_STORE_CTX, X509_STORE_CTX_free);

static inline void embargo_x509_stackp(STACK_OF(X509) * *stack)
{
	sk_X509_pop_free(*stack, X509_free);
}

/* An element of struct embargo_trusted. */
struct embargo_trusted_certificate {
	X509 *certificate;
	char *name; /* of its file */
};

struct embargo_trusted {
	X509_STORE *store; /* all of them, and the CRLs */
	struct embargo_trusted_certificate *list;
	size_t count;
	size_t capacity;
	STACK_OF(X509_CRL) * crls;
};

/* file.c: "%s" into @reason (may be NULL); returns @error, a negative errno */
int embargo_sign_refuse(struct embargo_reason *reason, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Is it root's or ours, and nobody else's to write? */
int embargo_sign_owner_check(int fd, struct embargo_reason *reason);

/* trust.c */
void embargo_sign_subject(X509 *certificate, char text[EMBARGO_SIGN_NAME_SIZE]);
time_t embargo_sign_time(const ASN1_TIME *time);			       /* -1: it is none */
void embargo_sign_day(const ASN1_TIME *time, char text[sizeof("2026-01-01")]); /* in UTC */
/* What its extensions say it may be used for. @signer: it signs, else it issues. */
int embargo_sign_usable(X509 *certificate, bool signer, struct embargo_reason *reason);
/* PEM never asks for a passphrase there. */
int embargo_sign_no_passphrase(char *text, int size, int twice, void *context);

#endif
