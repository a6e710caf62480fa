// SPDX-License-Identifier: GPL-2.0-or-later
/* A file as lines: decompressed by libarchive, bounded; an object on several lines is put together. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "userspace/report/report.h"

#define BLOCK (64U << 10)
/* Lines of hosts fold well; what folds to a thousandth of itself is made to hurt. */
#define DECOMPRESSED_FREE (256ULL << 20)
#define DECOMPRESSED_RATIO 1000
#define DECOMPRESSED_MAX (64ULL << 30)

struct input {
	struct embargo_report *report;
	struct embargo_report_place place;
	char *line;
	size_t used;
	bool overlong;
	char *object; /* of several lines, as far as it was read */
	size_t object_used;
	uint64_t object_line;
	bool own; /* it is what a report wrote */
};

static void input_clear(struct input *input)
{
	free(input->line);
	free(input->object);
}

/* What was begun on several lines has no end. */
static int object_unfinished(struct input *input)
{
	struct embargo_report_place place = input->place;

	if (!input->object_used)
		return 0;
	place.line = input->object_line;
	input->object_used = 0;
	return embargo_report_bad(input->report, &place, "an object that has no end");
}

/* `embargo status --json` is one object on many lines, the first { and the last } alone on theirs. */
static int object_add(struct input *input)
{
	static const char headline[] = " \"headline\": ";

	/* No host says that: taken for lines of hosts, a report would count itself. */
	input->own = input->object_line == 1 && input->used > strlen(headline) &&
		     !memcmp(input->line, headline, strlen(headline));
	if (input->own)
		return -EBADMSG;
	if (input->object_used + input->used + 1 > EMBARGO_REPORT_OBJECT)
		return object_unfinished(input);
	if (!input->object && !(input->object = malloc(EMBARGO_REPORT_OBJECT)))
		return -ENOMEM;
	memcpy(input->object + input->object_used, input->line, input->used);
	input->object_used += input->used;
	input->object[input->object_used++] = '\n';
	return 0;
}

static int object_end(struct input *input)
{
	uint64_t line = input->place.line;
	int r = object_add(input);

	if (r || !input->object_used)
		return r;
	input->place.line = input->object_line;
	r = embargo_report_line(input->report, &input->place, input->object, input->object_used);
	input->object_used = 0;
	input->place.line = line;
	return r;
}

static int line_take(struct input *input)
{
	int r = 0;

	input->report->lines++;
	while (input->used && strchr(" \t\r", input->line[input->used - 1]) && input->line[input->used - 1])
		input->used--;
	if (input->overlong)
		return object_unfinished(input)
			       ?: embargo_report_bad(input->report, &input->place,
						     "a line of more than 256 KiB");
	if (!input->used)
		return 0;
	if (*input->line == '{')
		r = object_unfinished(input);
	if (!r && input->used == 1 && *input->line == '{') {
		input->object_line = input->place.line;
		return object_add(input);
	}
	if (!r && input->object_used)
		return input->used == 1 && *input->line == '}' ? object_end(input) : object_add(input);
	return r ?: embargo_report_line(input->report, &input->place, input->line, input->used);
}

static int block_take(struct input *input, const char *bytes, size_t size)
{
	const char *end;
	size_t part;
	int r;

	while (size) {
		end = memchr(bytes, '\n', size);
		part = end ? (size_t)(end - bytes) : size;
		if (input->used + part > EMBARGO_REPORT_LINE)
			input->overlong = true;
		else
			memcpy(input->line + input->used, bytes, part);
		input->used = input->overlong ? 0 : input->used + part;
		part += !!end;
		bytes += part;
		size -= part;
		if (!end)
			break;
		r = line_take(input);
		if (r)
			return r;
		input->used = 0;
		input->overlong = false;
		input->place.line++;
	}
	return 0;
}

/* The bytes of the file as it is stored, and their digest where it is asked for. */
struct stored {
	int fd;
	struct embargo_report *report;
	EVP_MD_CTX *digest; /* or NULL */
	char block[BLOCK];
};

static ssize_t read_more(struct stored *stored)
{
	ssize_t got;

	do {
		got = read(stored->fd, stored->block, sizeof(stored->block));
	} while (got < 0 && errno == EINTR);
	if (got > 0 && stored->digest)
		EVP_DigestUpdate(stored->digest, stored->block, got);
	stored->report->stored += got > 0 ? got : 0;
	if (stored->report->progress)
		stored->report->progress(stored->report->progress_context, stored->report->stored, 0);
	return got;
}

