// SPDX-License-Identifier: GPL-2.0-or-later
/* The signers that a signature names, by libcrypto; those of a module are checked against bpf/signer.h. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pkcs7.h>

#include "policy/identity/base/parts.h"
#include "policy/identity/signature/signature.h"

/* "sha256", or the dotted number of what libcrypto does not know. */
static char *digest_name(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *oid;
	int nid;
	char dotted[128], *name, *at;

	X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	nid = OBJ_obj2nid(oid);
	if (nid == NID_undef)
		return OBJ_obj2txt(dotted, sizeof(dotted), oid, 1) > 0 ? strdup(dotted) : strdup("unknown");
	name = strdup(OBJ_nid2sn(nid));
	for (at = name; at && *at; at++)
		*at = tolower((unsigned char)*at);
	return name;
}

static int signer_read(CMS_SignerInfo *info, struct embargo_signer *signer)
{
	ASN1_OCTET_STRING *key_id = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_NAME *issuer = NULL;
	X509_ALGOR *digest = NULL;
	int r;

	if (!CMS_SignerInfo_get0_signer_id(info, &key_id, &issuer, &serial))
		return -EBADMSG;
	CMS_SignerInfo_get0_algs(info, NULL, NULL, &digest, NULL);
	signer->digest = digest_name(digest);
	if (!signer->digest)
		return -ENOMEM;
	if (key_id) {
		signer->key_id = embargo_octets_text(key_id);
		return signer->key_id ? 0 : -ENOMEM;
	}
	signer->common_name = embargo_common_name(issuer);
	r = embargo_name_text(issuer, &signer->issuer);
	return r ?: embargo_serial_text(serial, &signer->serial);
}

/* The fields of PKCS#7 have no functions to ask for them. */
static int signer_read_pkcs7(const PKCS7_SIGNER_INFO *info, struct embargo_signer *signer)
{
	const PKCS7_ISSUER_AND_SERIAL *name = info->issuer_and_serial;
	int r;

	if (!name || !name->issuer || !name->serial || !info->digest_alg)
		return -EBADMSG;
	signer->digest = digest_name(info->digest_alg);
	if (!signer->digest)
		return -ENOMEM;
	signer->common_name = embargo_common_name(name->issuer);
	r = embargo_name_text(name->issuer, &signer->issuer);
	return r ?: embargo_serial_text(name->serial, &signer->serial);
}

static int signers_read(STACK_OF(CMS_SignerInfo) * cms, STACK_OF(PKCS7_SIGNER_INFO) * pkcs7,
			struct embargo_signer **ret_signers, size_t *ret_count)
{
	int i, r = 0, count = cms ? sk_CMS_SignerInfo_num(cms) : pkcs7 ? sk_PKCS7_SIGNER_INFO_num(pkcs7) : 0;
	struct embargo_signer *signers;

	if (count <= 0)
		return -EBADMSG;
	signers = calloc(count, sizeof(*signers));
	if (!signers)
		return -ENOMEM;
	for (i = 0; !r && i < count; i++)
		r = cms ? signer_read(sk_CMS_SignerInfo_value(cms, i), &signers[i])
			: signer_read_pkcs7(sk_PKCS7_SIGNER_INFO_value(pkcs7, i), &signers[i]);
	if (r) {
		embargo_signers_free(signers, count);
		return r;
	}
	*ret_signers = signers;
	*ret_count = count;
	return 0;
}

int embargo_signers_of_cms(CMS_ContentInfo *cms, struct embargo_signer **ret_signers, size_t *ret_count)
{
	return signers_read(CMS_get0_SignerInfos(cms), NULL, ret_signers, ret_count);
}

int embargo_signers_of_pkcs7(PKCS7 *pkcs7, struct embargo_signer **ret_signers, size_t *ret_count)
{
	return signers_read(NULL, PKCS7_get_signer_info(pkcs7), ret_signers, ret_count);
}

int embargo_signers_read(const unsigned char *der, size_t size, struct embargo_signer **ret_signers,
			 size_t *ret_count)
{
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &der, size);
	int r = cms ? embargo_signers_of_cms(cms, ret_signers, ret_count) : -EBADMSG;

	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return r;
}
