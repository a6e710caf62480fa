/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that walk archives. */
#ifndef EMBARGO_POLICY_IDENTITY_ARCHIVE_PRIVATE_H
#define EMBARGO_POLICY_IDENTITY_ARCHIVE_PRIVATE_H

#include "policy/identity/archive/archive.h"

struct embargo_stream;

/* Where a stream's bytes come from: 0 at the end, -1 if it fails. */
typedef ssize_t (*embargo_stream_read)(void *context, void *to, size_t size);

/* stream.c: a file that is read once: its beginning can be looked at, all of it is hashed */
int embargo_stream_new(embargo_stream_read read, void *context, unsigned int want,
		       struct embargo_stream **ret_stream);
void embargo_stream_free(struct embargo_stream *stream);
EMBARGO_CLEANUP(struct embargo_stream, embargo_stream_free);
/* What is taken is written to @fd, too, which is empty, up to @most bytes. */
void embargo_stream_spool(struct embargo_stream *stream, int fd, __u64 most);
/* Is all that was taken in there? */
bool embargo_stream_spooled(const struct embargo_stream *stream);
/* What comes next, up to @want bytes of it. The number of bytes, or -1 */
ssize_t embargo_stream_peek(struct embargo_stream *stream, size_t want, const unsigned char **ret_bytes);
/* Up to @most bytes, which count for the hash. The number, 0 at the end, or -1. Good until the next call. */
ssize_t embargo_stream_take(struct embargo_stream *stream, size_t most, const unsigned char **ret_bytes);
/* Takes the rest. */
int embargo_stream_drain(struct embargo_stream *stream);
/* Once, at the end. */
int embargo_stream_digests(struct embargo_stream *stream, struct embargo_digests *ret_digests);
/* Was ".modinfo", the name of a section, in what was taken? */
bool embargo_stream_has_modinfo(const struct embargo_stream *stream);

struct embargo_archive_walk {
	struct embargo_archive_limits limits;
	embargo_archive_each each;
	void *context;
	unsigned int want;
	int fd;
	off_t at;     /* in the file */
	__u64 stored; /* bytes of the file */
	__u64 decompressed;
	__u64 members;
	int spools[EMBARGO_ARCHIVE_DEPTH_MAX + 1]; /* memory for one member at each depth, or -1 */
	int failed;				   /* why the walk is over, or 0 */
	struct embargo_reason *reason;
};

/* A member, or the file itself. */
struct embargo_archive_place {
	const char *prefix; /* path of the archive that it is in, "" or with a / at its end */
	const char *name;
	unsigned int depth;
	enum embargo_content outer;
	const bool *bad; /* set when its stream ended early, or NULL */
};

/* Ends the walk; returns @error. */
int embargo_archive_fail(struct embargo_archive_walk *walk, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* archive.c. *@ret_content, if not NULL: what it is. */
int embargo_archive_scan(struct embargo_archive_walk *walk, struct embargo_stream *stream,
			 const struct embargo_archive_place *place, enum embargo_content *ret_content);

/*
 * unpack.c: scan all that is in the rest of @stream, or in the whole
 * file at @fd if there is no stream. *@ret_inside: of a compressed file, what
 * is in it. @why: NULL, or why members may be missing.
 */
int embargo_archive_unpack(struct embargo_archive_walk *walk, struct embargo_stream *stream, int fd,
			   const struct embargo_archive_place *place, enum embargo_content content,
			   enum embargo_content *ret_inside, struct embargo_reason *why);

#endif