static la_ssize_t stored_read(struct archive *archive, void *context, const void **ret_block)
{
	struct stored *stored = context;
	ssize_t got = read_more(stored);

	if (got < 0)
		archive_set_error(archive, errno, "%s", strerror(errno));
	*ret_block = stored->block;
	return got;
}

/* What was behind the end of what is compressed is part of the file, too. */
static int stored_end(struct stored *stored, struct embargo_report *report, const char *name)
{
	int r;

	if (!stored->digest)
		return 0;
	while (read_more(stored) > 0)
		;
	r = embargo_report_inputs_add(&report->inputs, name, stored->digest);
	EVP_MD_CTX_free(stored->digest);
	return r;
}

/* Not all filters: some of them run programs. */
static struct archive *archive_new(struct stored *stored, int *ret_status)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;

	if (!archive)
		return NULL;
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_lzma(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_lz4(archive);
	archive_read_support_format_raw(archive);
	archive_read_support_format_empty(archive);
	*ret_status = archive_read_open(archive, stored, NULL, stored_read, NULL);
	if (*ret_status == ARCHIVE_OK || *ret_status == ARCHIVE_WARN)
		*ret_status = archive_read_next_header(archive, &entry);
	return archive;
}

static int why_set(char **ret_why, const char *why, int error)
{
	*ret_why = strdup(why ?: "it cannot be read");
	return error;
}

static int archive_take(struct input *input, struct archive *archive, char **ret_why)
{
	_cleanup_free_ char *block = malloc(BLOCK);
	uint64_t decompressed = 0, stored;
	la_ssize_t got;
	int r = 0;

	if (!block)
		return why_set(ret_why, "no memory", -ENOMEM);
	while (!r && (got = archive_read_data(archive, block, BLOCK))) {
		if (got < 0)
			return why_set(ret_why, archive_error_string(archive), -EIO);
		decompressed += got;
		stored = archive_filter_bytes(archive, -1);
		if (decompressed > DECOMPRESSED_MAX ||
		    (decompressed > DECOMPRESSED_FREE && decompressed / DECOMPRESSED_RATIO > stored))
			return why_set(ret_why, "it unfolds to more than 64 GiB, or 1000 times its size",
				       -EFBIG);
		r = block_take(input, block, got);
	}
	if (!r && (input->used || input->overlong))
		r = line_take(input);
	if (!r)
		r = object_unfinished(input);
	return r ? why_set(ret_why,
			   input->own ? "it is what `embargo report --json' wrote, not what a host said"
				      : strerror(-r),
			   r)
		 : 0;
}

int embargo_report_read(struct embargo_report *report, const char *path, char **ret_why)
{
	bool standard = !strcmp(path, "-");
	_cleanup_close_ int fd = standard ? dup(0) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	_cleanup_(input_clear) struct input input = {
		.report = report,
		.place = {.file = standard ? "standard input" : path, .line = 1},
		.line = malloc(EMBARGO_REPORT_LINE),
	};
	_cleanup_free_ struct stored *stored = malloc(sizeof(*stored));
	struct archive *archive;
	int r = 0, status, ended;

	if (fd < 0)
		return why_set(ret_why, strerror(errno), -errno);
	if (stored)
		*stored = (struct stored){
			.fd = fd, .report = report, .digest = report->inputs.file ? EVP_MD_CTX_new() : NULL};
	if (stored && stored->digest)
		EVP_DigestInit_ex(stored->digest, EVP_sha256(), NULL);
	archive = stored && input.line ? archive_new(stored, &status) : NULL;
	if (!archive)
		return why_set(ret_why, "no memory", -ENOMEM);
	report->files++;
	if (status == ARCHIVE_OK || status == ARCHIVE_WARN)
		r = archive_take(&input, archive, ret_why);
	else if (status != ARCHIVE_EOF)
		r = why_set(ret_why, archive_error_string(archive), -EIO);
	archive_read_free(archive);
	ended = stored_end(stored, report, input.place.file);
	if (!r && ended)
		r = why_set(ret_why, strerror(-ended), ended);
	return r;
}
