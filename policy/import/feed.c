// SPDX-License-Identifier: GPL-2.0-or-later
/* The bytes of a feed: decompressed by libarchive, hashed as stored, bounded. */
#include <archive.h>
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "policy/import/private.h"

#define RAW (64U << 10)

/* A feed of hashes folds to half its size or so; what folds to a hundredth is made to hurt. */
#define DECOMPRESSED_FREE (64ULL << 20)
#define DECOMPRESSED_RATIO 250
#define DECOMPRESSED_MAX (64ULL << 30)

static la_ssize_t feed_read(struct archive *archive, void *context, const void **ret_bytes)
{
	struct embargo_feed *feed = context;
	ssize_t got;

	do
		got = read(feed->fd, feed->raw, RAW);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		archive_set_error(archive, errno, "%s", strerror(errno));
		return -1;
	}
	if (!EVP_DigestUpdate(feed->hash, feed->raw, got)) {
		archive_set_error(archive, ENOMEM, "%s", strerror(ENOMEM));
		return -1;
	}
	feed->stored += got;
	embargo_import_progress(feed->import, feed->fd, feed->stored);
	*ret_bytes = feed->raw;
	return got;
}

/* Not all filters: some of them run programs. */
static int feed_filters(struct archive *archive)
{
	return archive_read_support_filter_gzip(archive) || archive_read_support_filter_bzip2(archive) ||
	       archive_read_support_filter_xz(archive) || archive_read_support_filter_lzma(archive) ||
	       archive_read_support_filter_zstd(archive) || archive_read_support_filter_lz4(archive) ||
	       archive_read_support_format_raw(archive);
}

static int feed_damaged(struct embargo_feed *feed)
{
	struct embargo_import *import = feed->import;
	const char *why = archive_error_string(feed->archive);

	import->line = 0;
	import->offset = EMBARGO_IMPORT_NOT_YET;
	return embargo_import_fail(import, -EBADMSG, "after %llu bytes: %s", feed->stored,
				   why ?: "cannot be unfolded");
}

int embargo_feed_open(struct embargo_import *import, int fd, struct embargo_feed *ret_feed)
{
	struct embargo_feed *feed = ret_feed;
	struct archive_entry *entry;
	int r;

	*feed = (struct embargo_feed){.import = import, .fd = fd, .line = 1};
	feed->raw = malloc(RAW);
	feed->buffer = malloc(EMBARGO_IMPORT_PEEK);
	feed->at = feed->end = feed->buffer;
	feed->hash = EVP_MD_CTX_new();
	feed->archive = archive_read_new();
	if (!feed->raw || !feed->buffer || !feed->hash || !feed->archive ||
	    !EVP_DigestInit_ex(feed->hash, EVP_sha256(), NULL) || feed_filters(feed->archive))
		return embargo_import_fail(import, -ENOMEM, "%s", strerror(ENOMEM));
	r = archive_read_open(feed->archive, feed, NULL, feed_read, NULL);
	if (r == ARCHIVE_OK || r == ARCHIVE_WARN)
		r = archive_read_next_header(feed->archive, &entry);
	if (r == ARCHIVE_EOF || !feed->stored) /* "raw" does not know empty files */
		feed->ended = true;
	else if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
		return feed_damaged(feed);
	return 0;
}

void embargo_feed_close(struct embargo_feed *feed)
{
	archive_read_free(feed->archive);
	EVP_MD_CTX_free(feed->hash);
	free(feed->raw);
	free(feed->buffer);
	*feed = (struct embargo_feed){.fd = -1};
}

static int feed_bounded(struct embargo_feed *feed)
{
	if (feed->decompressed <= DECOMPRESSED_FREE ||
	    (feed->decompressed <= DECOMPRESSED_MAX &&
	     feed->decompressed / DECOMPRESSED_RATIO <= feed->stored))
		return 0;
	return embargo_import_fail(feed->import, -EFBIG, "unfolds to more than %s",
				   feed->decompressed > DECOMPRESSED_MAX ? "64 GiB" : "250 times its size");
}

int embargo_feed_fill(struct embargo_feed *feed)
{
	size_t used = 0;
	la_ssize_t got;

	feed->at = feed->end = feed->buffer;
	while (!feed->ended && used < EMBARGO_IMPORT_PEEK) {
		got = archive_read_data(feed->archive, feed->buffer + used, EMBARGO_IMPORT_PEEK - used);
		if (got < 0)
			return feed_damaged(feed);
		feed->ended = !got;
		used += got;
	}
	feed->decompressed += used;
	feed->end = feed->buffer + used;
	if (feed->decompressed == used && used >= 3 && !memcmp(feed->at, "\xef\xbb\xbf", 3))
		feed->at += 3; /* declared as UTF-8, but invalid */
	if (feed_bounded(feed))
		return -EFBIG;
	return feed->at < feed->end;
}

int embargo_feed_digest(struct embargo_feed *feed, __u8 ret_digest[EMBARGO_SHA256_SIZE])
{
	const void *bytes;
	la_ssize_t got;
	int r;

	while ((r = embargo_feed_fill(feed)) > 0)
		;
	if (r)
		return r;
	while ((got = feed_read(feed->archive, feed, &bytes)) > 0) /* what the filter did not look at */
		;
	if (got < 0)
		return feed_damaged(feed);
	if (!EVP_DigestFinal_ex(feed->hash, ret_digest, NULL))
		return embargo_import_fail(feed->import, -ENOMEM, "no SHA-256 here");
	return 0;
}

/* Blanks and the CR at the end of a line are no part of it. */
static bool trim(const char *line, size_t *used)
{
	while (*used && (line[*used - 1] == '\r' || line[*used - 1] == ' ' || line[*used - 1] == '\t'))
		--*used;
	return *used;
}

int embargo_feed_line(struct embargo_feed *feed, char line[EMBARGO_IMPORT_LINE])
{
	struct embargo_import *import = feed->import;
	size_t used = 0;
	int byte;

	import->line = feed->line;
	import->offset = EMBARGO_IMPORT_NOT_YET;
	while ((byte = embargo_feed_byte(feed)) >= 0) {
		if (byte == '\n' && trim(line, &used))
			break;
		if (byte == '\n') {
			import->line = feed->line;
			continue;
		}
		if (!byte)
			return embargo_import_fail(import, -EBADMSG, "NUL byte in a line of text");
		if (used + 1 == EMBARGO_IMPORT_LINE)
			return embargo_import_fail(import, -EBADMSG, "line of more than %u bytes",
						   EMBARGO_IMPORT_LINE - 1);
		line[used++] = byte;
	}
	if (byte == EMBARGO_FEED_ERROR)
		return -EBADMSG; /* said already */
	trim(line, &used);
	line[used] = 0;
	return used > 0;
}

int embargo_feed_lines(struct embargo_feed *feed, int (*call)(struct embargo_import *import, char *line))
{
	_cleanup_free_ char *line = malloc(EMBARGO_IMPORT_LINE);
	int r;

	if (!line)
		return embargo_import_fail(feed->import, -ENOMEM, "%s", strerror(ENOMEM));
	while ((r = embargo_feed_line(feed, line)) > 0) {
		r = call(feed->import, line);
		if (r)
			return r;
	}
	return r;
}
