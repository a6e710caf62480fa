// SPDX-License-Identifier: GPL-2.0-or-later
/* The bytes that a signature is over, as a stream: a file's, but for where the signature itself stands. */
#include <errno.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>

#include "policy/identity/signature/file_signature.h"

struct stream {
	const struct embargo_signed_bytes *signed_bytes;
	BIO_METHOD *method;
	unsigned int extent;
	__u64 at; /* within the extent */
	unsigned int zeros;
};

static ssize_t extent_read(const struct embargo_signed_bytes *signed_bytes, __u64 at, void *to, size_t size)
{
	ssize_t got;

	if (signed_bytes->fd < 0) {
		memcpy(to, (const char *)signed_bytes->bytes + at, size);
		return size;
	}
	do
		got = pread(signed_bytes->fd, to, size, at);
	while (got < 0 && errno == EINTR);
	return got;
}

static int stream_read(BIO *bio, char *to, int size)
{
	struct stream *stream = BIO_get_data(bio);
	const struct embargo_signed_bytes *signed_bytes = stream->signed_bytes;
	const struct embargo_extent *extent;
	__u64 left;
	ssize_t got;

	if (size <= 0)
		return 0;
	for (; stream->extent < signed_bytes->extent_count; stream->extent++, stream->at = 0) {
		extent = &signed_bytes->extents[stream->extent];
		left = extent->end > extent->at ? extent->end - extent->at : 0;
		if (stream->at >= left)
			continue;
		left -= stream->at;
		got = extent_read(signed_bytes, extent->at + stream->at, to,
				  left < (__u64)size ? left : (size_t)size);
		if (got <= 0)
			return -1; /* the file was truncated meanwhile, so the hash is not valid */
		stream->at += got;
		return got;
	}
	if (stream->zeros < signed_bytes->zeros) {
		size = signed_bytes->zeros - stream->zeros < (unsigned int)size
			       ? (int)(signed_bytes->zeros - stream->zeros)
			       : size;
		memset(to, 0, size);
		stream->zeros += size;
		return size;
	}
	return 0;
}

static long stream_control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio, (void)number, (void)pointer;
	return command == BIO_CTRL_FLUSH;
}

static int stream_destroy(BIO *bio)
{
	struct stream *stream = BIO_get_data(bio);

	if (stream)
		BIO_meth_free(stream->method);
	free(stream);
	BIO_set_data(bio, NULL);
	return 1;
}

BIO *embargo_signed_bytes_bio(const struct embargo_signed_bytes *signed_bytes)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "what is sealed");
	BIO *bio = NULL;

	if (stream && method && BIO_meth_set_read(method, stream_read) &&
	    BIO_meth_set_ctrl(method, stream_control) && BIO_meth_set_destroy(method, stream_destroy))
		bio = BIO_new(method);
	if (!bio) {
		BIO_meth_free(method);
		free(stream);
		return NULL;
	}
	stream->signed_bytes = signed_bytes;
	stream->method = method;
	BIO_set_data(bio, stream);
	BIO_set_init(bio, 1);
	return bio;
}

int embargo_signed_bytes_hash(const struct embargo_signed_bytes *signed_bytes, const EVP_MD *algorithm,
			      unsigned char ret_hash[EVP_MAX_MD_SIZE], size_t *ret_size)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	BIO *bio = embargo_signed_bytes_bio(signed_bytes);
	_cleanup_free_ unsigned char *chunk = malloc(64 << 10);
	unsigned int size = 0;
	int r = context && bio && chunk ? 0 : -ENOMEM, got;

	if (!r && !EVP_DigestInit_ex(context, algorithm, NULL))
		r = -ENOTSUP;
	while (!r && (got = BIO_read(bio, chunk, 64 << 10)) != 0)
		r = got < 0 ? -EIO : EVP_DigestUpdate(context, chunk, got) ? 0 : -ENOMEM;
	if (!r && !EVP_DigestFinal_ex(context, ret_hash, &size))
		r = -ENOMEM;
	EVP_MD_CTX_free(context);
	BIO_free(bio);
	if (!r)
		*ret_size = size;
	return r;
}
