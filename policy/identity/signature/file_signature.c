// SPDX-License-Identifier: GPL-2.0-or-later
/* A signature in DER -> signatures: who signed, with which certificates, when; and what is nested in it. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/err.h>

#include "policy/identity/signature/file_signature.h"

#define NESTED_MAX 8 /* signatures in signatures in … */

/* 1.3.6.1.4.1.311.2.4.1: further signatures of the same file, as an unsigned attribute */
static const unsigned char nested_oid[] = {0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 4, 1};

/* Authenticode is PKCS#7 whose content is not an OCTET STRING, which CMS cannot express. */
struct parsed {
	CMS_ContentInfo *cms;
	PKCS7 *pkcs7;
};

static void parsed_clear(struct parsed *parsed)
{
	CMS_ContentInfo_free(parsed->cms);
	PKCS7_free(parsed->pkcs7);
}

static bool parsed_open(struct parsed *parsed, const void *der, size_t size)
{
	const unsigned char *at = der;

	parsed->cms = d2i_CMS_ContentInfo(NULL, &at, size);
	if (parsed->cms)
		return true;
	at = der;
	parsed->pkcs7 = d2i_PKCS7(NULL, &at, size);
	return parsed->pkcs7 && PKCS7_type_is_signed(parsed->pkcs7) && parsed->pkcs7->d.sign;
}

int embargo_file_signature_add(struct embargo_identity *identity, enum embargo_file_signature_kind kind,
			       struct embargo_file_signature **ret_signature)
{
	struct embargo_file_signature *signatures = reallocarray(
		identity->signatures, identity->signature_count + 1, sizeof(*identity->signatures));

	if (!signatures)
		return -ENOMEM;
	identity->signatures = signatures;
	signatures[identity->signature_count] = (struct embargo_file_signature){
		.kind = kind,
		.first_certificate = identity->certificate_count,
	};
	*ret_signature = &signatures[identity->signature_count++];
	return 0;
}

int embargo_file_signature_certificate_add(struct embargo_identity *identity, X509 *x509)
{
	int r = embargo_certificate_add(x509, &identity->certificates, &identity->certificate_count);

	if (!r)
		identity->signatures[identity->signature_count - 1].certificate_count++;
	return r;
}

static int certificates_add(struct embargo_identity *identity, STACK_OF(X509) * certificates)
{
	struct embargo_file_signature *signature = &identity->signatures[identity->signature_count - 1];
	int i, r = 0;

	for (i = 0; i < sk_X509_num(certificates) && !r; i++) {
		if (signature->certificate_count == EMBARGO_FILE_SIGNATURE_CERTIFICATES_MAX)
			return embargo_file_signature_warning(signature,
							      "too many certificates, the rest was not read");
		r = embargo_file_signature_certificate_add(identity, sk_X509_value(certificates, i));
		if (r == -EBADMSG) /* the others count all the same */
			r = embargo_file_signature_warning(signature, "a certificate in it cannot be read");
	}
	return r;
}

static int signature_fill(struct embargo_identity *identity, const struct parsed *parsed)
{
	struct embargo_file_signature *signature = &identity->signatures[identity->signature_count - 1];
	STACK_OF(X509) *certificates = NULL;
	int r = parsed->cms
			? embargo_signers_of_cms(parsed->cms, &signature->signers, &signature->signer_count)
			: embargo_signers_of_pkcs7(parsed->pkcs7, &signature->signers,
						   &signature->signer_count);

	if (r == -EBADMSG)
		r = embargo_file_signature_warning(signature, "who signed cannot be read");
	if (r)
		return r;
	if (signature->signer_count && signature->signers[0].digest &&
	    !(signature->digest = strdup(signature->signers[0].digest)))
		return -ENOMEM;
	if (parsed->pkcs7)
		return certificates_add(identity, parsed->pkcs7->d.sign->cert);
	certificates = CMS_get1_certs(parsed->cms);
	r = certificates_add(identity, certificates);
	sk_X509_pop_free(certificates, X509_free);
	return r;
}

/* The unsigned attribute @index of the signer @signer; NULL: there is none. */
static X509_ATTRIBUTE *attribute_at(const struct parsed *parsed, int signer, int index)
{
	if (parsed->cms) {
		CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(parsed->cms), signer);

		return index < CMS_unsigned_get_attr_count(info) ? CMS_unsigned_get_attr(info, index) : NULL;
	}
	return sk_X509_ATTRIBUTE_value(
		sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(parsed->pkcs7), signer)->unauth_attr, index);
}

