/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packages: archives in archives, read once from front to back. */
#ifndef EMBARGO_POLICY_IMPORT_PACKAGE_H
#define EMBARGO_POLICY_IMPORT_PACKAGE_H

#include "policy/import_private.h"

#define EMBARGO_STREAM_PEEK (64U << 10)	 /* bytes that can be looked at before they are taken */
#define EMBARGO_STREAM_HEADER (1U << 20) /* of a script: an archive may follow it within */
#define EMBARGO_PACKAGE_PATH 4096

struct embargo_stream;

/* Where a stream's bytes come from: 0 at the end, -1 if it fails. */
typedef ssize_t (*embargo_stream_read)(void *context, void *to, size_t size);

/* import_stream.c */
int embargo_stream_new(embargo_stream_read read, void *context, struct embargo_stream **ret_stream);
void embargo_stream_free(struct embargo_stream *stream);
EMBARGO_CLEANUP(struct embargo_stream, embargo_stream_free);
/* What comes next, up to @want bytes of it. The number of bytes, or -1 */
ssize_t embargo_stream_peek(struct embargo_stream *stream, size_t want, const unsigned char **ret_bytes);
/* Take up to @most bytes: they count for the hash. The number, 0 at the end, or -1. Good until the next call.
 */
ssize_t embargo_stream_take(struct embargo_stream *stream, size_t most, const unsigned char **ret_bytes);
/* Takes the rest. */
int embargo_stream_drain(struct embargo_stream *stream);
__u64 embargo_stream_size(const struct embargo_stream *stream);
int embargo_stream_digest(struct embargo_stream *stream, __u8 ret_digest[EMBARGO_SHA256_SIZE]);
/* Was ".modinfo", the name of a section, in what was taken? */
bool embargo_stream_has_modinfo(const struct embargo_stream *stream);

enum embargo_content {
	EMBARGO_CONTENT_OTHER,
	EMBARGO_CONTENT_ELF,	/* a program or a library */
	EMBARGO_CONTENT_OBJECT, /* a relocatable one */
	EMBARGO_CONTENT_MODULE, /* that has .modinfo: the first bytes do not say it */
	EMBARGO_CONTENT_PE,
	EMBARGO_CONTENT_SCRIPT,
	EMBARGO_CONTENT_DEB,
	EMBARGO_CONTENT_RPM,
	EMBARGO_CONTENT_ZIP,
	EMBARGO_CONTENT_ARCHIVE, /* tar, cpio, ar */
	EMBARGO_CONTENT_FOLDED,	 /* compressed: a file or an archive */
};

struct embargo_unpacking {
	struct embargo_import *import;
	int fd;
	__u64 stored; /* bytes of the file */
	__u64 unfolded;
	__u64 entries;
};

/* A file of the package, or the package itself. */
struct embargo_package_file {
	const char *prefix; /* path of the archive that it is in, "" or with a / at its end */
	const char *name;
	unsigned int depth;	    /* how many archives it is in */
	enum embargo_content outer; /* what the innermost of them is */
};

/*
 * import_package.c. @bad: set when the stream ended early. *@ret_content, if not
 * NULL: what the file is.
 */
int embargo_package_scan(struct embargo_unpacking *package, struct embargo_stream *stream,
			 const struct embargo_package_file *file, const bool *bad,
			 enum embargo_content *ret_content);
/* Takes note that there is no rule for @file; returns 0. */
int embargo_package_skip(struct embargo_unpacking *package, const struct embargo_package_file *file,
			 enum embargo_import_cause cause);

/* import_unpack.c: scan all files in the archive that the rest of @stream is; of a compressed one, what is
 * inside */
int embargo_package_unpack(struct embargo_unpacking *package, struct embargo_stream *stream,
			   const struct embargo_package_file *file, enum embargo_content content,
			   enum embargo_content *ret_inside);

/* import_content.c: by the first bytes */
enum embargo_content embargo_content_of(const unsigned char *start, size_t size);
/* Where in a script an archive begins, on a line of its own; 0: nowhere */
size_t embargo_content_after_script(const unsigned char *start, size_t size);

#endif
