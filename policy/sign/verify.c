// SPDX-License-Identifier: GPL-2.0-or-later
/* A detached CMS signature: whose is it, of what, and may they? */
#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>

#include "policy/sign/private.h"

#define DEPTH_MAX 8
#define PARTS_MAX 32 /* signers, and certificates that are carried along */

struct verifier {
	const struct embargo_trusted *trusted;
	STACK_OF(X509) * carried; /* certificates in the signature */
	const __u8 *sha256;
	time_t now;
};

/* Certificates of issuers whose CRL nobody put there are not looked up; all others are. */
static int heed_crls(int ok, X509_STORE_CTX *context)
{
	const struct embargo_trusted *trusted = X509_STORE_CTX_get_app_data(context);
	X509 *certificate = X509_STORE_CTX_get_current_cert(context);
	int i;

	if (ok || X509_STORE_CTX_get_error(context) != X509_V_ERR_UNABLE_TO_GET_CRL || !certificate)
		return ok;
	for (i = 0; i < sk_X509_CRL_num(trusted->crls); i++)
		if (!X509_NAME_cmp(X509_CRL_get_issuer(sk_X509_CRL_value(trusted->crls, i)),
				   X509_get_issuer_name(certificate)))
			return ok;
	X509_STORE_CTX_set_error(context, X509_V_OK);
	return 1;
}

static int refuse_chain(X509_STORE_CTX *context, const char *signer, struct embargo_reason *reason)
{
	X509 *certificate = X509_STORE_CTX_get_current_cert(context);
	int error = X509_STORE_CTX_get_error(context);
	char subject[EMBARGO_SIGN_NAME_SIZE] = "?", day[sizeof("2026-01-01")] = "?";

	if (certificate)
		embargo_sign_subject(certificate, subject);
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		embargo_sign_day(certificate ? X509_get0_notAfter(certificate) : NULL, day);
		return embargo_sign_refuse(reason, -EKEYEXPIRED,
					   "the certificate of %s expired on %s: renew it and sign again",
					   subject, day);
	case X509_V_ERR_CERT_NOT_YET_VALID:
		embargo_sign_day(certificate ? X509_get0_notBefore(certificate) : NULL, day);
		return embargo_sign_refuse(
			reason, -EKEYEXPIRED,
			"the certificate of %s is valid from %s on only: is the clock right?", subject, day);
	case X509_V_ERR_CERT_REVOKED:
		return embargo_sign_refuse(reason, -EKEYREVOKED, "the certificate of %s is revoked", subject);
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return embargo_sign_refuse(reason, -EKEYEXPIRED,
					   "the CRL for %s is out of date: put the present one there",
					   subject);
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		return embargo_sign_refuse(reason, -EKEYREJECTED,
					   "signed by %s, whom no trusted certificate vouches for", signer);
	default:
		return embargo_sign_refuse(reason, -EKEYREJECTED, "signed by %s, but %s: %s", signer, subject,
					   X509_verify_cert_error_string(error));
	}
}

/* The file that the certificate itself is in, or NULL. */
static const char *trusted_name(const struct embargo_trusted *trusted, X509 *certificate)
{
	size_t i;

	for (i = 0; i < trusted->count; i++)
		if (!X509_cmp(trusted->list[i].certificate, certificate))
			return trusted->list[i].name;
	return NULL;
}

/* The chain stands: may its certificates be used so, and how long? */
static int chain_evaluate(const struct verifier *verifier, X509_STORE_CTX *context,
			  struct embargo_signed *result, struct embargo_reason *reason)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
	int count = sk_X509_num(chain), i, r;
	const char *name = NULL;
	time_t expires;

	for (i = 0; i < count; i++) {
		r = embargo_sign_usable(sk_X509_value(chain, i), !i, reason);
		if (r)
			return r;
		expires = embargo_sign_time(X509_get0_notAfter(sk_X509_value(chain, i)));
		if (!i || expires < result->expires)
			result->expires = expires;
	}
	for (i = 0; i < count && !name; i++)
		name = trusted_name(verifier->trusted, sk_X509_value(chain, i));
	snprintf(result->trusted, sizeof(result->trusted), "%s", name ?: "?");
	return 0;
}

static int chain_verify(const struct verifier *verifier, X509 *certificate, struct embargo_signed *result,
			struct embargo_reason *reason)
{
	_cleanup_(X509_STORE_CTX_freep) X509_STORE_CTX *context = X509_STORE_CTX_new();
	unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN;
	X509_VERIFY_PARAM *settings;
	/* Of a signer who is trusted himself, nothing that the signature carries along can be asked. */
	bool pinned = trusted_name(verifier->trusted, certificate);

	if (!context || !X509_STORE_CTX_init(context, verifier->trusted->store, certificate,
					     pinned ? NULL : verifier->carried))
		return embargo_sign_refuse(reason, -ENOMEM, "%s", strerror(ENOMEM));
	if (sk_X509_CRL_num(verifier->trusted->crls))
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	settings = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_flags(settings, flags);
	X509_VERIFY_PARAM_set_time(settings, verifier->now);
	X509_VERIFY_PARAM_set_depth(settings, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(settings, EMBARGO_SIGN_LEVEL);
	X509_STORE_CTX_set_app_data(context, (void *)verifier->trusted);
	X509_STORE_CTX_set_verify_cb(context, heed_crls);
	if (X509_verify_cert(context) != 1)
		return refuse_chain(context, result->signer, reason);
	return chain_evaluate(verifier, context, result, reason);
}

static X509 *find_certificate(const struct verifier *verifier, CMS_SignerInfo *info)
{
	size_t i;
	int n;

	for (i = 0; i < verifier->trusted->count; i++)
		if (!CMS_SignerInfo_cert_cmp(info, verifier->trusted->list[i].certificate))
			return verifier->trusted->list[i].certificate;
	for (n = 0; n < sk_X509_num(verifier->carried); n++)
		if (!CMS_SignerInfo_cert_cmp(info, sk_X509_value(verifier->carried, n)))
			return sk_X509_value(verifier->carried, n);
	return NULL;
}

/* The one value of a signed attribute that must be there once. */
static void *attribute(CMS_SignerInfo *info, int nid, int type)
{
	return CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(nid), -3, type);
}

