// SPDX-License-Identifier: GPL-2.0-or-later
/* The archives of a package: their files are handed on one by one, as they come. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "policy/import_package.h"

/* What grows without end is made to hurt. Bytes count once for each archive that they are in. */
#define UNFOLDED_FREE (64ULL << 20)
#define UNFOLDED_RATIO 250
#define UNFOLDED_MAX (64ULL << 30)
#define ENTRIES_MAX 1000000

/* An archive that is open, and the entry that is read. */
struct level {
	struct embargo_unpacking *package;
	struct archive *archive;
	struct embargo_stream *stream; /* what it is read from */
	bool bad;		       /* the entry could not be read to its end */
};

static la_ssize_t level_read(struct archive *archive, void *context, const void **ret_bytes)
{
	struct level *level = context;
	const unsigned char *bytes = NULL;
	ssize_t got = embargo_stream_take(level->stream, SIZE_MAX, &bytes);

	if (got < 0)
		archive_set_error(archive, EIO, "%s", strerror(EIO));
	*ret_bytes = bytes;
	return got;
}

/* Bytes of the entry. One that cannot be read ends early, and says so. */
static ssize_t entry_read(void *context, void *to, size_t size)
{
	struct level *level = context;
	struct embargo_unpacking *package = level->package;
	la_ssize_t got = archive_read_data(level->archive, to, size);

	if (got < 0) {
		level->bad = true;
		return 0;
	}
	package->unfolded += got;
	if (package->unfolded > UNFOLDED_FREE &&
	    (package->unfolded > UNFOLDED_MAX || package->unfolded / UNFOLDED_RATIO > package->stored))
		return embargo_import_fail(package->import, -1, "unfolds to more than %s",
					   package->unfolded > UNFOLDED_MAX ? "64 GiB"
									    : "250 times its size");
	return got;
}

static int level_open(struct level *level, enum embargo_content content)
{
	struct archive *archive = level->archive = archive_read_new();

	if (!archive)
		return -ENOMEM;
	/* Not all filters: some of them run programs. */
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_lzma(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_lz4(archive);
	if (content == EMBARGO_CONTENT_RPM)
		archive_read_support_filter_rpm(archive);
	archive_read_support_format_ar(archive);
	archive_read_support_format_cpio(archive);
	archive_read_support_format_tar(archive);
	archive_read_support_format_zip_streamable(archive); /* the other keeps all names in memory */
	if (content == EMBARGO_CONTENT_FOLDED)
		archive_read_support_format_raw(archive);
	return archive_read_open(archive, level, NULL, level_read, NULL);
}

static void level_close(struct level *level)
{
	archive_read_free(level->archive);
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

static int scan_entry(struct level *level, struct archive_entry *entry,
		      const struct embargo_package_file *archive, enum embargo_content content,
		      const char *prefix, enum embargo_content *ret_inside)
{
	_cleanup_(embargo_stream_freep) struct embargo_stream *stream = NULL;
	struct embargo_package_file file = {
		.prefix = prefix,
		.name = entry_name(entry),
		.depth = archive->depth + 1,
		.outer = content,
	};

	if (archive_format(level->archive) == ARCHIVE_FORMAT_RAW) { /* the file itself, unfolded */
		file.prefix = archive->prefix;
		file.name = archive->name;
	} else {
		*ret_inside = EMBARGO_CONTENT_ARCHIVE;
		ret_inside = NULL;
		file.outer = content == EMBARGO_CONTENT_DEB ? content : EMBARGO_CONTENT_ARCHIVE;
		if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
			return 0;
	}
	if (++level->package->entries > ENTRIES_MAX)
		return embargo_import_fail(level->package->import, -EFBIG, "more than %u files", ENTRIES_MAX);
	level->bad = false;
	if (embargo_stream_new(entry_read, level, &stream))
		return embargo_import_fail(level->package->import, -ENOMEM, "%s", strerror(ENOMEM));
	return embargo_package_scan(level->package, stream, &file, &level->bad, ret_inside);
}

/* A damaged archive is the package's own fault, unless it only looked like one. */
static int damaged(struct level *level, const struct embargo_package_file *file, bool begun)
{
	const char *why = archive_error_string(level->archive);

	if (level->package->import->failed)
		return -EBADMSG;
	if (file->depth && file->outer != EMBARGO_CONTENT_DEB && !begun)
		return embargo_package_skip(level->package, file, EMBARGO_IMPORT_UNREADABLE);
	return embargo_import_fail(level->package->import, -EBADMSG, "%.80s%.200s: %.160s", file->prefix,
				   file->name, why ?: "damaged");
}

int embargo_package_unpack(struct embargo_unpacking *package, struct embargo_stream *stream,
			   const struct embargo_package_file *file, enum embargo_content content,
			   enum embargo_content *ret_inside)
{
	_cleanup_(level_close) struct level level = {.package = package, .stream = stream};
	_cleanup_free_ char *prefix = malloc(EMBARGO_PACKAGE_PATH);
	struct archive_entry *entry;
	bool begun = false;
	int r;

	if (!prefix)
		return embargo_import_fail(package->import, -ENOMEM, "%s", strerror(ENOMEM));
	/* What is in the package's own archive is called as it will be when it is installed. */
	if (!file->depth || file->outer == EMBARGO_CONTENT_DEB)
		snprintf(prefix, EMBARGO_PACKAGE_PATH, "%s", file->prefix);
	else
		snprintf(prefix, EMBARGO_PACKAGE_PATH, "%s%s/", file->prefix, file->name);
	r = level_open(&level, content);
	if (r < ARCHIVE_WARN)
		return damaged(&level, file, false);
	for (;;) {
		r = archive_read_next_header(level.archive, &entry);
		if (r == ARCHIVE_EOF)
			return 0;
		if (r == ARCHIVE_RETRY)
			continue;
		if (r < ARCHIVE_WARN)
			return damaged(&level, file, begun);
		begun = archive_format(level.archive) != ARCHIVE_FORMAT_RAW;
		r = scan_entry(&level, entry, file, content, prefix, ret_inside);
		if (r || package->import->failed)
			return r ?: -EBADMSG;
	}
}
