// SPDX-License-Identifier: GPL-2.0-or-later
/* Making detached CMS signatures. */
#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "policy/sign/private.h"

struct embargo_sign_key {
	EVP_PKEY *key;
	X509 *certificate;
	STACK_OF(X509) * chain;
	char subject[EMBARGO_SIGN_NAME_SIZE];
};

void embargo_sign_key_free(struct embargo_sign_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->key);
	X509_free(key->certificate);
	sk_X509_pop_free(key->chain, X509_free);
	free(key);
}

const char *embargo_sign_key_subject(const struct embargo_sign_key *key)
{
	return key->subject;
}

/* What OpenSSL said last, in words. */
static int refuse_crypto(struct embargo_reason *reason, int error, const char *path, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	return embargo_sign_refuse(reason, error, "%s: %s%s%s%s", path, what, why ? " (" : "", why ?: "",
				   why ? ")" : "");
}

static int open_file(const char *path, BIO **ret_bio, struct embargo_reason *reason)
{
	_cleanup_free_ void *data = NULL;
	_cleanup_(BIO_free_allp) BIO *bio = NULL;
	struct embargo_reason why = {""};
	size_t size;
	int r;

	r = embargo_sign_file_read(path, EMBARGO_SIGN_SIZE_MAX, true, &data, &size, &why);
	if (r)
		return embargo_sign_refuse(reason, r, "%s: %s", path, why.text);
	bio = BIO_new(BIO_s_mem()); /* keeps the bytes, and clears them when it is freed */
	if (!bio || BIO_write(bio, data, size) != (int)size)
		r = embargo_sign_refuse(reason, -ENOMEM, "%s: %s", path, strerror(ENOMEM));
	OPENSSL_cleanse(data, size);
	if (!r)
		*ret_bio = TAKE_PTR(bio);
	return r;
}

static int read_key(struct embargo_sign_key *key, const char *path, embargo_passphrase_fn passphrase,
		    void *context, struct embargo_reason *reason)
{
	_cleanup_(BIO_free_allp) BIO *bio = NULL;
	int r = open_file(path, &bio, reason);
	char *text;
	long size;

	if (r)
		return r;
	size = BIO_get_mem_data(bio, &text);
	if (!memmem(text, size, "PRIVATE KEY-----", strlen("PRIVATE KEY-----")))
		return embargo_sign_refuse(reason, -EBADMSG, "%s: holds no private key in PEM", path);
	key->key = PEM_read_bio_PrivateKey(bio, NULL, passphrase ?: embargo_sign_no_passphrase, context);
	if (key->key)
		return 0;
	return refuse_crypto(reason, -EBADMSG, path, "the key cannot be opened; is the passphrase right?");
}

/* The first certificate of the file, in PEM or DER. */
static int read_certificate(struct embargo_sign_key *key, const char *path, struct embargo_reason *reason)
{
	_cleanup_(BIO_free_allp) BIO *bio = NULL;
	int r = open_file(path, &bio, reason);

	if (r)
		return r;
	key->certificate = PEM_read_bio_X509(bio, NULL, embargo_sign_no_passphrase, NULL);
	if (!key->certificate) {
		BIO_free_all(TAKE_PTR(bio));
		r = open_file(path, &bio, reason);
		if (r)
			return r;
		key->certificate = d2i_X509_bio(bio, NULL);
	}
	if (!key->certificate)
		return embargo_sign_refuse(reason, -EBADMSG, "%s: holds no certificate in PEM or DER", path);
	embargo_sign_subject(key->certificate, key->subject);
	return 0;
}

