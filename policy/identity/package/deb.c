// SPDX-License-Identifier: GPL-2.0-or-later
/* What a .deb says of itself: its control file, and who signed it. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "policy/identity/base/parts.h"
#include "policy/identity/base/archive_reader.h"
#include "policy/identity/package/package.h"
#include "policy/identity/signature/signature.h"

#define CHUNK (64U << 10)
#define BITE 4096 /* of control.tar, which may decompress to a thousand times as much */
#define CONTROL_MAX (1U << 20)
#define SIGNATURE_MAX (64U << 10)
#define MEMBERS_MAX 64		    /* of the .deb, and those in control.tar before the control file */
#define DECOMPRESSED_MAX (8U << 20) /* of control.tar */

struct reader {
	int fd;
	off_t at;
	struct archive *outer; /* instead of the file */
	__u64 decompressed;    /* of what was read */
	unsigned char chunk[CHUNK];
};

static la_ssize_t file_read(struct archive *archive, void *context, const void **ret_bytes)
{
	struct reader *reader = context;
	ssize_t got;

	do
		got = pread(reader->fd, reader->chunk, CHUNK, reader->at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		archive_set_error(archive, errno, "%s", strerror(errno));
	reader->at += got > 0 ? got : 0;
	*ret_bytes = reader->chunk;
	return got;
}

/* The data, which may be gigabytes, is passed over. */
static la_int64_t file_skip(struct archive *archive, void *context, la_int64_t request)
{
	struct reader *reader = context;

	(void)archive;
	if (request < 0 || __builtin_add_overflow(reader->at, request, &reader->at))
		return ARCHIVE_FATAL;
	return request;
}

static la_ssize_t member_read(struct archive *archive, void *context, const void **ret_bytes)
{
	struct reader *reader = context;
	la_ssize_t got;

	/* What it decompresses to is looked at before more is decompressed. */
	if (archive_filter_bytes(archive, 0) > DECOMPRESSED_MAX) {
		archive_set_error(archive, EFBIG, "%s", strerror(EFBIG));
		return -1;
	}
	got = archive_read_data(reader->outer, reader->chunk, BITE);
	*ret_bytes = reader->chunk;
	return got;
}

static void archive_closep(struct archive **archive)
{
	archive_read_free(*archive);
}

/* The data of the entry, up to @most bytes. -EFBIG: there are more. */
static int data_read(struct archive *archive, size_t most, char **ret_bytes, size_t *ret_size)
{
	_cleanup_free_ char *bytes = malloc(most);
	size_t size = 0;
	la_ssize_t got;

	if (!bytes)
		return -ENOMEM;
	while ((got = archive_read_data(archive, bytes + size, most - size)) > 0) {
		size += got;
		if (size == most)
			return -EFBIG;
	}
	if (got < 0)
		return -EBADMSG;
	*ret_bytes = TAKE_PTR(bytes);
	*ret_size = size;
	return 0;
}

/* @outer is at the entry control.tar.*. -ENOENT: no control file in it. */
static int control_read(struct archive *outer, struct embargo_package *package)
{
	_cleanup_(archive_closep) struct archive *archive = embargo_archive_reader(EMBARGO_CONTENT_ARCHIVE);
	_cleanup_free_ struct reader *reader = calloc(1, sizeof(*reader));
	_cleanup_free_ char *text = NULL;
	struct archive_entry *entry;
	const char *name;
	size_t size, i;
	int r;

	if (!archive || !reader)
		return -ENOMEM;
	reader->outer = outer;
	if (archive_read_open(archive, reader, NULL, member_read, NULL) < ARCHIVE_WARN)
		return -EBADMSG;
	for (i = 0; i < MEMBERS_MAX; i++) {
		r = archive_read_next_header(archive, &entry);
		if (r == ARCHIVE_EOF)
			return -ENOENT;
		if (r < ARCHIVE_WARN)
			return -EBADMSG;
		name = archive_entry_pathname(entry) ?: "";
		if (strcmp(name, "./control") != 0 && strcmp(name, "control") != 0)
			continue;
		r = data_read(archive, CONTROL_MAX, &text, &size);
		return r ?: embargo_package_fields(package, text, size);
	}
	return -ENOENT;
}

static int signature_read(struct archive *archive, struct embargo_package *package)
{
	_cleanup_free_ char *bytes = NULL;
	size_t size;
	int r = data_read(archive, SIGNATURE_MAX, &bytes, &size);

	if (!r && !package->key_id)
		r = embargo_openpgp_key_id(bytes, size, &package->key_id);
	return r == -ENOMEM ? r : 0;
}

int embargo_package_deb(int fd, struct embargo_package *package)
{
	_cleanup_(archive_closep) struct archive *archive = archive_read_new();
	_cleanup_free_ struct reader *reader = calloc(1, sizeof(*reader));
	struct archive_entry *entry;
	int r = 0, found = -ENOENT;
	const char *name;
	size_t i;

	if (!archive || !reader)
		return -ENOMEM;
	reader->fd = fd;
	archive_read_support_format_ar(archive);
	archive_read_set_skip_callback(archive, file_skip);
	if (archive_read_open(archive, reader, NULL, file_read, NULL) < ARCHIVE_WARN)
		return -EBADMSG;
	for (i = 0; i < MEMBERS_MAX && r != -ENOMEM; i++) {
		r = archive_read_next_header(archive, &entry);
		if (r < ARCHIVE_WARN || r == ARCHIVE_EOF)
			break;
		name = archive_entry_pathname(entry) ?: "";
		if (found == -ENOENT && !strncmp(name, "control.tar", strlen("control.tar")))
			r = found = control_read(archive, package);
		else if (!strncmp(name, "_gpg", strlen("_gpg"))) /* debsigs */
			r = signature_read(archive, package);
	}
	if (r == -ENOMEM)
		return r;
	return found == -ENOENT ? -EBADMSG : found;
}
