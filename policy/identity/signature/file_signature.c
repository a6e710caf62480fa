// SPDX-License-Identifier: GPL-2.0-or-later
/* A signature in DER -> seals: who signed, with which certificates, when; and what is nested in it. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/err.h>

#include "policy/identity/parts.h"
#include "policy/identity/signature/file_signature.h"

#define NESTED_MAX 8 /* signatures in signatures in … */

/* 1.3.6.1.4.1.311.2.4.1: further signatures of the same file, as an unsigned attribute */
static const unsigned char nested_oid[] = {0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 4, 1};

/* Authenticode is PKCS#7 whose content is no string, which CMS cannot say. */
struct signature {
	CMS_ContentInfo *cms;
	PKCS7 *pkcs7;
};

static void signature_clear(struct signature *signature)
{
	CMS_ContentInfo_free(signature->cms);
	PKCS7_free(signature->pkcs7);
}

static bool signature_open(struct signature *signature, const void *der, size_t size)
{
	const unsigned char *at = der;

	signature->cms = d2i_CMS_ContentInfo(NULL, &at, size);
	if (signature->cms)
		return true;
	at = der;
	signature->pkcs7 = d2i_PKCS7(NULL, &at, size);
	return signature->pkcs7 && PKCS7_type_is_signed(signature->pkcs7) && signature->pkcs7->d.sign;
}

const char *embargo_seal_name(enum embargo_seal_kind kind)
{
	static const char *const names[] = {
		[EMBARGO_SEAL_AUTHENTICODE] = "Authenticode",
		[EMBARGO_SEAL_APPENDED] = "appended",
		[EMBARGO_SEAL_IMA] = "IMA",
		[EMBARGO_SEAL_JAR] = "JAR",
		[EMBARGO_SEAL_PACKAGE] = "package",
	};

	return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "?";
}

static bool same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

int embargo_seal_names(const struct embargo_seal *seal, const struct embargo_certificate *certificate)
{
	size_t i;

	for (i = 0; i < seal->signer_count; i++) {
		const struct embargo_signer *signer = &seal->signers[i];

		if (same_text(signer->key_id, certificate->key_id) ||
		    (same_text(signer->serial, certificate->serial) &&
		     same_text(signer->issuer, certificate->issuer)))
			return 1;
	}
	return 0;
}

int embargo_seal_trouble(struct embargo_seal *seal, const char *text)
{
	if (!seal->trouble)
		seal->trouble = strdup(text);
	return seal->trouble ? 0 : -ENOMEM;
}

int embargo_seal_add(struct embargo_identity *identity, enum embargo_seal_kind kind,
		     struct embargo_seal **ret_seal)
{
	struct embargo_seal *seals =
		reallocarray(identity->seals, identity->seal_count + 1, sizeof(*identity->seals));

	if (!seals)
		return -ENOMEM;
	identity->seals = seals;
	seals[identity->seal_count] = (struct embargo_seal){
		.kind = kind,
		.first_certificate = identity->certificate_count,
	};
	*ret_seal = &seals[identity->seal_count++];
	return 0;
}

int embargo_seal_certificate_add(struct embargo_identity *identity, X509 *x509)
{
	int r = embargo_certificate_add(x509, &identity->certificates, &identity->certificate_count);

	if (!r)
		identity->seals[identity->seal_count - 1].certificate_count++;
	return r;
}

static int certificates_add(struct embargo_identity *identity, STACK_OF(X509) * certificates)
{
	struct embargo_seal *seal = &identity->seals[identity->seal_count - 1];
	int i, r = 0;

	for (i = 0; i < sk_X509_num(certificates) && !r; i++) {
		if (seal->certificate_count == EMBARGO_SEAL_CERTIFICATES_MAX)
			return embargo_seal_trouble(seal, "too many certificates, the rest was not read");
		r = embargo_seal_certificate_add(identity, sk_X509_value(certificates, i));
		if (r == -EBADMSG) /* the others count all the same */
			r = embargo_seal_trouble(seal, "a certificate in it cannot be read");
	}
	return r;
}

