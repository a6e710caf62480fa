// SPDX-License-Identifier: GPL-2.0-or-later
/* One archive: its files are handed on one by one, as they come. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "policy/identity/archive/private.h"
#include "policy/identity/base/archive_reader.h"

#define CHUNK (64U << 10)
#define PATH_ROOM 4096 /* of a member; what is longer is cut off */

/* An archive that is open, and the entry that is read. */
struct level {
	struct embargo_archive_walk *walk;
	struct archive *archive;
	struct embargo_stream *stream; /* what it is read from; NULL: from .fd */
	int fd;
	off_t at;
	unsigned char *chunk;
	bool bad; /* the entry could not be read to its end */
};

/* Is this too much to come out of that file? Ends the walk then. */
static int over_limit(struct embargo_archive_walk *walk, __u64 decompressed)
{
	const struct embargo_archive_limits *limits = &walk->limits;

	if (decompressed > limits->bytes)
		return embargo_archive_fail(walk, -EFBIG, "unfolds to more than %llu MiB",
					    (unsigned long long)limits->bytes >> 20);
	if (decompressed > limits->free_bytes && decompressed / limits->ratio > walk->stored)
		return embargo_archive_fail(walk, -EFBIG, "unfolds to more than %u times its size",
					    limits->ratio);
	return 0;
}

static la_ssize_t stream_read(struct archive *archive, void *context, const void **ret_bytes)
{
	struct level *level = context;
	const unsigned char *bytes = NULL;
	/* What libarchive skips never comes by entry_read(). */
	__s64 passed = archive_filter_bytes(archive, 0);
	ssize_t got = -1;

	if (passed <= 0 || !over_limit(level->walk, passed))
		got = embargo_stream_take(level->stream, SIZE_MAX, &bytes);
	if (got < 0)
		archive_set_error(archive, EIO, "%s", strerror(EIO));
	*ret_bytes = bytes;
	return got;
}

static la_ssize_t file_read(struct archive *archive, void *context, const void **ret_bytes)
{
	struct level *level = context;
	ssize_t got;

	do
		got = pread(level->fd, level->chunk, CHUNK, level->at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		archive_set_error(archive, errno, "%s", strerror(errno));
	level->at += got > 0 ? got : 0;
	*ret_bytes = level->chunk;
	return got;
}

static la_int64_t file_seek(struct archive *archive, void *context, la_int64_t offset, int whence)
{
	struct level *level = context;
	off_t from = whence == SEEK_CUR ? level->at : 0, to;

	if (whence == SEEK_END)
		from = lseek(level->fd, 0, SEEK_END);
	if (from < 0 || __builtin_add_overflow(from, offset, &to) || to < 0) {
		archive_set_error(archive, EINVAL, "%s", strerror(EINVAL));
		return ARCHIVE_FATAL;
	}
	return level->at = to;
}

static int level_open(struct level *level, enum embargo_content content)
{
	level->archive = embargo_archive_reader(content);
	if (!level->archive)
		return -ENOMEM;
	if (level->stream)
		return archive_read_open(level->archive, level, NULL, stream_read, NULL);
	level->chunk = malloc(CHUNK);
	if (!level->chunk)
		return -ENOMEM;
	archive_read_set_seek_callback(level->archive, file_seek);
	return archive_read_open(level->archive, level, NULL, file_read, NULL);
}

static void level_close(struct level *level)
{
	archive_read_free(level->archive);
	free(level->chunk);
}

/* Bytes of the entry. One that cannot be read ends early, and says so. */
static ssize_t entry_read(void *context, void *to, size_t size)
{
	struct level *level = context;
	struct embargo_archive_walk *walk = level->walk;
	la_ssize_t got = archive_read_data(level->archive, to, size);

	if (got < 0) {
		level->bad = true;
		return 0;
	}
	walk->decompressed += got;
	if (over_limit(walk, walk->decompressed))
		return -1;
	return got;
}

/* In some locales libarchive has a name in one of these notations only. */
static const char *entry_name(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry) ?: archive_entry_pathname_utf8(entry);

	name = name ?: "?";
	while (*name == '/' || !strncmp(name, "./", 2))
		name += *name == '/' ? 1 : 2;
	return name;
}

