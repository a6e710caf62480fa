// SPDX-License-Identifier: GPL-2.0-or-later
/* The digest that fs-verity has of a file. */
#include <errno.h>
#include <linux/fsverity.h>
#include <string.h>
#include <sys/ioctl.h>

#include "policy/identity/base/parts.h"
#include "policy/identity/signature/signature.h"

#define DIGEST_MAX 64

int embargo_verity_read(int fd, char **ret_text)
{
	_cleanup_free_ struct fsverity_digest *digest = calloc(1, sizeof(*digest) + DIGEST_MAX);
	_cleanup_free_ char *hex = NULL;
	const char *algorithm;

	if (!digest)
		return -ENOMEM;
	digest->digest_size = DIGEST_MAX;
	/* Not on, or a file system that has none. */
	if (ioctl(fd, FS_IOC_MEASURE_VERITY, digest))
		return -ENOENT;
	algorithm = digest->digest_algorithm == FS_VERITY_HASH_ALG_SHA256   ? "sha256"
		    : digest->digest_algorithm == FS_VERITY_HASH_ALG_SHA512 ? "sha512"
									    : "unknown";
	hex = embargo_hex(digest->digest,
			  digest->digest_size < DIGEST_MAX ? digest->digest_size : DIGEST_MAX);
	if (!hex || asprintf(ret_text, "%s:%s", algorithm, hex) < 0) {
		*ret_text = NULL;
		return -ENOMEM;
	}
	return 0;
}