static int signer_count(const struct parsed *parsed)
{
	return parsed->cms ? sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(parsed->cms))
			   : sk_PKCS7_SIGNER_INFO_num(PKCS7_get_signer_info(parsed->pkcs7));
}

static int signatures_read(struct embargo_identity *identity, enum embargo_file_signature_kind kind,
			   const void *der, size_t size, const struct embargo_signed_bytes *signed_bytes,
			   int depth);

static int nested_read(struct embargo_identity *identity, enum embargo_file_signature_kind kind,
		       X509_ATTRIBUTE *attribute, const struct embargo_signed_bytes *signed_bytes, int depth)
{
	const ASN1_OBJECT *oid = X509_ATTRIBUTE_get0_object(attribute);
	const ASN1_TYPE *value;
	int i, r = 0;

	if (OBJ_length(oid) != sizeof(nested_oid) ||
	    memcmp(OBJ_get0_data(oid), nested_oid, sizeof(nested_oid)))
		return 0;
	for (i = 0; i < X509_ATTRIBUTE_count(attribute) && !r; i++) {
		value = X509_ATTRIBUTE_get0_type(attribute, i);
		if (value && value->type == V_ASN1_SEQUENCE)
			r = signatures_read(identity, kind, ASN1_STRING_get0_data(value->value.sequence),
					    ASN1_STRING_length(value->value.sequence), signed_bytes,
					    depth + 1);
	}
	return r;
}

/* After the signature itself is done: a nested one moves it. */
static int attributes_read(struct embargo_identity *identity, const struct parsed *parsed, size_t signature,
			   const struct embargo_signed_bytes *signed_bytes, int depth)
{
	X509_ATTRIBUTE *attribute;
	int signer, i, r = 0;

	for (signer = 0; signer < signer_count(parsed) && !r; signer++) {
		for (i = 0; (attribute = attribute_at(parsed, signer, i)) && !r; i++) {
			if (!identity->signatures[signature].time)
				identity->signatures[signature].time = embargo_file_signature_time(attribute);
			r = nested_read(identity, identity->signatures[signature].kind, attribute,
					signed_bytes, depth);
		}
	}
	return r;
}

static int signatures_read(struct embargo_identity *identity, enum embargo_file_signature_kind kind,
			   const void *der, size_t size, const struct embargo_signed_bytes *signed_bytes,
			   int depth)
{
	_cleanup_(parsed_clear) struct parsed parsed = {};
	struct embargo_file_signature *signature;
	size_t number = identity->signature_count;
	int r;

	if (number >= EMBARGO_FILE_SIGNATURES_MAX || depth > NESTED_MAX)
		return embargo_file_signature_warning(&identity->signatures[number - 1],
						      "too many signatures, the rest was not read");
	r = embargo_file_signature_add(identity, kind, &signature);
	if (r)
		return r;
	if (size > EMBARGO_FILE_SIGNATURE_SIZE_MAX)
		return embargo_file_signature_warning(signature, "the signature is too large to be read");
	if (!parsed_open(&parsed, der, size))
		return embargo_file_signature_warning(signature, "the signature cannot be read");
	r = signature_fill(identity, &parsed);
	if (!r && signed_bytes && (identity->want & EMBARGO_WANT_VERIFY))
		r = embargo_file_signature_verify(&identity->signatures[number], parsed.cms, parsed.pkcs7,
						  signed_bytes);
	return r ?: attributes_read(identity, &parsed, number, signed_bytes, depth);
}

int embargo_file_signatures_read(struct embargo_identity *identity, enum embargo_file_signature_kind kind,
				 const void *der, size_t size,
				 const struct embargo_signed_bytes *signed_bytes)
{
	int r = signatures_read(identity, kind, der, size, signed_bytes, 0);

	ERR_clear_error();
	return r;
}

int embargo_file_signature_add_key(struct embargo_identity *identity, enum embargo_file_signature_kind kind,
				   const char *digest, const char *key_id)
{
	struct embargo_file_signature *signature;
	int r = embargo_file_signature_add(identity, kind, &signature);

	if (r)
		return r;
	signature->signers = calloc(1, sizeof(*signature->signers));
	if (!signature->signers)
		return -ENOMEM;
	signature->signer_count = 1;
	signature->digest = digest ? strdup(digest) : NULL;
	signature->signers->digest = digest ? strdup(digest) : NULL;
	signature->signers->key_id = strdup(key_id);
	return signature->signers->key_id && (!digest || (signature->digest && signature->signers->digest))
		       ? 0
		       : -ENOMEM;
}
