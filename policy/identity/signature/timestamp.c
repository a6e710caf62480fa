// SPDX-License-Identifier: GPL-2.0-or-later
/* When a signature was countersigned: by an RFC 3161 token, or the older PKCS#9 countersignature. */
#include <string.h>

#include <openssl/asn1t.h>
#include <openssl/ts.h>

#include "policy/identity/signature/file_signature.h"

/* 1.3.6.1.4.1.311.3.3.1 */
static const unsigned char microsoft_token[] = {0x2b, 6, 1, 4, 1, 0x82, 0x37, 3, 3, 1};

static char *token_time(const ASN1_STRING *der)
{
	const unsigned char *at = ASN1_STRING_get0_data(der);
	CMS_ContentInfo *token = d2i_CMS_ContentInfo(NULL, &at, ASN1_STRING_length(der));
	ASN1_OCTET_STRING **content = token ? CMS_get0_content(token) : NULL;
	TS_TST_INFO *info = NULL;
	char *text = NULL;

	if (content && *content) {
		at = ASN1_STRING_get0_data(*content);
		info = d2i_TS_TST_INFO(NULL, &at, ASN1_STRING_length(*content));
	}
	if (info)
		text = embargo_time_text(TS_TST_INFO_get_time(info));
	TS_TST_INFO_free(info);
	CMS_ContentInfo_free(token);
	return text;
}

static char *countersigner_time(const ASN1_STRING *der)
{
	const unsigned char *at = ASN1_STRING_get0_data(der);
	PKCS7_SIGNER_INFO *info = d2i_PKCS7_SIGNER_INFO(NULL, &at, ASN1_STRING_length(der));
	const ASN1_TYPE *time = info ? PKCS7_get_signed_attribute(info, NID_pkcs9_signingTime) : NULL;
	char *text = NULL;

	if (time && (time->type == V_ASN1_UTCTIME || time->type == V_ASN1_GENERALIZEDTIME))
		text = embargo_time_text(time->value.asn1_string);
	PKCS7_SIGNER_INFO_free(info);
	return text;
}

char *embargo_file_signature_time(const X509_ATTRIBUTE *attribute)
{
	const ASN1_OBJECT *oid = X509_ATTRIBUTE_get0_object((X509_ATTRIBUTE *)attribute);
	const ASN1_TYPE *value = X509_ATTRIBUTE_get0_type((X509_ATTRIBUTE *)attribute, 0);
	int nid = OBJ_obj2nid(oid);

	if (!value || value->type != V_ASN1_SEQUENCE)
		return NULL;
	if (nid == NID_pkcs9_countersignature)
		return countersigner_time(value->value.sequence);
	if (nid == NID_id_smime_aa_timeStampToken ||
	    (OBJ_length(oid) == sizeof(microsoft_token) &&
	     !memcmp(OBJ_get0_data(oid), microsoft_token, sizeof(microsoft_token))))
		return token_time(value->value.sequence);
	return NULL;
}
