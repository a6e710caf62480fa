/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory at the end of a zip file, to find a few members of it without reading the others. */
#ifndef EMBARGO_POLICY_IDENTITY_BASE_ZIP_H
#define EMBARGO_POLICY_IDENTITY_BASE_ZIP_H

#include <stddef.h>

#include "bpf/abi.h"

struct embargo_zip {
	int fd;
	unsigned char *directory; /* bytes of the central directory */
	size_t size;
	__u64 at;    /* where it is in the file */
	__u64 shift; /* of everything: bytes before the zip file itself */
};

/* zip.c. -ENOENT: no zip file, or one of zip64; -EFBIG: a directory that is not read. */
int embargo_zip_open(int fd, struct embargo_zip *ret_zip);
void embargo_zip_close(struct embargo_zip *zip);

struct embargo_zip_member {
	const char *name; /* not ended by a NUL */
	size_t name_size;
	__u64 at; /* of its local header */
};

/* @cursor: 0 at first. 1: there is one more, 0: no more, or the directory is damaged. */
int embargo_zip_next(const struct embargo_zip *zip, size_t *cursor, struct embargo_zip_member *ret_member);
/* Its data, decompressed. -EFBIG: more than @most bytes; -EBADMSG */
int embargo_zip_read(const struct embargo_zip *zip, const struct embargo_zip_member *member, size_t most,
		     unsigned char **ret_bytes, size_t *ret_size);

#endif
