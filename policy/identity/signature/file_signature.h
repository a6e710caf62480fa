/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures in CMS and PKCS#7, wherever a file keeps them: how they become seals of its identity. */
#ifndef EMBARGO_POLICY_IDENTITY_SIGNATURE_FILE_SIGNATURE_H
#define EMBARGO_POLICY_IDENTITY_SIGNATURE_FILE_SIGNATURE_H

#include <openssl/cms.h>
#include <openssl/pkcs7.h>

#include "policy/identity/identity.h"

#define EMBARGO_SEALS_MAX 64		    /* of one file; further ones are trouble */
#define EMBARGO_SEAL_SIZE_MAX (4U << 20)    /* bytes of one signature in DER */
#define EMBARGO_SEAL_CERTIFICATES_MAX 1024U /* of one signature */

struct embargo_extent {
	__u64 at, end;
};

/* What a signature is over: parts of a file, or of memory. */
struct embargo_sealed {
	int fd; /* -1: .bytes */
	const void *bytes;
	struct embargo_extent extents[4];
	unsigned int extent_count;
	unsigned int zeros; /* bytes of padding that follow */
};

/* sealed.c: to read it from; NULL: no memory. @sealed must outlive it. */
BIO *embargo_sealed_bio(const struct embargo_sealed *sealed);
int embargo_sealed_hash(const struct embargo_sealed *sealed, const EVP_MD *algorithm,
			unsigned char ret_hash[EVP_MAX_MD_SIZE], size_t *ret_size);

/*
 * seal.c: the signature in DER becomes a seal, those nested in it one each. What
 * cannot be read is told in the seal. @sealed: to check the signature with, if
 * the identity wants it; NULL: it cannot be checked. 0 or -ENOMEM.
 */
int embargo_seals_read(struct embargo_identity *identity, enum embargo_seal_kind kind, const void *der,
		       size_t size, const struct embargo_sealed *sealed);
/* An empty seal, at the end; certificates that are added next are its. Any further one may move it. */
int embargo_seal_add(struct embargo_identity *identity, enum embargo_seal_kind kind,
		     struct embargo_seal **ret_seal);
/* To the identity's last seal. @x509 stays the caller's. */
int embargo_seal_certificate_add(struct embargo_identity *identity, X509 *x509);
/* Why it could not be read or verified; the first is kept. */
int embargo_seal_trouble(struct embargo_seal *seal, const char *text);

/* seal_verify.c: fills in .verified; @cms or @pkcs7 is NULL. */
int embargo_seal_verify(struct embargo_seal *seal, CMS_ContentInfo *cms, PKCS7 *pkcs7,
			const struct embargo_sealed *sealed);

/* seal_time.c: when it was countersigned, by what the signature's own attributes say; NULL: not said. To be
 * freed. */
char *embargo_seal_time(const X509_ATTRIBUTE *attribute);

#endif
