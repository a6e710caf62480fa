// SPDX-License-Identifier: GPL-2.0-or-later
/* SHA-256 of a file, and SHA-1 and MD5 for feeds that have nothing better. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "policy/identity/base/hash.h"

#define CHUNK (128U << 10)

int embargo_unreadable(struct embargo_reason *reason, int error, const char *format, ...)
{
	va_list arguments;
	int used;

	if (!reason)
		return error;
	used = snprintf(reason->text, sizeof(reason->text), "could not be read: ");
	va_start(arguments, format);
	(void)vsnprintf(reason->text + used, sizeof(reason->text) - used, format, arguments);
	va_end(arguments);
	return error;
}

char *embargo_hex(const void *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *from = bytes;
	char *text = malloc(2 * size + 1);
	size_t i;

	if (!text)
		return NULL;
	for (i = 0; i < size; i++) {
		text[2 * i] = digits[from[i] >> 4];
		text[2 * i + 1] = digits[from[i] & 15];
	}
	text[2 * size] = '\0';
	return text;
}

void embargo_hasher_clear(struct embargo_hasher *hasher)
{
	EVP_MD_CTX_free(hasher->sha256);
	EVP_MD_CTX_free(hasher->sha1);
	EVP_MD_CTX_free(hasher->md5);
}

static int hasher_add(EVP_MD_CTX **ret_context, const EVP_MD *algorithm)
{
	*ret_context = EVP_MD_CTX_new();
	if (!*ret_context)
		return -ENOMEM;
	/* MD5 is refused where only approved algorithms may run (FIPS). */
	return EVP_DigestInit_ex(*ret_context, algorithm, NULL) ? 0 : -ENOTSUP;
}

int embargo_hasher_start(struct embargo_hasher *hasher, unsigned int want)
{
	int r = hasher_add(&hasher->sha256, EVP_sha256());

	if (!r && (want & EMBARGO_WANT_SHA1))
		r = hasher_add(&hasher->sha1, EVP_sha1());
	if (!r && (want & EMBARGO_WANT_MD5))
		r = hasher_add(&hasher->md5, EVP_md5());
	return r;
}

int embargo_hasher_feed(struct embargo_hasher *hasher, const void *data, size_t size)
{
	if (!EVP_DigestUpdate(hasher->sha256, data, size) ||
	    (hasher->sha1 && !EVP_DigestUpdate(hasher->sha1, data, size)) ||
	    (hasher->md5 && !EVP_DigestUpdate(hasher->md5, data, size)))
		return -ENOMEM;
	return 0;
}

int embargo_hasher_end(struct embargo_hasher *hasher, struct embargo_digests *digests)
{
	if (!EVP_DigestFinal_ex(hasher->sha256, digests->sha256, NULL) ||
	    (hasher->sha1 && !EVP_DigestFinal_ex(hasher->sha1, digests->sha1, NULL)) ||
	    (hasher->md5 && !EVP_DigestFinal_ex(hasher->md5, digests->md5, NULL)))
		return -ENOMEM;
	return 0;
}

int embargo_hash_memory(const void *data, size_t size, unsigned int want, struct embargo_digests *ret_digests)
{
	_cleanup_(embargo_hasher_clear) struct embargo_hasher hasher = {};
	struct embargo_digests digests = {.size = size};
	int r = embargo_hasher_start(&hasher, want);

	if (!r)
		r = embargo_hasher_feed(&hasher, data, size);
	if (!r)
		r = embargo_hasher_end(&hasher, &digests);
	if (!r)
		*ret_digests = digests;
	return r;
}

int embargo_hash_fd(int fd, unsigned int want, struct embargo_digests *ret_digests,
		    struct embargo_reason *reason)
{
	_cleanup_(embargo_hasher_clear) struct embargo_hasher hasher = {};
	_cleanup_free_ unsigned char *chunk = malloc(CHUNK);
	struct embargo_digests digests = {};
	ssize_t got;
	int r;

	if (!chunk)
		return embargo_unreadable(reason, -ENOMEM, "%s", strerror(ENOMEM));
	r = embargo_hasher_start(&hasher, want);
	while (!r) {
		got = pread(fd, chunk, CHUNK, digests.size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return embargo_unreadable(reason, -errno, "%s", strerror(errno));
		if (!got)
			break;
		r = embargo_hasher_feed(&hasher, chunk, got);
		digests.size += got;
	}
	if (!r)
		r = embargo_hasher_end(&hasher, &digests);
	if (r)
		return embargo_unreadable(reason, r, "no hash: %s", strerror(-r));
	*ret_digests = digests;
	return 0;
}
