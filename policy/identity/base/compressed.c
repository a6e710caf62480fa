// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compressed modules, decompressed as libkmod and the kernel do: exactly one layer.
 * An archive that decompresses without end is cut off at the size of the largest
 * module that embargo reads.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "policy/identity/base/parts.h"
#include "bpf/facts.h"
#include "policy/identity/base/compressed.h"
#include "policy/identity/base/content.h"

#define CHUNK (64U << 10)

static const struct compression {
	const char *name;
	int filter;
	unsigned char magic[6];
	size_t size;
} compressions[] = {
	{.name = "xz", .filter = ARCHIVE_FILTER_XZ, .magic = {0xfd, '7', 'z', 'X', 'Z', 0}, .size = 6},
	{.name = "zstd", .filter = ARCHIVE_FILTER_ZSTD, .magic = {0x28, 0xb5, 0x2f, 0xfd}, .size = 4},
	{.name = "gzip", .filter = ARCHIVE_FILTER_GZIP, .magic = {0x1f, 0x8b}, .size = 2},
};

const char *embargo_compression_of(const void *start, size_t size)
{
	size_t i;

	for (i = 0; i < sizeof(compressions) / sizeof(compressions[0]); i++)
		if (size >= compressions[i].size &&
		    !memcmp(start, compressions[i].magic, compressions[i].size))
			return compressions[i].name;
	return NULL;
}

/* The reader's place in the file: archive_read_open_fd() would move the descriptor's own. */
struct source {
	int fd;
	off_t at;
	unsigned char chunk[CHUNK];
};

static la_ssize_t source_read(struct archive *archive, void *context, const void **ret_chunk)
{
	struct source *source = context;
	ssize_t got;

	do
		got = pread(source->fd, source->chunk, sizeof(source->chunk), source->at);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		archive_set_error(archive, errno, "%s", strerror(errno));
		return -1;
	}
	source->at += got;
	*ret_chunk = source->chunk;
	return got;
}

static void archive_closep(struct archive **archive)
{
	if (*archive)
		archive_read_free(*archive);
}

static int filter_of(const char *compression)
{
	size_t i;

	for (i = 0; i < sizeof(compressions) / sizeof(compressions[0]); i++)
		if (!strcmp(compression, compressions[i].name))
			return compressions[i].filter;
	return ARCHIVE_FILTER_NONE;
}

/* Make room for one more chunk: double, within the limit. */
static int grow(unsigned char **bytes, size_t size, size_t *capacity)
{
	size_t larger = *capacity ? *capacity * 2 : 4 * CHUNK;
	unsigned char *moved;

	if (*capacity - size >= CHUNK)
		return 0;
	if (size > EMBARGO_MODULE_MAX)
		return -EFBIG;
	if (larger > EMBARGO_MODULE_MAX + 2 * CHUNK)
		larger = EMBARGO_MODULE_MAX + 2 * CHUNK;
	moved = realloc(*bytes, larger);
	if (!moved)
		return -ENOMEM;
	*bytes = moved;
	*capacity = larger;
	return 0;
}

int embargo_decompress(int fd, const char *compression, int any, unsigned char **ret_bytes, size_t *ret_size,
		       struct embargo_reason *reason)
{
	_cleanup_(archive_closep) struct archive *archive = archive_read_new();
	_cleanup_free_ struct source *source = calloc(1, sizeof(*source));
	_cleanup_free_ unsigned char *bytes = NULL;
	struct archive_entry *entry;
	size_t size = 0, capacity = 0;
	ssize_t got;
	int r = 0;

	if (!archive || !source)
		return embargo_unreadable(reason, -ENOMEM, "%s", strerror(ENOMEM));
	source->fd = fd;
	/* Named, not guessed: guessing would decompress layer after layer. */
	if (archive_read_support_format_raw(archive) != ARCHIVE_OK ||
	    archive_read_append_filter(archive, filter_of(compression)) != ARCHIVE_OK ||
	    archive_read_open(archive, source, NULL, source_read, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		return embargo_unreadable(reason, -EBADMSG, "%s: %s", compression,
					  archive_error_string(archive) ?: "damaged");
	for (;;) {
		r = grow(&bytes, size, &capacity);
		if (r == -ENOMEM)
			return embargo_unreadable(reason, r, "%s", strerror(ENOMEM));
		if (r)
			break;
		got = archive_read_data(archive, bytes + size, CHUNK);
		if (got < 0)
			return embargo_unreadable(reason, -EBADMSG, "%s: %s", compression,
						  archive_error_string(archive) ?: "damaged");
		if (!got)
			break;
		if (!size && !any && !embargo_relocatable(bytes, got))
			return -ENOENT;
		size += got;
	}
	if (r || size > EMBARGO_MODULE_MAX)
		return embargo_unreadable(reason, -EFBIG, "%s: unfolds to more than %u MiB", compression,
					  EMBARGO_MODULE_MAX >> 20);
	*ret_bytes = TAKE_PTR(bytes);
	*ret_size = size;
	return 0;
}
