// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A few members of a zip file. Its directory is read here, because libarchive would
 * keep all names of a large one in memory; the members are read through libarchive.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/identity/base/zip.h"
#include "policy/cleanup.h"

#define END_SIZE 22
#define COMMENT_MAX 65535
#define ENTRY_SIZE 46
#define DIRECTORY_MAX (16U << 20) /* of 100,000 classes */
#define CHUNK (16U << 10)

static __u32 number(const unsigned char *at, size_t size)
{
	__u32 value = 0;

	while (size)
		value = value << 8 | at[--size];
	return value;
}

static int whole_pread(int fd, void *to, size_t size, __u64 at)
{
	size_t done = 0;
	ssize_t got;

	while (done < size) {
		got = pread(fd, (char *)to + done, size - done, at + done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -ENOENT;
		done += got;
	}
	return 0;
}

/* The record at the end, behind which only its comment is. */
static const unsigned char *end_find(const unsigned char *tail, size_t size)
{
	size_t at;

	for (at = size - END_SIZE + 1; at--;)
		if (!memcmp(tail + at, "PK\5\6", 4) && number(tail + at + 20, 2) == size - at - END_SIZE)
			return tail + at;
	return NULL;
}

int embargo_zip_open(int fd, struct embargo_zip *ret_zip)
{
	_cleanup_free_ unsigned char *tail = malloc(END_SIZE + COMMENT_MAX), *directory = NULL;
	const unsigned char *end;
	__u64 size, at, stated;
	size_t tail_size;
	struct stat stat;
	__u32 length;
	int r;

	if (!tail)
		return -ENOMEM;
	if (fstat(fd, &stat) || stat.st_size < END_SIZE)
		return -ENOENT;
	size = stat.st_size;
	tail_size = size < END_SIZE + COMMENT_MAX ? size : END_SIZE + COMMENT_MAX;
	r = whole_pread(fd, tail, tail_size, size - tail_size);
	end = r ? NULL : end_find(tail, tail_size);
	if (!end)
		return -ENOENT;
	length = number(end + 12, 4);
	stated = number(end + 16, 4);
	at = size - tail_size + (end - tail); /* where the directory ends */
	if (length == UINT32_MAX || stated == UINT32_MAX || stated + length > at)
		return -ENOENT;
	if (length > DIRECTORY_MAX)
		return -EFBIG;
	directory = malloc(length ?: 1);
	if (!directory)
		return -ENOMEM;
	r = whole_pread(fd, directory, length, at - length);
	if (r)
		return r;
	*ret_zip = (struct embargo_zip){
		.fd = fd,
		.directory = TAKE_PTR(directory),
		.size = length,
		.at = at - length,
		.shift = at - length - stated,
	};
	return 0;
}

void embargo_zip_close(struct embargo_zip *zip)
{
	free(zip->directory);
}

int embargo_zip_next(const struct embargo_zip *zip, size_t *cursor, struct embargo_zip_member *ret_member)
{
	const unsigned char *entry = zip->directory + *cursor;
	size_t left = zip->size - *cursor, name, rest;

	if (left < ENTRY_SIZE || memcmp(entry, "PK\1\2", 4) != 0)
		return 0;
	name = number(entry + 28, 2);
	rest = number(entry + 30, 2) + number(entry + 32, 2);
	if (left - ENTRY_SIZE < name + rest)
		return 0;
	ret_member->name = (const char *)entry + ENTRY_SIZE;
	ret_member->name_size = name;
	ret_member->at = number(entry + 42, 4) + zip->shift;
	*cursor += ENTRY_SIZE + name + rest;
	return 1;
}

struct source {
	int fd;
	off_t at;
	unsigned char chunk[CHUNK];
};

static la_ssize_t source_read(struct archive *archive, void *context, const void **ret_bytes)
{
	struct source *source = context;
	ssize_t got;

	do
		got = pread(source->fd, source->chunk, CHUNK, source->at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		archive_set_error(archive, errno, "%s", strerror(errno));
	source->at += got > 0 ? got : 0;
	*ret_bytes = source->chunk;
	return got;
}

static void archive_closep(struct archive **archive)
{
	archive_read_free(*archive);
}

int embargo_zip_read(const struct embargo_zip *zip, const struct embargo_zip_member *member, size_t most,
		     unsigned char **ret_bytes, size_t *ret_size)
{
	_cleanup_(archive_closep) struct archive *archive = archive_read_new();
	_cleanup_free_ struct source *source = malloc(sizeof(*source));
	_cleanup_free_ unsigned char *bytes = malloc(most + 1);
	struct archive_entry *entry;
	la_ssize_t got = 0;
	size_t size = 0;

	if (!archive || !source || !bytes)
		return -ENOMEM;
	source->fd = zip->fd;
	source->at = member->at;
	archive_read_support_format_zip_streamable(archive);
	if (archive_read_open(archive, source, NULL, source_read, NULL) < ARCHIVE_WARN ||
	    archive_read_next_header(archive, &entry) < ARCHIVE_WARN)
		return -EBADMSG;
	while (size <= most && (got = archive_read_data(archive, bytes + size, most + 1 - size)) > 0)
		size += got;
	if (got < 0)
		return -EBADMSG;
	if (size > most)
		return -EFBIG;
	*ret_bytes = TAKE_PTR(bytes);
	*ret_size = size;
	return 0;
}
