// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificate files, PEM or DER: the names and hashes that signer rules are made of. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "policy/identity/parts.h"

#define CERTIFICATES_MAX 4096 /* a host's whole store of authorities has 150 */

void embargo_certificates_free(struct embargo_certificate *certificates, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(certificates[i].subject);
		free(certificates[i].issuer);
		free(certificates[i].serial);
		free(certificates[i].key_id);
		free(certificates[i].not_before);
		free(certificates[i].not_after);
	}
	free(certificates);
}

static int hash_der(int size, unsigned char *der, __u8 *ret_sha256)
{
	struct embargo_digests digests;
	int r;

	if (size < 0)
		return -EBADMSG;
	r = embargo_hash_memory(der, size, 0, &digests);
	OPENSSL_free(der);
	if (!r)
		memcpy(ret_sha256, digests.sha256, EMBARGO_SHA256_SIZE);
	return r;
}

static int certificate_read(X509 *x509, struct embargo_certificate *certificate)
{
	const ASN1_OCTET_STRING *key_id = X509_get0_subject_key_id(x509);
	unsigned char *der = NULL;
	int r, size;

	r = embargo_name_text(X509_get_subject_name(x509), &certificate->subject);
	if (!r)
		r = embargo_name_text(X509_get_issuer_name(x509), &certificate->issuer);
	if (!r)
		r = embargo_serial_text(X509_get0_serialNumber(x509), &certificate->serial);
	if (!r && key_id && !(certificate->key_id = embargo_octets_text(key_id)))
		r = -ENOMEM;
	if (!r) {
		size = i2d_X509(x509, &der);
		r = hash_der(size, der, certificate->sha256);
	}
	if (!r) {
		der = NULL;
		size = i2d_re_X509_tbs(x509, &der);
		r = hash_der(size, der, certificate->tbs_sha256);
	}
	if (!r) {
		der = NULL;
		size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
		r = hash_der(size, der, certificate->spki_sha256);
	}
	return r;
}

/* Takes @x509 over, NULL too: the end. */
static int certificate_add(X509 *x509, struct embargo_certificate **certificates, size_t *count)
{
	struct embargo_certificate *more;
	int r;

	more = realloc(*certificates, (*count + 1) * sizeof(*more));
	if (!more) {
		X509_free(x509);
		return -ENOMEM;
	}
	*certificates = more;
	memset(&more[*count], 0, sizeof(*more));
	(*count)++;
	r = certificate_read(x509, &more[*count - 1]);
	X509_free(x509);
	return r;
}

static int pem_read(const void *bytes, size_t size, struct embargo_certificate **certificates, size_t *count)
{
	BIO *in = BIO_new_mem_buf(bytes, size);
	X509 *x509;
	int r = 0;

	if (!in)
		return -ENOMEM;
	while (!r && *count < CERTIFICATES_MAX && (x509 = PEM_read_bio_X509(in, NULL, NULL, NULL)))
		r = certificate_add(x509, certificates, count);
	BIO_free(in);
	return r;
}

int embargo_certificates_read(const void *bytes, size_t size, struct embargo_certificate **ret_certificates,
			      size_t *ret_count)
{
	static const char begin[] = "-----BEGIN ";
	const unsigned char *at = bytes;
	struct embargo_certificate *certificates = NULL;
	size_t count = 0;
	X509 *x509;
	int r = 0;

	if (memmem(bytes, size, begin, sizeof(begin) - 1)) {
		r = pem_read(bytes, size, &certificates, &count);
	} else if (size && at[0] == EMBARGO_DER_SEQUENCE) {
		x509 = d2i_X509(NULL, &at, size);
		if (x509)
			r = certificate_add(x509, &certificates, &count);
	}
	ERR_clear_error();
	if (r || !count) {
		embargo_certificates_free(certificates, count);
		return r ?: -ENOENT;
	}
	*ret_certificates = certificates;
	*ret_count = count;
	return 0;
}
