/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are compressed as a whole, as modules are. */
#ifndef EMBARGO_POLICY_IDENTITY_BASE_COMPRESSED_H
#define EMBARGO_POLICY_IDENTITY_BASE_COMPRESSED_H

#include "policy/identity/base/types.h"

/* "xz", "zstd" or "gzip" by the first bytes; NULL: neither. */
const char *embargo_compression_of(const void *start, size_t size);
/*
 * Decompress the file at @fd, one layer, up to EMBARGO_MODULE_MAX bytes. Unless
 * @any, it must decompress to a relocatable ELF file; -ENOENT: it does not.
 */
int embargo_decompress(int fd, const char *compression, int any, unsigned char **ret_bytes, size_t *ret_size,
		       struct embargo_reason *reason);

#endif
