// SPDX-License-Identifier: GPL-2.0-or-later
/* A file that is read once: its beginning can be looked at, all of it is hashed. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "policy/identity/archive/private.h"
#include "policy/identity/base/parts.h"

static const char modinfo[] = ".modinfo"; /* with its NUL, as in a table of names */

struct embargo_stream {
	embargo_stream_read read;
	void *context;
	unsigned char *buffer;
	size_t room;
	size_t start; /* of what was not taken yet */
	size_t end;
	bool ended;
	bool failed;
	struct embargo_hasher hasher;
	int spool; /* or -1 */
	__u64 spool_max;
	__u64 size;
	bool has_modinfo;
	unsigned char seam[2 * sizeof(modinfo)]; /* where two pieces meet */
	size_t seam_size;
};

void embargo_stream_free(struct embargo_stream *stream)
{
	if (!stream)
		return;
	embargo_hasher_clear(&stream->hasher);
	free(stream->buffer);
	free(stream);
}

int embargo_stream_new(embargo_stream_read read, void *context, unsigned int want,
		       struct embargo_stream **ret_stream)
{
	_cleanup_(embargo_stream_freep) struct embargo_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return -ENOMEM;
	stream->read = read;
	stream->context = context;
	stream->spool = -1;
	stream->room = EMBARGO_CONTENT_PEEK;
	stream->buffer = malloc(stream->room);
	if (!stream->buffer || embargo_hasher_start(&stream->hasher, want))
		return -ENOMEM;
	*ret_stream = TAKE_PTR(stream);
	return 0;
}

/* Until there are @want bytes, or no more. */
static int fill(struct embargo_stream *stream, size_t want)
{
	unsigned char *grown;
	ssize_t got;

	if (stream->start) {
		memmove(stream->buffer, stream->buffer + stream->start, stream->end - stream->start);
		stream->end -= stream->start;
		stream->start = 0;
	}
	if (want > stream->room) {
		grown = realloc(stream->buffer, want);
		if (!grown)
			return -1;
		stream->buffer = grown;
		stream->room = want;
	}
	while (stream->end < want && !stream->ended && !stream->failed) {
		got = stream->read(stream->context, stream->buffer + stream->end, stream->room - stream->end);
		stream->failed = got < 0;
		stream->ended = !got;
		stream->end += got > 0 ? got : 0;
	}
	return stream->failed ? -1 : 0;
}

ssize_t embargo_stream_peek(struct embargo_stream *stream, size_t want, const unsigned char **ret_bytes)
{
	if (stream->end - stream->start < want && fill(stream, want))
		return -1;
	*ret_bytes = stream->buffer + stream->start;
	return stream->end - stream->start;
}

/* The seam: the last bytes of what was taken before, then the first of @bytes. */
static void seek_modinfo(struct embargo_stream *stream, const unsigned char *bytes, size_t size)
{
	size_t most = sizeof(modinfo) - 1, head = size < most ? size : most, kept;

	memcpy(stream->seam + stream->seam_size, bytes, head);
	stream->seam_size += head;
	stream->has_modinfo |= memmem(stream->seam, stream->seam_size, modinfo, sizeof(modinfo)) ||
			       memmem(bytes, size, modinfo, sizeof(modinfo));
	if (size >= most) {
		memcpy(stream->seam, bytes + size - most, most);
		stream->seam_size = most;
		return;
	}
	kept = stream->seam_size < most ? stream->seam_size : most;
	memmove(stream->seam, stream->seam + stream->seam_size - kept, kept);
	stream->seam_size = kept;
}

void embargo_stream_spool(struct embargo_stream *stream, int fd, __u64 most)
{
	stream->spool = fd;
	stream->spool_max = most;
}

bool embargo_stream_spooled(const struct embargo_stream *stream)
{
	return stream->spool >= 0;
}

/* What does not fit, or cannot be written, gives the whole of it up. */
static void spool(struct embargo_stream *stream, const unsigned char *bytes, size_t size)
{
	size_t done = 0;
	ssize_t put;

	if (stream->spool >= 0 && stream->size + size > stream->spool_max)
		stream->spool = -1;
	while (stream->spool >= 0 && done < size) {
		put = write(stream->spool, bytes + done, size - done);
		if (put < 0 && errno != EINTR)
			stream->spool = -1;
		done += put > 0 ? put : 0;
	}
}

ssize_t embargo_stream_take(struct embargo_stream *stream, size_t most, const unsigned char **ret_bytes)
{
	const unsigned char *bytes;
	size_t size;

	if (stream->start == stream->end && fill(stream, 1))
		return -1;
	bytes = stream->buffer + stream->start;
	size = stream->end - stream->start;
	size = size < most ? size : most;
	if (embargo_hasher_feed(&stream->hasher, bytes, size))
		return -1;
	spool(stream, bytes, size);
	seek_modinfo(stream, bytes, size);
	stream->start += size;
	stream->size += size;
	*ret_bytes = bytes;
	return size;
}

int embargo_stream_drain(struct embargo_stream *stream)
{
	const unsigned char *bytes;
	ssize_t got;

	while ((got = embargo_stream_take(stream, SIZE_MAX, &bytes)) > 0)
		;
	return got < 0 ? -EIO : 0;
}

int embargo_stream_digests(struct embargo_stream *stream, struct embargo_digests *ret_digests)
{
	ret_digests->size = stream->size;
	return embargo_hasher_end(&stream->hasher, ret_digests);
}

bool embargo_stream_has_modinfo(const struct embargo_stream *stream)
{
	return stream->has_modinfo;
}
