// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does a signature fit the file, and the certificate of who it says has signed?
 * Nothing is said of trust in that certificate, of its dates or of revocation.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/err.h>

#include "policy/identity/signature/file_signature.h"

/* 1.3.6.1.4.1.311.2.1.4: SpcIndirectDataContent, whose digest is that of the file */
static const unsigned char indirect_oid[] = {0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 1, 4};

/* The element at *@at, up to @end; its content is from *@ret_content, *@at is behind it. */
static bool element_next(const unsigned char **at, const unsigned char *end,
			 const unsigned char **ret_content, long *ret_size)
{
	int tag, class;

	*ret_content = *at;
	if (*at >= end || ASN1_get_object(ret_content, ret_size, &tag, &class, end - *at) & 0x81)
		return false;
	*at = *ret_content + *ret_size;
	return true;
}

/* SEQUENCE { SpcAttributeTypeAndOptionalValue, DigestInfo } */
static const char *digest_check(const unsigned char *content, long size,
				const struct embargo_signed_bytes *signed_bytes)
{
	const unsigned char *end = content + size, *inner;
	unsigned char hash[EVP_MAX_MD_SIZE];
	const ASN1_OCTET_STRING *expected;
	const X509_ALGOR *algorithm;
	const ASN1_OBJECT *oid;
	const EVP_MD *digest;
	X509_SIG *info = NULL;
	const char *warning = NULL;
	size_t hash_size;
	long inner_size;

	if (element_next(&content, end, &inner, &inner_size))
		info = d2i_X509_SIG(NULL, &content, end - content);
	if (!info)
		return "the hash that was signed cannot be read";
	X509_SIG_get0(info, &algorithm, &expected);
	X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	digest = EVP_get_digestbyobj(oid);
	if (!digest || embargo_signed_bytes_hash(signed_bytes, digest, hash, &hash_size))
		warning = "the file cannot be hashed as the signature asks";
	else if ((size_t)ASN1_STRING_length(expected) != hash_size ||
		 memcmp(ASN1_STRING_get0_data(expected), hash, hash_size))
		warning = "the file is not what was signed";
	X509_SIG_free(info);
	return warning;
}

static const char *last_warning(void)
{
	unsigned long error = ERR_peek_last_error();
	int reason = ERR_GET_REASON(error);

	if ((ERR_GET_LIB(error) == ERR_LIB_CMS && reason == CMS_R_SIGNER_CERTIFICATE_NOT_FOUND) ||
	    (ERR_GET_LIB(error) == ERR_LIB_PKCS7 && reason == PKCS7_R_SIGNER_CERTIFICATE_NOT_FOUND))
		return "the signer's certificate is not in it";
	return "the signature does not fit";
}

/* What is signed is the content without its outermost header. */
static const char *authenticode_check(PKCS7 *pkcs7, const struct embargo_signed_bytes *signed_bytes)
{
	const PKCS7 *contents = pkcs7->d.sign->contents;
	struct embargo_signed_bytes signed_part = {.fd = -1, .extent_count = 1};
	const unsigned char *at, *content;
	const char *warning;
	long size;
	BIO *bio;

	if (OBJ_length(contents->type) != sizeof(indirect_oid) ||
	    memcmp(OBJ_get0_data(contents->type), indirect_oid, sizeof(indirect_oid)) || !contents->d.other ||
	    contents->d.other->type != V_ASN1_SEQUENCE)
		return "what was signed is no hash of a file";
	at = ASN1_STRING_get0_data(contents->d.other->value.sequence);
	if (!element_next(&at, at + ASN1_STRING_length(contents->d.other->value.sequence), &content, &size))
		return "what was signed cannot be read";
	warning = digest_check(content, size, signed_bytes);
	if (warning)
		return warning;
	/* No BIO of memory: PKCS7_verify() makes another of one, and loses it where it fails early. */
	signed_part.bytes = content;
	signed_part.extents[0].end = size;
	bio = embargo_signed_bytes_bio(&signed_part);
	if (!bio || PKCS7_verify(pkcs7, NULL, NULL, bio, NULL, PKCS7_NOVERIFY | PKCS7_BINARY) != 1)
		warning = last_warning();
	BIO_free(bio);
	return warning;
}

static const char *detached_check(CMS_ContentInfo *cms, const struct embargo_signed_bytes *signed_bytes)
{
	BIO *bio = embargo_signed_bytes_bio(signed_bytes);
	const char *warning = NULL;

	/* A content of its own would be checked instead of the file. */
	if (CMS_is_detached(cms) != 1)
		warning = "it signs what is in it, not the file";
	else if (!bio || CMS_verify(cms, NULL, NULL, bio, NULL, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
		warning = last_warning();
	BIO_free(bio);
	return warning;
}

int embargo_file_signature_verify(struct embargo_file_signature *signature, CMS_ContentInfo *cms,
				  PKCS7 *pkcs7, const struct embargo_signed_bytes *signed_bytes)
{
	const char *warning;

	ERR_clear_error();
	warning = cms ? detached_check(cms, signed_bytes) : authenticode_check(pkcs7, signed_bytes);
	ERR_clear_error();
	signature->verified = warning ? EMBARGO_VERIFIED_NO : EMBARGO_VERIFIED_YES;
	return warning ? embargo_file_signature_warning(signature, warning) : 0;
}
