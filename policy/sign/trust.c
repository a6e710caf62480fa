// SPDX-License-Identifier: GPL-2.0-or-later
/* The certificates whose signatures count, and the CRLs that say which do not any more. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "policy/sign/private.h"
#include "policy/identity/signature/signature.h"
#include "policy/array.h"

void embargo_sign_subject(X509 *certificate, char text[EMBARGO_SIGN_NAME_SIZE])
{
	_cleanup_free_ char *name = NULL;

	if (embargo_name_text(X509_get_subject_name(certificate), &name) < 0 || !*name)
		snprintf(text, EMBARGO_SIGN_NAME_SIZE, "a certificate without a name");
	else
		snprintf(text, EMBARGO_SIGN_NAME_SIZE, "%s", name);
}

time_t embargo_sign_time(const ASN1_TIME *time)
{
	struct tm tm;

	return time && ASN1_TIME_to_tm(time, &tm) ? timegm(&tm) : -1;
}

void embargo_sign_day(const ASN1_TIME *time, char text[sizeof("2026-01-01")])
{
	time_t seconds = embargo_sign_time(time);
	struct tm tm;

	if (seconds == -1 || !gmtime_r(&seconds, &tm) ||
	    !strftime(text, sizeof("2026-01-01"), "%Y-%m-%d", &tm))
		snprintf(text, sizeof("2026-01-01"), "?");
}

/*
 * A root's other certificates must not become signers of policies: those of its
 * web servers and its mail say by their extended key usage what they are for.
 */
