// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates, and files of them in PEM or DER: the names and hashes that signer rules are made of. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "policy/identity/base/parts.h"
#include "policy/identity/signature/signature.h"
#include "bpf/der.h"

#define CERTIFICATES_MAX 4096 /* a host's whole store of authorities has 150 */

static int hash_der(int size, unsigned char *der, unsigned int want, struct embargo_digests *ret_digests)
{
	int r;

	if (size < 0)
		return -EBADMSG;
	r = embargo_hash_memory(der, size, want, ret_digests);
	OPENSSL_free(der);
	return r;
}

static int hashes_read(X509 *x509, struct embargo_certificate *certificate)
{
	struct embargo_digests whole, tbs, spki;
	unsigned char *der = NULL;
	int size = i2d_X509(x509, &der);
	int r = hash_der(size, der, EMBARGO_WANT_SHA1, &whole);

	if (!r) {
		der = NULL;
		size = i2d_re_X509_tbs(x509, &der);
		r = hash_der(size, der, 0, &tbs);
	}
	if (!r) {
		der = NULL;
		size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
		r = hash_der(size, der, 0, &spki);
	}
	if (r)
		return r;
	memcpy(certificate->sha256, whole.sha256, EMBARGO_SHA256_SIZE);
	memcpy(certificate->sha1, whole.sha1, EMBARGO_SHA1_SIZE);
	memcpy(certificate->tbs_sha256, tbs.sha256, EMBARGO_SHA256_SIZE);
	memcpy(certificate->spki_sha256, spki.sha256, EMBARGO_SHA256_SIZE);
	return 0;
}

/* A name that is too long to be told, or no name: the hashes name the certificate all the same. */
static int name_read(const X509_NAME *name, char **ret_text)
{
	int r = embargo_name_text(name, ret_text);

	return r == -ENOMEM ? r : 0;
}

static int certificate_read(X509 *x509, struct embargo_certificate *certificate)
{
	const ASN1_OCTET_STRING *key_id = X509_get0_subject_key_id(x509);
	int r = hashes_read(x509, certificate);

	r = r ?: name_read(X509_get_subject_name(x509), &certificate->subject);
	r = r ?: name_read(X509_get_issuer_name(x509), &certificate->issuer);
	if (!r && embargo_serial_text(X509_get0_serialNumber(x509), &certificate->serial) == -ENOMEM)
		r = -ENOMEM;
	if (!r && key_id && !(certificate->key_id = embargo_octets_text(key_id)))
		r = -ENOMEM;
	if (!r) {
		certificate->not_before = embargo_time_text(X509_get0_notBefore(x509));
		certificate->not_after = embargo_time_text(X509_get0_notAfter(x509));
	}
	return r;
}

int embargo_certificate_add(X509 *x509, struct embargo_certificate **certificates, size_t *count)
{
	struct embargo_certificate *more = reallocarray(*certificates, *count + 1, sizeof(*more)), *one;
	int r;

	if (!more)
		return -ENOMEM;
	*certificates = more;
	one = &more[*count];
	memset(one, 0, sizeof(*one));
	r = certificate_read(x509, one);
	if (r)
		embargo_certificate_clear(one);
	else
		(*count)++;
	return r;
}

/* Takes @x509 over. */
static int certificate_take(X509 *x509, struct embargo_certificate **certificates, size_t *count)
{
	int r = embargo_certificate_add(x509, certificates, count);

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
		r = certificate_take(x509, certificates, count);
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
			r = certificate_take(x509, &certificates, &count);
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
