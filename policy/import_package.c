// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A vendor's package: .deb, .rpm, .tar.*, .zip, or a script with one of these
 * behind it, also one within the other. Hash and size of whatever in it can run;
 * nothing is unpacked to disk.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/identity/identity.h"
#include "policy/import_package.h"

#define DEPTH_MAX 6 /* of archives: a script, its .tar.gz, a .deb in it, its data.tar, a module.ko.xz */
#define EMBARGO_PACKAGE_PATH 4096

static ssize_t fd_read(void *context, void *to, size_t size)
{
	struct embargo_unpacking *package = context;
	ssize_t got;

	do
		got = read(package->fd, to, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		embargo_import_fail(package->import, -errno, "%s", strerror(errno));
	return got;
}

static int write_rule(struct embargo_unpacking *package, struct embargo_stream *stream,
		      const struct embargo_package_file *file, __u32 formats)
{
	char path[EMBARGO_PACKAGE_PATH];
	struct embargo_import_entry entry = {
		.name = path,
		.bytes = embargo_stream_size(stream),
		.formats = formats,
	};
	__u8 digest[EMBARGO_SHA256_SIZE];

	snprintf(path, sizeof(path), "%s%s", file->prefix, file->name);
	if (embargo_stream_digest(stream, digest))
		return embargo_import_fail(package->import, -ENOMEM, "no SHA-256 here");
	return embargo_import_hash(package->import, digest, &entry);
}

int embargo_package_skip(struct embargo_unpacking *package, const struct embargo_package_file *file,
			 enum embargo_import_cause cause)
{
	char path[EMBARGO_PACKAGE_PATH];

	snprintf(path, sizeof(path), "%s%s", file->prefix, file->name);
	embargo_import_skip(package->import, cause, path);
	return 0;
}

/* The file was read to its end: @content, and @inside if it is compressed. */
static int conclude(struct embargo_unpacking *package, struct embargo_stream *stream,
		    const struct embargo_package_file *file, enum embargo_content content,
		    enum embargo_content inside)
{
	switch (content) {
	case EMBARGO_CONTENT_ELF:
		return write_rule(package, stream, file, EMBARGO_FORMAT_ELF);
	case EMBARGO_CONTENT_MODULE:
		return write_rule(package, stream, file, EMBARGO_FORMAT_MODULE);
	case EMBARGO_CONTENT_PE:
		return write_rule(package, stream, file, EMBARGO_FORMAT_PE);
	case EMBARGO_CONTENT_SCRIPT:
		return write_rule(package, stream, file, EMBARGO_FORMAT_SCRIPT);
	case EMBARGO_CONTENT_DEB: /* dpkg and its like run it */
	case EMBARGO_CONTENT_RPM:
	case EMBARGO_CONTENT_ZIP:
		return write_rule(package, stream, file, EMBARGO_FORMAT_OTHER);
	case EMBARGO_CONTENT_ARCHIVE:
		return file->depth ? 0 : write_rule(package, stream, file, EMBARGO_FORMAT_OTHER);
	case EMBARGO_CONTENT_FOLDED:
		if (!file->depth)
			return write_rule(package, stream, file, EMBARGO_FORMAT_OTHER);
		if (inside == EMBARGO_CONTENT_MODULE) /* kernels take it compressed, too */
			return write_rule(package, stream, file, EMBARGO_FORMAT_MODULE);
		if (inside != EMBARGO_CONTENT_OTHER && inside != EMBARGO_CONTENT_OBJECT)
			return 0;
		break;
	case EMBARGO_CONTENT_OBJECT:
	case EMBARGO_CONTENT_OTHER:
		if (file->outer == EMBARGO_CONTENT_FOLDED)
			return 0; /* said of the compressed file */
	}
	return embargo_package_skip(package, file, EMBARGO_IMPORT_NOT_PROGRAM);
}

/* Takes what is before @offset. */
static int take_until(struct embargo_stream *stream, size_t offset)
{
	const unsigned char *bytes;
	ssize_t got;

	while (offset) {
		got = embargo_stream_take(stream, offset, &bytes);
		if (got <= 0)
			return -EIO;
		offset -= got;
	}
	return 0;
}

static int scan_archive(struct embargo_unpacking *package, struct embargo_stream *stream,
			const struct embargo_package_file *file, size_t offset,
			enum embargo_content *ret_inside)
{
	const unsigned char *start;
	ssize_t size;

	if (file->depth == DEPTH_MAX)
		return embargo_package_skip(package, file, EMBARGO_IMPORT_UNREADABLE);
	if (take_until(stream, offset))
		return -EIO;
	size = embargo_stream_peek(stream, EMBARGO_STREAM_PEEK, &start);
	if (size < 0)
		return -EIO;
	return embargo_package_unpack(package, stream, file, embargo_content_of(start, size), ret_inside);
}

int embargo_package_scan(struct embargo_unpacking *package, struct embargo_stream *stream,
			 const struct embargo_package_file *file, const bool *bad,
			 enum embargo_content *ret_content)
{
	enum embargo_content content, inside = EMBARGO_CONTENT_OTHER;
	const unsigned char *start = NULL;
	size_t offset = 0;
	ssize_t size;
	int r = 0;

	size = embargo_stream_peek(stream, EMBARGO_STREAM_PEEK, &start);
	if (size < 0)
		return embargo_import_fail(package->import, -EIO, "%s", strerror(EIO));
	content = embargo_content_of(start, size);
	if (content == EMBARGO_CONTENT_SCRIPT) {
		size = embargo_stream_peek(stream, EMBARGO_STREAM_HEADER, &start);
		offset = size < 0 ? 0 : embargo_content_after_script(start, size);
	}
	if (offset || content >= EMBARGO_CONTENT_DEB)
		r = scan_archive(package, stream, file, offset, &inside);
	if (!r)
		r = embargo_stream_drain(stream);
	if (r)
		return embargo_import_fail(package->import, r, "%s", strerror(-r));
	if (content == EMBARGO_CONTENT_OBJECT && embargo_stream_has_modinfo(stream))
		content = EMBARGO_CONTENT_MODULE;
	if (bad && *bad)
		return embargo_package_skip(package, file, EMBARGO_IMPORT_UNREADABLE);
	if (ret_content)
		*ret_content = content;
	return conclude(package, stream, file, content, inside);
}

/* Where all its rules are from: the package, and which one of that name. */
static int name_source(struct embargo_unpacking *package, const char *name)
{
	struct embargo_import *import = package->import;
	struct embargo_reason reason = {""};
	struct embargo_digests digests;
	_cleanup_free_ char *hex = NULL;

	if (embargo_hash_fd(package->fd, 0, &digests, &reason))
		return embargo_import_fail(import, -EIO, "%s", reason.text);
	hex = embargo_hex(digests.sha256, sizeof(digests.sha256));
	if (!hex)
		return embargo_import_fail(import, -ENOMEM, "%s", strerror(ENOMEM));
	snprintf(import->source, sizeof(import->source), "%.200s%s%.200s sha256:%s",
		 import->options.source ?: "", import->options.source ? ": " : "", name, hex);
	return 0;
}

int embargo_import_package(struct embargo_import *import, int fd)
{
	_cleanup_(embargo_stream_freep) struct embargo_stream *stream = NULL;
	struct embargo_unpacking package = {.import = import, .fd = fd};
	const char *slash = strrchr(import->file, '/');
	struct embargo_package_file file = {.prefix = "", .name = slash ? slash + 1 : import->file};
	char name[EMBARGO_IMPORT_TEXT];
	struct stat stat;
	int r;

	if (fstat(fd, &stat))
		return embargo_import_fail(import, -errno, "%s", strerror(errno));
	package.stored = stat.st_size;
	r = name_source(&package, file.name);
	if (r)
		return r;
	embargo_import_clean(file.name, name, sizeof(name));
	embargo_import_write(import, "\n# \"%s\", package:\n", name);
	if (embargo_stream_new(fd_read, &package, &stream))
		return embargo_import_fail(import, -ENOMEM, "%s", strerror(ENOMEM));
	return embargo_package_scan(&package, stream, &file, NULL, NULL);
}