int embargo_sign_usable(X509 *certificate, bool signer, struct embargo_reason *reason)
{
	char subject[EMBARGO_SIGN_NAME_SIZE];
	uint32_t flags = X509_get_extension_flags(certificate);

	embargo_sign_subject(certificate, subject);
	if (flags & EXFLAG_INVALID)
		return embargo_sign_refuse(reason, -EKEYREJECTED, "%s: its extensions cannot be understood",
					   subject);
	if (flags & EXFLAG_XKUSAGE &&
	    !(X509_get_extended_key_usage(certificate) & (XKU_CODE_SIGN | XKU_ANYEKU)))
		return embargo_sign_refuse(reason, -EKEYREJECTED,
					   "%s: its extended key usage does not include code signing",
					   subject);
	if (signer && flags & EXFLAG_KUSAGE &&
	    !(X509_get_key_usage(certificate) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		return embargo_sign_refuse(reason, -EKEYREJECTED,
					   "%s: its key usage does not include digital signatures", subject);
	return 0;
}

int embargo_sign_no_passphrase(char *text, int size, int twice, void *context)
{
	(void)text, (void)size, (void)twice, (void)context;
	return -1;
}

struct embargo_trusted *embargo_trusted_new(void)
{
	_cleanup_(embargo_trusted_freep) struct embargo_trusted *trusted = calloc(1, sizeof(*trusted));

	if (!trusted)
		return NULL;
	trusted->store = X509_STORE_new();
	trusted->crls = sk_X509_CRL_new_null();
	return trusted->store && trusted->crls ? TAKE_PTR(trusted) : NULL;
}

void embargo_trusted_free(struct embargo_trusted *trusted)
{
	size_t i;

	if (!trusted)
		return;
	for (i = 0; i < trusted->count; i++) {
		X509_free(trusted->list[i].certificate);
		free(trusted->list[i].name);
	}
	free(trusted->list);
	sk_X509_CRL_pop_free(trusted->crls, X509_CRL_free);
	X509_STORE_free(trusted->store);
	free(trusted);
}

size_t embargo_trusted_count(const struct embargo_trusted *trusted)
{
	return trusted->count;
}

int embargo_trusted_certificate(const struct embargo_trusted *trusted, size_t index, void **ret_data,
				size_t *ret_size, char subject[EMBARGO_SIGN_NAME_SIZE], bool *ret_rsa)
{
	X509 *certificate = trusted->list[index].certificate;
	unsigned char *data = NULL;
	int size = i2d_X509(certificate, &data);
	_cleanup_free_ void *copy = size > 0 ? malloc(size) : NULL;

	if (copy)
		memcpy(copy, data, size);
	OPENSSL_free(data);
	if (!copy)
		return -ENOMEM;
	embargo_sign_subject(certificate, subject);
	*ret_rsa = EVP_PKEY_get_base_id(X509_get0_pubkey(certificate)) == EVP_PKEY_RSA;
	*ret_size = size;
	*ret_data = TAKE_PTR(copy);
	return 0;
}

static int add_certificate(struct embargo_trusted *trusted, const char *name, X509 *certificate)
{
	_cleanup_free_ char *copy = strdup(name);

	if (!copy || embargo_array_grow(&trusted->list, &trusted->capacity, trusted->count,
					sizeof(*trusted->list)) < 0)
		return -ENOMEM;
	if (!X509_STORE_add_cert(trusted->store, certificate) || !X509_up_ref(certificate))
		return -ENOMEM;
	trusted->list[trusted->count++] = (struct embargo_trusted_certificate){certificate, TAKE_PTR(copy)};
	return 0;
}

static int add_crl(struct embargo_trusted *trusted, X509_CRL *crl)
{
	if (!X509_STORE_add_crl(trusted->store, crl) || !sk_X509_CRL_push(trusted->crls, crl))
		return -ENOMEM;
	X509_CRL_up_ref(crl);
	return 0;
}

static int add_pem(struct embargo_trusted *trusted, const char *name, const void *data, size_t size)
{
	_cleanup_(BIO_free_allp) BIO *bio = BIO_new_mem_buf(data, size);
	STACK_OF(X509_INFO) *list = NULL;
	int i, added = 0, r = 0;

	list = bio ? PEM_X509_INFO_read_bio(bio, NULL, embargo_sign_no_passphrase, NULL) : NULL;
	for (i = 0; !r && i < sk_X509_INFO_num(list); i++) {
		const X509_INFO *info = sk_X509_INFO_value(list, i);

		if (info->x509)
			r = add_certificate(trusted, name, info->x509);
		if (!r && info->crl)
			r = add_crl(trusted, info->crl);
		added += info->x509 || info->crl;
	}
	sk_X509_INFO_pop_free(list, X509_INFO_free);
	return r ?: added ? 0 : -EBADMSG;
}

static int add_der(struct embargo_trusted *trusted, const char *name, const unsigned char *data, size_t size)
{
	const unsigned char *at = data;
	X509_CRL *crl;
	X509 *certificate;
	int r = -EBADMSG;

	certificate = d2i_X509(NULL, &at, size);
	if (certificate && at == data + size)
		r = add_certificate(trusted, name, certificate);
	X509_free(certificate);
	if (certificate)
		return r;
	at = data;
	crl = d2i_X509_CRL(NULL, &at, size);
	if (crl && at == data + size)
		r = add_crl(trusted, crl);
	X509_CRL_free(crl);
	return r;
}

int embargo_trusted_add(struct embargo_trusted *trusted, const char *name, const void *data, size_t size,
			struct embargo_reason *reason)
{
	int r = -EBADMSG;

	if (size && size <= EMBARGO_SIGN_TRUSTED_MAX)
		r = memmem(data, size, "-----BEGIN ", strlen("-----BEGIN "))
			    ? add_pem(trusted, name, data, size)
			    : add_der(trusted, name, data, size);
	ERR_clear_error();
	if (r == -EBADMSG)
		return embargo_sign_refuse(reason, r, "%s: is neither a certificate nor a CRL, in PEM or DER",
					   name);
	return r ? embargo_sign_refuse(reason, r, "%s: %s", name, strerror(-r)) : 0;
}

enum part { PART_IGNORED, PART_OTHER, PART_CERTIFICATE };

static enum part part_of(const char *name)
{
	static const char *const suffixes[] = {".pem", ".crt", ".cer", ".der", ".crl"};
	size_t length = strlen(name), i;

	if (name[0] == '.' || !strncmp(name, "README", 6))
		return PART_IGNORED;
	for (i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (length > 4 && !strcmp(name + length - 4, suffixes[i]))
			return PART_CERTIFICATE;
	return PART_OTHER;
}

static int add_file(struct embargo_trusted *trusted, const char *directory, const char *name, bool any_owner,
		    struct embargo_reason *reason)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_free_ void *data = NULL;
	struct embargo_reason why = {""};
	size_t size;
	int r;

	if (asprintf(&path, "%s/%s", directory, name) < 0) {
		path = NULL;
		return embargo_sign_refuse(reason, -ENOMEM, "%s", strerror(ENOMEM));
	}
	r = embargo_sign_file_read(path, EMBARGO_SIGN_TRUSTED_MAX, any_owner, &data, &size, &why);
	if (r)
		return embargo_sign_refuse(reason, r, "%s: %s", name, why.text);
	return embargo_trusted_add(trusted, name, data, size, reason);
}

int embargo_trusted_read(const char *directory, bool any_owner, struct embargo_trusted **ret_trusted,
			 struct embargo_reason *reason)
{
	_cleanup_(embargo_trusted_freep) struct embargo_trusted *trusted = embargo_trusted_new();
	_cleanup_closedir_ DIR *dir = opendir(directory);
	const struct dirent *entry;
	int others = 0, r;

	if (!trusted)
		return embargo_sign_refuse(reason, -ENOMEM, "%s", strerror(ENOMEM));
	if (!dir && errno != ENOENT)
		return embargo_sign_refuse(reason, -errno, "cannot be read: %s", strerror(errno));
	r = dir && !any_owner ? embargo_sign_owner_check(dirfd(dir), reason) : 0;
	if (r)
		return r;
	for (errno = 0; dir && (entry = readdir(dir)); errno = 0) {
		enum part part = part_of(entry->d_name);

		others += part == PART_OTHER;
		if (part != PART_CERTIFICATE)
			continue;
		r = add_file(trusted, directory, entry->d_name, any_owner, reason);
		if (r)
			return r;
	}
	if (dir && errno)
		return embargo_sign_refuse(reason, -errno, "cannot be read: %s", strerror(errno));
	if (!trusted->count && (others || sk_X509_CRL_num(trusted->crls)))
		return embargo_sign_refuse(reason, -EKEYREJECTED,
					   "holds files but no certificate: name it *.pem, *.crt, *.cer or "
					   "*.der, or empty the directory");
	*ret_trusted = TAKE_PTR(trusted);
	return 0;
}
