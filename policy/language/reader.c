// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bytes -> lines. A list of a million rules is longer than what the process may
 * hold, so a file is read in chunks and one line is in memory at a time.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "policy/language/parse.h"

#define CHUNK_SIZE 65536

struct embargo_reader {
	int fd;		   /* -1: memory */
	const char *bytes; /* what is at hand */
	size_t size;
	size_t position;
	__u32 line;   /* number of the last physical line */
	__u64 before; /* bytes that were at hand earlier */
	bool started;
	EVP_MD_CTX *digest;
	char chunk[CHUNK_SIZE];
};

struct embargo_reader *embargo_reader_new(int fd, const void *memory, size_t size, bool digest)
{
	_cleanup_(embargo_reader_freep) struct embargo_reader *reader = malloc(sizeof(*reader));

	if (!reader)
		return NULL;
	reader->fd = fd;
	reader->bytes = fd >= 0 ? reader->chunk : memory;
	reader->size = fd >= 0 ? 0 : size;
	reader->position = 0;
	reader->line = 0;
	reader->before = 0;
	reader->started = false;
	reader->digest = NULL;
	if (!digest)
		return TAKE_PTR(reader);
	reader->digest = EVP_MD_CTX_new();
	if (!reader->digest || !EVP_DigestInit_ex(reader->digest, EVP_sha256(), NULL))
		return NULL;
	if (fd < 0 && !EVP_DigestUpdate(reader->digest, memory, size))
		return NULL;
	return TAKE_PTR(reader);
}

void embargo_reader_free(struct embargo_reader *reader)
{
	if (!reader)
		return;
	EVP_MD_CTX_free(reader->digest);
	free(reader);
}

__u64 embargo_reader_bytes(const struct embargo_reader *reader)
{
	return reader->before + reader->position;
}

int embargo_reader_digest(struct embargo_reader *reader, __u8 sha256[EMBARGO_SHA256_SIZE])
{
	if (!reader->digest)
		return 0;
	return EVP_DigestFinal_ex(reader->digest, sha256, NULL) ? 0 : -EIO;
}

void embargo_line_free(struct embargo_line *line)
{
	free(line->text);
	free(line->segments);
	*line = (struct embargo_line){};
}

/* 1: there are bytes at .position, 0: the end, or -errno */
static int reader_fill(struct embargo_reader *reader)
{
	ssize_t n;

	if (reader->position < reader->size)
		return 1;
	if (reader->fd < 0)
		return 0;
	do
		n = read(reader->fd, reader->chunk, sizeof(reader->chunk));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (reader->digest && !EVP_DigestUpdate(reader->digest, reader->chunk, n))
		return -EIO;
	reader->before += reader->size;
	reader->position = 0;
	reader->size = n;
	return n > 0;
}

static int line_append(struct embargo_line *line, const char *bytes, size_t size)
{
	size_t wanted = line->size + size + 1;
	char *text;

	if (wanted > line->capacity) {
		wanted = wanted < 512 ? 512 : wanted * 2;
		text = realloc(line->text, wanted);
		if (!text)
			return -ENOMEM;
		line->text = text;
		line->capacity = wanted;
	}
	memcpy(line->text + line->size, bytes, size);
	line->size += size;
	line->text[line->size] = 0;
	return 0;
}

static void line_set_problem(struct embargo_line *line, const char *problem, size_t offset)
{
	if (line->problem)
		return;
	line->problem = problem;
	line->problem_at = offset;
}

/* Append one physical line without its end. 1: done, 0: there was none, or -errno */
static int read_physical(struct embargo_reader *reader, struct embargo_line *line)
{
	size_t begin = line->size, length, room;
	const char *end = NULL;
	const char *from;
	int r;

	r = reader_fill(reader);
	if (r <= 0)
		return r;
	reader->line++;
	while (!end && r > 0) {
		from = reader->bytes + reader->position;
		length = reader->size - reader->position;
		end = memchr(from, '\n', length);
		if (end)
			length = end - from;
		reader->position += length + !!end;
		room = EMBARGO_LINE_MAX > line->size ? EMBARGO_LINE_MAX - line->size : 0;
		if (length > room) {
			length = room;
			line_set_problem(line, "line that is too long", begin);
		}
		r = line_append(line, from, length);
		if (r < 0)
			return r;
		r = end ? 1 : reader_fill(reader);
	}
	if (r < 0)
		return r;
	if (line->size > begin && line->text[line->size - 1] == '\r')
		line->text[--line->size] = 0;
	return 1;
}

/*
 * Does the `\` at the end of the line continue it? Not in a comment, or a rule
 * below a comment that ends in `\` would be lost without a word. Returns 0 or
 * what the `\` turns into: nothing within quotes (1), a space outside (2).
 */
static int line_continues(const struct embargo_line *line)
{
	bool quoted = false, fresh = true;
	size_t i;

	if (!line->size || line->text[line->size - 1] != '\\')
		return 0;
	for (i = 0; i < line->size - 1; i++) {
		char c = line->text[i];

		if (quoted && c == '\\')
			i++; /* whatever follows is escaped */
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && fresh && c == '#')
			return 0;
		fresh = c == ' ' || c == '\t';
	}
	if (i >= line->size)
		return 0; /* `\\` at the end of an open string */
	return quoted ? 1 : 2;
}

int embargo_reader_next(struct embargo_reader *reader, struct embargo_line *line)
{
	int r, continues;

	line->size = 0;
	line->segment_count = 0;
	line->problem = NULL;
	do {
		r = embargo_array_grow(&line->segments, &line->segment_capacity, line->segment_count,
				       sizeof(*line->segments));
		if (r < 0)
			return r;
		line->segments[line->segment_count].offset = line->size;
		line->segments[line->segment_count].line = reader->line + 1;
		r = read_physical(reader, line);
		if (r < 0)
			return r;
		if (!r && line->segment_count)
			line_set_problem(line, "continuation without a next line",
					 line->size ? line->size - 1 : 0);
		if (!r)
			return line->segment_count > 0;
		line->segment_count++;
		if (!reader->started && line->size >= 3 && !memcmp(line->text, "\xef\xbb\xbf", 3)) {
			line->size -= 3; /* editors on Windows begin a file so */
			memmove(line->text, line->text + 3, line->size + 1);
		}
		reader->started = true;
		continues = line_continues(line);
		if (continues == 1)
			line->text[--line->size] = 0;
		else if (continues == 2)
			line->text[line->size - 1] = ' ';
	} while (continues);
	return 1;
}
