/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys, certificates, CRLs and signatures, made in memory for tests. */
#ifndef EMBARGO_TESTS_UNIT_SIGN_MAKE_H
#define EMBARGO_TESTS_UNIT_SIGN_MAKE_H

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/sign/sign.h"
#include "tests/harness.h"

#define DAY (24 * 60 * 60L)

/* What a certificate says; without .issuer it signs itself. */
struct make {
	const char *name;
	EVP_PKEY *key;
	const struct made *issuer;
	long from, to;	      /* days from now; both 0: -1 and 90 */
	const char *basic;    /* "CA:TRUE"; NULL: no such extension, likewise below */
	const char *usage;    /* "digitalSignature" */
	const char *extended; /* "codeSigning" */
	int version;	      /* 0: 3 */
};

struct made {
	X509 *certificate;
	EVP_PKEY *key;
};

static inline EVP_PKEY *make_ec(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");

	ASSERT_NOT_NULL(key);
	return key;
}

static inline EVP_PKEY *make_rsa(size_t bits)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);

	ASSERT_NOT_NULL(key);
	return key;
}

static inline void make_extension(X509 *certificate, X509V3_CTX *context, int nid, const char *value)
{
	X509_EXTENSION *extension;

	if (!value)
		return;
	extension = X509V3_EXT_conf_nid(NULL, context, nid, value);
	ASSERT_NOT_NULL(extension);
	ASSERT_EQ(1, X509_add_ext(certificate, extension, -1));
	X509_EXTENSION_free(extension);
}

static inline struct made make_certificate(const struct make *spec)
{
	static long serial = 1000;
	struct made made = {X509_new(), spec->key ? spec->key : make_ec()};
	X509 *issuer = spec->issuer ? spec->issuer->certificate : made.certificate;
	EVP_PKEY *issuer_key = spec->issuer ? spec->issuer->key : made.key;
	long from = spec->from || spec->to ? spec->from : -1, to = spec->from || spec->to ? spec->to : 90;
	X509_NAME *name = X509_get_subject_name(made.certificate);
	X509V3_CTX context;

	X509_set_version(made.certificate, (spec->version ? spec->version : 3) - 1);
	ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), serial++);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Example", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)spec->name, -1, -1, 0);
	X509_set_issuer_name(made.certificate, X509_get_subject_name(issuer));
	X509_gmtime_adj(X509_getm_notBefore(made.certificate), from * DAY);
	X509_gmtime_adj(X509_getm_notAfter(made.certificate), to * DAY);
	X509_set_pubkey(made.certificate, made.key);
	X509V3_set_ctx(&context, issuer, made.certificate, NULL, NULL, 0);
	make_extension(made.certificate, &context, NID_basic_constraints, spec->basic);
	make_extension(made.certificate, &context, NID_key_usage, spec->usage);
	make_extension(made.certificate, &context, NID_ext_key_usage, spec->extended);
	ASSERT_GT(X509_sign(made.certificate, issuer_key, EVP_sha256()), 0);
	return made;
}

#define MAKE(...) make_certificate(&(struct make){__VA_ARGS__})

/* A CRL of @issuer that lists @revoked (may be NULL); valid for @days more. */
static inline X509_CRL *make_crl(const struct made *issuer, const struct made *revoked, long days)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *time = X509_gmtime_adj(NULL, -10 * DAY);
	X509_REVOKED *entry;

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->certificate));
	X509_CRL_set1_lastUpdate(crl, time);
	if (revoked) {
		entry = X509_REVOKED_new();
		X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked->certificate));
		X509_REVOKED_set_revocationDate(entry, time);
		ASSERT_EQ(1, X509_CRL_add0_revoked(crl, entry));
	}
	X509_gmtime_adj(time, days * DAY);
	X509_CRL_set1_nextUpdate(crl, time);
	ASN1_TIME_free(time);
	ASSERT_GT(X509_CRL_sign(crl, issuer->key, EVP_sha256()), 0);
	return crl;
}

struct bytes {
	unsigned char *data;
	size_t size;
};

/* A detached signature with the flags and hash that are wanted; @carried: one more certificate, or NULL. */
static inline struct bytes make_signature(const struct made *signer, const struct made *carried,
					  const char *text, const EVP_MD *digest, unsigned int flags)
{
	BIO *content = BIO_new_mem_buf(text, -1);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, content, CMS_PARTIAL | CMS_BINARY | flags);
	struct bytes made = {0};
	int size;

	ASSERT_NOT_NULL(CMS_add1_signer(cms, signer->certificate, signer->key, digest, CMS_PARTIAL | flags));
	if (carried)
		ASSERT_EQ(1, CMS_add1_cert(cms, carried->certificate));
	ASSERT_EQ(1, CMS_final(cms, content, NULL, CMS_BINARY | flags));
	size = i2d_CMS_ContentInfo(cms, &made.data);
	ASSERT_GT(size, 0);
	made.size = size;
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	return made;
}

static inline void make_trusted(struct embargo_trusted *trusted, const char *name, const struct made *made)
{
	struct embargo_reason reason = {""};
	unsigned char *der = NULL;
	int size = i2d_X509(made->certificate, &der);

	ASSERT_EQ(0, embargo_trusted_add(trusted, name, der, size, &reason))
	{
		TH_LOG("%s", reason.text);
	}
	OPENSSL_free(der);
}

/* Files for commands to read; a NULL is left out. */
static inline void make_pem(const char *path, X509 *certificate, EVP_PKEY *key, const char *passphrase)
{
	FILE *file = fopen(path, "we");

	ASSERT_NOT_NULL(file);
	if (certificate)
		ASSERT_EQ(1, PEM_write_X509(file, certificate));
	if (key)
		ASSERT_EQ(1, PEM_write_PKCS8PrivateKey(file, key, passphrase ? EVP_aes_256_cbc() : NULL,
						       passphrase, passphrase ? strlen(passphrase) : 0, NULL,
						       NULL));
	ASSERT_EQ(0, fclose(file));
	ASSERT_EQ(0, chmod(path, 0600));
}

static inline void make_file(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "we");

	ASSERT_NOT_NULL(file)
	{
		TH_LOG("%s: %m", path);
	}
	ASSERT_EQ(size, fwrite(data, 1, size, file));
	ASSERT_EQ(0, fclose(file));
	ASSERT_EQ(0, chmod(path, 0644));
}

static inline void make_text(const char *path, const char *text)
{
	make_file(path, text, strlen(text));
}

#endif