/* What is signed are the attributes, and one of them must be the SHA-256 of the content. */
static int check_form(CMS_SignerInfo *info, struct embargo_reason *reason)
{
	const ASN1_OBJECT *content = attribute(info, NID_pkcs9_contentType, V_ASN1_OBJECT);
	const ASN1_OCTET_STRING *digest = attribute(info, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
	X509_ALGOR *algorithm;

	CMS_SignerInfo_get0_algs(info, NULL, NULL, &algorithm, NULL);
	if (OBJ_obj2nid(algorithm->algorithm) != NID_sha256)
		return embargo_sign_refuse(reason, -EBADMSG,
					   "the signature is of another hash than SHA-256: "
					   "sign with `embargo policy sign' or -md sha256");
	if (CMS_signed_get_attr_count(info) < 0)
		return embargo_sign_refuse(reason, -EBADMSG,
					   "the signature has no signed attributes: "
					   "sign with `embargo policy sign', or without -noattr");
	if (!content || OBJ_obj2nid(content) != NID_pkcs7_data || !digest ||
	    ASN1_STRING_length(digest) != EMBARGO_SHA256_SIZE)
		return embargo_sign_refuse(reason, -EBADMSG,
					   "the signature's attributes are not those of a file");
	return 0;
}

static time_t signing_time(CMS_SignerInfo *info)
{
	X509_ATTRIBUTE *found =
		CMS_signed_get_attr(info, CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1));
	const ASN1_TYPE *value = found ? X509_ATTRIBUTE_get0_type(found, 0) : NULL;
	time_t time;

	if (!value || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
		return 0;
	time = embargo_sign_time(value->value.asn1_string);
	return time < 0 ? 0 : time;
}

static int info_verify(const struct verifier *verifier, CMS_SignerInfo *info,
		       struct embargo_signed *ret_signed, struct embargo_reason *reason)
{
	X509 *certificate = find_certificate(verifier, info);
	struct embargo_signed result = {.signer = ""};
	const ASN1_OCTET_STRING *digest;
	int r;

	if (!certificate)
		return embargo_sign_refuse(
			reason, -EKEYREJECTED,
			"the signer's certificate is neither in the signature nor trusted");
	embargo_sign_subject(certificate, result.signer);
	r = check_form(info, reason);
	if (r)
		return r;
	CMS_SignerInfo_set1_signer_cert(info, certificate);
	if (CMS_SignerInfo_verify(info) != 1)
		return embargo_sign_refuse(reason, -EBADMSG,
					   "the signature is not that of %s: forged or damaged",
					   result.signer);
	r = chain_verify(verifier, certificate, &result, reason);
	if (r)
		return r;
	digest = attribute(info, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
	if (memcmp(ASN1_STRING_get0_data(digest), verifier->sha256, EMBARGO_SHA256_SIZE))
		return embargo_sign_refuse(
			reason, -EKEYREJECTED,
			"not what %s signed: the file was changed, or the signature is another's",
			result.signer);
	result.time = signing_time(info);
	*ret_signed = result;
	return 0;
}

/* One good signature is enough: several signers make a change of keys possible. */
static int cms_verify(struct verifier *verifier, CMS_ContentInfo *cms, struct embargo_signed *ret_signed,
		      struct embargo_reason *reason)
{
	_cleanup_(embargo_x509_stackp) STACK_OF(X509) *carried = CMS_get1_certs(cms);
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
	int count = sk_CMS_SignerInfo_num(infos), i, r, first = 0;

	if (count < 1 || count > PARTS_MAX || sk_X509_num(carried) > PARTS_MAX)
		return embargo_sign_refuse(reason, -EBADMSG, "the signature has no signer, or too many");
	verifier->carried = carried;
	for (i = 0; i < count; i++) {
		r = info_verify(verifier, sk_CMS_SignerInfo_value(infos, i), ret_signed, i ? NULL : reason);
		if (!r)
			return 0;
		first = first ?: r;
	}
	return first;
}

int embargo_sign_verify(const struct embargo_trusted *trusted, const void *data, size_t size,
			const __u8 sha256[EMBARGO_SHA256_SIZE], time_t now, struct embargo_signed *ret_signed,
			struct embargo_reason *reason)
{
	_cleanup_(CMS_ContentInfo_freep) CMS_ContentInfo *cms = NULL;
	struct verifier verifier = {.trusted = trusted, .sha256 = sha256, .now = now};
	const unsigned char *at = data;
	int r;

	if (size > EMBARGO_SIGN_SIZE_MAX)
		return embargo_sign_refuse(reason, -EBADMSG, "the signature is larger than %lu bytes",
					   EMBARGO_SIGN_SIZE_MAX);
	cms = d2i_CMS_ContentInfo(NULL, &at, size);
	if (!cms || at != (const unsigned char *)data + size ||
	    OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		r = embargo_sign_refuse(reason, -EBADMSG, "the signature is not CMS signed data in DER");
	else if (CMS_is_detached(cms) != 1 || OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_pkcs7_data)
		r = embargo_sign_refuse(reason, -EBADMSG, "the signature is not detached from what it signs");
	else
		r = cms_verify(&verifier, cms, ret_signed, reason);
	ERR_clear_error();
	return r;
}