static int read_chain(struct embargo_sign_key *key, const char *path, struct embargo_reason *reason)
{
	_cleanup_(BIO_free_allp) BIO *bio = NULL;
	X509 *certificate;
	int r = open_file(path, &bio, reason);

	if (r)
		return r;
	while ((certificate = PEM_read_bio_X509(bio, NULL, embargo_sign_no_passphrase, NULL))) {
		if (sk_X509_push(key->chain, certificate))
			continue;
		X509_free(certificate);
		return embargo_sign_refuse(reason, -ENOMEM, "%s: %s", path, strerror(ENOMEM));
	}
	/* At the end of the file there is no further start line; anything else is a broken certificate. */
	if (!sk_X509_num(key->chain) || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return embargo_sign_refuse(reason, -EBADMSG,
					   "%s: holds no certificates in PEM, or a broken one", path);
	return 0;
}

int embargo_sign_key_read(const char *key_path, const char *certificate, const char *chain,
			  embargo_passphrase_fn passphrase, void *context, struct embargo_sign_key **ret_key,
			  struct embargo_reason *reason)
{
	_cleanup_(embargo_sign_key_freep) struct embargo_sign_key *key = calloc(1, sizeof(*key));
	int r;

	if (!key || !(key->chain = sk_X509_new_null()))
		return embargo_sign_refuse(reason, -ENOMEM, "%s", strerror(ENOMEM));
	ERR_clear_error();
	r = read_certificate(key, certificate, reason);
	if (!r && chain)
		r = read_chain(key, chain, reason);
	ERR_clear_error();
	r = r ?: read_key(key, key_path, passphrase, context, reason);
	if (!r && X509_check_private_key(key->certificate, key->key) != 1)
		r = embargo_sign_refuse(reason, -EKEYREJECTED, "%s: is not the certificate of the key in %s",
					certificate, key_path);
	ERR_clear_error();
	if (!r)
		*ret_key = TAKE_PTR(key);
	return r;
}

int embargo_sign_key_check(const struct embargo_sign_key *key, time_t now, struct embargo_reason *reason)
{
	char day[sizeof("2026-01-01")];

	if (X509_cmp_time(X509_get0_notAfter(key->certificate), &now) <= 0) {
		embargo_sign_day(X509_get0_notAfter(key->certificate), day);
		return embargo_sign_refuse(reason, -EKEYEXPIRED, "the certificate of %s expired on %s",
					   key->subject, day);
	}
	/* What OpenSSL 3.0 cannot sign as CMS: RFC 8419 came too late for it. */
	if (EVP_PKEY_is_a(key->key, "ED25519") || EVP_PKEY_is_a(key->key, "ED448"))
		return embargo_sign_refuse(reason, -ENOTSUP,
					   "CMS signatures of SHA-256 cannot be made with %s: "
					   "use an RSA or ECDSA key",
					   EVP_PKEY_get0_type_name(key->key));
	if (EVP_PKEY_get_security_bits(key->key) < EMBARGO_SIGN_BITS_MIN)
		return embargo_sign_refuse(reason, -EKEYREJECTED,
					   "the key of %s is too weak: RSA needs 2048 bits, ECDSA 224",
					   key->subject);
	return embargo_sign_usable(key->certificate, true, reason);
}

static CMS_ContentInfo *sign(const struct embargo_sign_key *key, BIO *content, bool bare)
{
	_cleanup_(CMS_ContentInfo_freep) CMS_ContentInfo *cms = NULL;
	unsigned int flags =
		CMS_BINARY | CMS_DETACHED | CMS_PARTIAL | CMS_NOSMIMECAP | (bare ? CMS_NOCERTS : 0);

	cms = CMS_sign(NULL, NULL, bare ? NULL : key->chain, content, flags);
	if (!cms || !CMS_add1_signer(cms, key->certificate, key->key, EVP_sha256(), flags))
		return NULL;
	return CMS_final(cms, content, NULL, flags) ? TAKE_PTR(cms) : NULL;
}

static int make(const struct embargo_sign_key *key, const void *content, size_t size, bool bare,
		void **ret_data, size_t *ret_size, struct embargo_reason *reason)
{
	_cleanup_(CMS_ContentInfo_freep) CMS_ContentInfo *cms = NULL;
	_cleanup_(BIO_free_allp) BIO *bio = NULL;
	_cleanup_free_ unsigned char *data = NULL;
	unsigned char *end;
	int length, r = 0;

	if (size > INT_MAX)
		return embargo_sign_refuse(reason, -EFBIG, "is too large to be signed");
	ERR_clear_error();
	bio = BIO_new_mem_buf(content, size);
	cms = bio ? sign(key, bio, bare) : NULL;
	length = cms ? i2d_CMS_ContentInfo(cms, NULL) : -1;
	end = data = length > 0 ? malloc(length) : NULL;
	if (length <= 0 || (data && i2d_CMS_ContentInfo(cms, &end) != length))
		r = refuse_crypto(reason, -EKEYREJECTED, key->subject, "cannot sign with that key");
	else if (!data)
		r = embargo_sign_refuse(reason, -ENOMEM, "%s", strerror(ENOMEM));
	ERR_clear_error();
	if (r)
		return r;
	*ret_data = TAKE_PTR(data);
	*ret_size = length;
	return 0;
}

int embargo_sign_make(const struct embargo_sign_key *key, const void *content, size_t size, void **ret_data,
		      size_t *ret_size, struct embargo_reason *reason)
{
	return make(key, content, size, false, ret_data, ret_size, reason);
}

int embargo_sign_make_bare(const struct embargo_sign_key *key, const void *content, size_t size,
			   void **ret_data, size_t *ret_size, struct embargo_reason *reason)
{
	return make(key, content, size, true, ret_data, ret_size, reason);
}
