// SPDX-License-Identifier: GPL-2.0-or-later
/* A file that is read once: its beginning can be looked at, all of it is hashed. */
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "policy/import_package.h"

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
	EVP_MD_CTX *hash;
	__u64 size;
	bool has_modinfo;
	unsigned char seam[2 * sizeof(modinfo)]; /* where two pieces meet */
	size_t seam_size;
};

void embargo_stream_free(struct embargo_stream *stream)
{
	if (!stream)
		return;
	EVP_MD_CTX_free(stream->hash);
	free(stream->buffer);
	free(stream);
}

int embargo_stream_new(embargo_stream_read read, void *context, struct embargo_stream **ret_stream)
{
	_cleanup_(embargo_stream_freep) struct embargo_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return -ENOMEM;
	stream->read = read;
	stream->context = context;
	stream->room = EMBARGO_STREAM_PEEK;
	stream->buffer = malloc(stream->room);
	stream->hash = EVP_MD_CTX_new();
	if (!stream->buffer || !stream->hash || !EVP_DigestInit_ex(stream->hash, EVP_sha256(), NULL))
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

ssize_t embargo_stream_take(struct embargo_stream *stream, size_t most, const unsigned char **ret_bytes)
{
	const unsigned char *bytes;
	size_t size;

	if (stream->start == stream->end && fill(stream, 1))
		return -1;
	bytes = stream->buffer + stream->start;
	size = stream->end - stream->start;
	size = size < most ? size : most;
	if (!EVP_DigestUpdate(stream->hash, bytes, size))
		return -1;
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

__u64 embargo_stream_size(const struct embargo_stream *stream)
{
	return stream->size;
}

int embargo_stream_digest(struct embargo_stream *stream, __u8 ret_digest[EMBARGO_SHA256_SIZE])
{
	return EVP_DigestFinal_ex(stream->hash, ret_digest, NULL) ? 0 : -ENOMEM;
}

bool embargo_stream_has_modinfo(const struct embargo_stream *stream)
{
	return stream->has_modinfo;
}
