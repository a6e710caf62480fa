/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures in CMS and PKCS#7, wherever a file keeps them: how they become signatures of its identity. */
#ifndef EMBARGO_POLICY_IDENTITY_SIGNATURE_FILE_SIGNATURE_H
#define EMBARGO_POLICY_IDENTITY_SIGNATURE_FILE_SIGNATURE_H

#include <openssl/cms.h>
#include <openssl/pkcs7.h>

#include "policy/identity/base/parts.h"
#include "policy/identity/signature/signature.h"

#define EMBARGO_FILE_SIGNATURES_MAX 64		      /* of one file; further ones are trouble */
#define EMBARGO_FILE_SIGNATURE_SIZE_MAX (4U << 20)    /* bytes of one signature in DER */
#define EMBARGO_FILE_SIGNATURE_CERTIFICATES_MAX 1024U /* of one signature */

struct embargo_extent {
	__u64 at, end;
};

/* What a signature is over: parts of a file, or of memory. */
struct embargo_signed_bytes {
	int fd; /* -1: .bytes */
	const void *bytes;
	struct embargo_extent extents[4];
	unsigned int extent_count;
	unsigned int zeros; /* bytes of padding that follow */
};

/* signed_bytes.c: to read it from; NULL: no memory. @signed_bytes must outlive it. */
BIO *embargo_signed_bytes_bio(const struct embargo_signed_bytes *signed_bytes);
int embargo_signed_bytes_hash(const struct embargo_signed_bytes *signed_bytes, const EVP_MD *algorithm,
			      unsigned char ret_hash[EVP_MAX_MD_SIZE], size_t *ret_size);

/*
 * file_signature.c: the signature in DER becomes a signature, those nested in it one each. What
 * cannot be read is told in the signature. @signed_bytes: to check the signature with, if
 * the identity wants it; NULL: it cannot be checked. 0 or -ENOMEM.
 */
int embargo_file_signatures_read(struct embargo_identity *identity, enum embargo_file_signature_kind kind,
				 const void *der, size_t size,
				 const struct embargo_signed_bytes *signed_bytes);
/* An empty signature, at the end; certificates that are added next are its. Any further one may move it. */
int embargo_file_signature_add(struct embargo_identity *identity, enum embargo_file_signature_kind kind,
			       struct embargo_file_signature **ret_signature);
/* To the identity's last signature. @x509 stays the caller's. */
int embargo_file_signature_certificate_add(struct embargo_identity *identity, X509 *x509);

/* verify.c: fills in .verified; @cms or @pkcs7 is NULL. */
int embargo_file_signature_verify(struct embargo_file_signature *signature, CMS_ContentInfo *cms,
				  PKCS7 *pkcs7, const struct embargo_signed_bytes *signed_bytes);

/* timestamp.c: when it was countersigned, by what the signature's own attributes say; NULL: not said. To be
 * freed. */
char *embargo_file_signature_time(const X509_ATTRIBUTE *attribute);

#endif