/* GNU ar writes members without the bits that say what they are; so do some that write cpio and zip. */
static bool is_regular(struct archive_entry *entry)
{
	mode_t type = archive_entry_filetype(entry);
	const char *name = entry_name(entry);

	return !archive_entry_hardlink(entry) &&
	       (type == AE_IFREG || (!type && *name && name[strlen(name) - 1] != '/'));
}

static int scan_entry(struct level *level, struct archive_entry *entry,
		      const struct embargo_archive_place *archive, enum embargo_content content,
		      const char *prefix, enum embargo_content *ret_inside)
{
	_cleanup_(embargo_stream_freep) struct embargo_stream *stream = NULL;
	struct embargo_archive_walk *walk = level->walk;
	struct embargo_archive_place place = {
		.prefix = prefix,
		.name = entry_name(entry),
		.depth = archive->depth + 1,
		.outer = content,
		.bad = &level->bad,
	};

	if (archive_format(level->archive) == ARCHIVE_FORMAT_RAW) { /* the file itself, decompressed */
		place.prefix = archive->prefix;
		place.name = archive->name;
	} else {
		*ret_inside = EMBARGO_CONTENT_ARCHIVE;
		ret_inside = NULL;
		place.outer = content == EMBARGO_CONTENT_FOLDED ? EMBARGO_CONTENT_ARCHIVE : content;
	}
	if (++walk->members > walk->limits.members)
		return embargo_archive_fail(walk, -EFBIG, "more than %llu files",
					    (unsigned long long)walk->limits.members);
	if (archive_format(level->archive) != ARCHIVE_FORMAT_RAW && !is_regular(entry))
		return 0;
	level->bad = false;
	if (embargo_stream_new(entry_read, level, walk->want, &stream))
		return embargo_archive_fail(walk, -ENOMEM, "%s", strerror(ENOMEM));
	return embargo_archive_scan(walk, stream, &place, ret_inside);
}

/* A damaged archive is the fault of the whole file, unless it only looked like one. */
static int damaged(struct level *level, const struct embargo_archive_place *place, bool begun,
		   struct embargo_reason *why)
{
	const char *text = level->archive ? archive_error_string(level->archive) : strerror(ENOMEM);

	if (level->walk->failed)
		return level->walk->failed;
	text = text ?: "damaged";
	if (place->depth && place->outer != EMBARGO_CONTENT_DEB && !begun) {
		embargo_unreadable(why, 0, "%.160s", text);
		return 0;
	}
	return embargo_archive_fail(level->walk, -EBADMSG, "%.40s%.80s: %.80s", place->prefix, place->name,
				    text);
}

int embargo_archive_unpack(struct embargo_archive_walk *walk, struct embargo_stream *stream, int fd,
			   const struct embargo_archive_place *place, enum embargo_content content,
			   enum embargo_content *ret_inside, struct embargo_reason *why)
{
	_cleanup_(level_close) struct level level = {.walk = walk, .stream = stream, .fd = fd};
	_cleanup_free_ char *prefix = malloc(PATH_ROOM);
	struct archive_entry *entry;
	bool begun = false;
	int r;

	if (!prefix)
		return embargo_archive_fail(walk, -ENOMEM, "%s", strerror(ENOMEM));
	/* What is in the package's own archive is called as it will be when it is installed. */
	if (!place->depth || place->outer == EMBARGO_CONTENT_DEB)
		snprintf(prefix, PATH_ROOM, "%s", place->prefix);
	else
		snprintf(prefix, PATH_ROOM, "%s%s/", place->prefix, place->name);
	r = level_open(&level, content);
	if (r < ARCHIVE_WARN)
		return damaged(&level, place, false, why);
	for (;;) {
		r = archive_read_next_header(level.archive, &entry);
		if (r == ARCHIVE_EOF)
			return 0;
		if (r == ARCHIVE_RETRY)
			continue;
		if (r < ARCHIVE_WARN)
			return damaged(&level, place, begun, why);
		begun = archive_format(level.archive) != ARCHIVE_FORMAT_RAW;
		r = scan_entry(&level, entry, place, content, prefix, ret_inside);
		if (r || walk->failed)
			return r ?: walk->failed;
	}
}
