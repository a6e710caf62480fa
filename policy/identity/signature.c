// SPDX-License-Identifier: GPL-2.0-or-later
/* The signers of a module, by libcrypto: for people to read, and checked against bpf/signer.h. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "policy/identity/parts.h"

void embargo_signers_free(struct embargo_signer *signers, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(signers[i].issuer);
		free(signers[i].common_name);
		free(signers[i].serial);
		free(signers[i].key_id);
		free(signers[i].digest);
	}
	free(signers);
}

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

int embargo_signers_read(const unsigned char *der, size_t size, struct embargo_signer **ret_signers,
			 size_t *ret_count)
{
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &der, size);
	STACK_OF(CMS_SignerInfo) *infos = cms ? CMS_get0_SignerInfos(cms) : NULL;
	struct embargo_signer *signers = NULL;
	int i, r = 0, count = infos ? sk_CMS_SignerInfo_num(infos) : 0;

	if (count <= 0)
		r = -EBADMSG;
	if (!r && !(signers = calloc(count, sizeof(*signers))))
		r = -ENOMEM;
	for (i = 0; !r && i < count; i++)
		r = signer_read(sk_CMS_SignerInfo_value(infos, i), &signers[i]);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	if (r) {
		if (signers)
			embargo_signers_free(signers, count);
		return r;
	}
	*ret_signers = signers;
	*ret_count = count;
	return 0;
}
