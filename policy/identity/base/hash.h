/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hashes of files and of memory. */
#ifndef EMBARGO_POLICY_IDENTITY_BASE_HASH_H
#define EMBARGO_POLICY_IDENTITY_BASE_HASH_H

#include <openssl/types.h>

#include "policy/identity/base/types.h"

int embargo_hash_fd(int fd, unsigned int want, struct embargo_digests *ret_digests,
		    struct embargo_reason *reason);
int embargo_hash_memory(const void *data, size_t size, unsigned int want,
			struct embargo_digests *ret_digests);
/* Lower-case hex, to be freed; NULL if there is no memory. */
char *embargo_hex(const void *bytes, size_t size);
/* "could not be read: …" into @reason (may be NULL); returns @error, a negative errno. */
int embargo_unreadable(struct embargo_reason *reason, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The hashes side by side; a context is NULL if its hash is not wanted. All zero: may be cleared. */
struct embargo_hasher {
	EVP_MD_CTX *sha256, *sha1, *md5;
};
int embargo_hasher_start(struct embargo_hasher *hasher, unsigned int want);
int embargo_hasher_feed(struct embargo_hasher *hasher, const void *data, size_t size);
/* .size is left alone */
int embargo_hasher_end(struct embargo_hasher *hasher, struct embargo_digests *digests);
void embargo_hasher_clear(struct embargo_hasher *hasher);

#endif