static int seal_fill(struct embargo_identity *identity, const struct signature *signature)
{
	struct embargo_seal *seal = &identity->seals[identity->seal_count - 1];
	STACK_OF(X509) *certificates = NULL;
	int r = signature->cms
			? embargo_signers_of_cms(signature->cms, &seal->signers, &seal->signer_count)
			: embargo_signers_of_pkcs7(signature->pkcs7, &seal->signers, &seal->signer_count);

	if (r == -EBADMSG)
		r = embargo_seal_trouble(seal, "who signed cannot be read");
	if (r)
		return r;
	if (seal->signer_count && seal->signers[0].digest &&
	    !(seal->digest = strdup(seal->signers[0].digest)))
		return -ENOMEM;
	if (signature->pkcs7)
		return certificates_add(identity, signature->pkcs7->d.sign->cert);
	certificates = CMS_get1_certs(signature->cms);
	r = certificates_add(identity, certificates);
	sk_X509_pop_free(certificates, X509_free);
	return r;
}

/* The unsigned attribute @index of the signer @signer; NULL: there is none. */
static X509_ATTRIBUTE *attribute_at(const struct signature *signature, int signer, int index)
{
	if (signature->cms) {
		CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(signature->cms), signer);

		return index < CMS_unsigned_get_attr_count(info) ? CMS_unsigned_get_attr(info, index) : NULL;
	}
	return sk_X509_ATTRIBUTE_value(
		sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(signature->pkcs7), signer)->unauth_attr,
		index);
}

static int signer_count(const struct signature *signature)
{
	return signature->cms ? sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(signature->cms))
			      : sk_PKCS7_SIGNER_INFO_num(PKCS7_get_signer_info(signature->pkcs7));
}

static int seals_read(struct embargo_identity *identity, enum embargo_seal_kind kind, const void *der,
		      size_t size, const struct embargo_sealed *sealed, int depth);

static int nested_read(struct embargo_identity *identity, enum embargo_seal_kind kind,
		       X509_ATTRIBUTE *attribute, const struct embargo_sealed *sealed, int depth)
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
			r = seals_read(identity, kind, ASN1_STRING_get0_data(value->value.sequence),
				       ASN1_STRING_length(value->value.sequence), sealed, depth + 1);
	}
	return r;
}

/* After the seal itself is done: a nested one moves it. */
static int attributes_read(struct embargo_identity *identity, const struct signature *signature, size_t seal,
			   const struct embargo_sealed *sealed, int depth)
{
	X509_ATTRIBUTE *attribute;
	int signer, i, r = 0;

	for (signer = 0; signer < signer_count(signature) && !r; signer++) {
		for (i = 0; (attribute = attribute_at(signature, signer, i)) && !r; i++) {
			if (!identity->seals[seal].time)
				identity->seals[seal].time = embargo_seal_time(attribute);
			r = nested_read(identity, identity->seals[seal].kind, attribute, sealed, depth);
		}
	}
	return r;
}

static int seals_read(struct embargo_identity *identity, enum embargo_seal_kind kind, const void *der,
		      size_t size, const struct embargo_sealed *sealed, int depth)
{
	_cleanup_(signature_clear) struct signature signature = {};
	struct embargo_seal *seal;
	size_t number = identity->seal_count;
	int r;

	if (number >= EMBARGO_SEALS_MAX || depth > NESTED_MAX)
		return embargo_seal_trouble(&identity->seals[number - 1],
					    "too many signatures, the rest was not read");
	r = embargo_seal_add(identity, kind, &seal);
	if (r)
		return r;
	if (size > EMBARGO_SEAL_SIZE_MAX)
		return embargo_seal_trouble(seal, "the signature is too large to be read");
	if (!signature_open(&signature, der, size))
		return embargo_seal_trouble(seal, "the signature cannot be read");
	r = seal_fill(identity, &signature);
	if (!r && sealed && (identity->want & EMBARGO_WANT_VERIFY))
		r = embargo_seal_verify(&identity->seals[number], signature.cms, signature.pkcs7, sealed);
	return r ?: attributes_read(identity, &signature, number, sealed, depth);
}

int embargo_seals_read(struct embargo_identity *identity, enum embargo_seal_kind kind, const void *der,
		       size_t size, const struct embargo_sealed *sealed)
{
	int r = seals_read(identity, kind, der, size, sealed, 0);

	ERR_clear_error();
	return r;
}
