// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A vendor's package: .deb, .rpm, .tar.*, .zip, or a script with one of these
 * behind it, also one within the other. Hash and size of whatever in it can run.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "policy/identity/archive/archive.h"
#include "policy/import/private.h"

static int write_rule(struct embargo_import *import, const struct embargo_identity *file, __u32 formats)
{
	struct embargo_import_entry entry = {
		.name = file->path,
		.bytes = file->digests.size,
		.formats = formats,
	};

	return embargo_import_hash(import, file->digests.sha256, &entry);
}

/* The formats of the rule for this member; 0: none, and that goes without saying; -1: nothing that runs. */
static int formats_of(const struct embargo_archive_member *member)
{
	switch (member->content) {
	case EMBARGO_CONTENT_ELF:
		return EMBARGO_FORMAT_ELF;
	case EMBARGO_CONTENT_MODULE:
		return EMBARGO_FORMAT_MODULE;
	case EMBARGO_CONTENT_PE:
		return EMBARGO_FORMAT_PE;
	case EMBARGO_CONTENT_SCRIPT:
		return EMBARGO_FORMAT_SCRIPT;
	case EMBARGO_CONTENT_DEB: /* dpkg and its like run it */
	case EMBARGO_CONTENT_RPM:
	case EMBARGO_CONTENT_ZIP:
		return EMBARGO_FORMAT_OTHER;
	case EMBARGO_CONTENT_ARCHIVE:
	case EMBARGO_CONTENT_SEEKING:
		return member->depth ? 0 : EMBARGO_FORMAT_OTHER;
	case EMBARGO_CONTENT_FOLDED:
		if (!member->depth)
			return EMBARGO_FORMAT_OTHER;
		if (member->inside == EMBARGO_CONTENT_MODULE) /* kernels take it compressed, too */
			return EMBARGO_FORMAT_MODULE;
		if (member->inside != EMBARGO_CONTENT_OTHER && member->inside != EMBARGO_CONTENT_OBJECT)
			return 0;
		break;
	case EMBARGO_CONTENT_OBJECT:
	case EMBARGO_CONTENT_OTHER:
		if (member->outer == EMBARGO_CONTENT_FOLDED)
			return 0; /* said of the compressed file */
	}
	return -1;
}

struct package {
	struct embargo_import *import;
	int fd;
	bool is_deb;
	bool has_data;
};

static int import_member(void *context, struct embargo_archive_member *member)
{
	struct package *package = context;
	struct embargo_import *import = package->import;
	int formats = formats_of(member);

	embargo_import_progress(import, package->fd, lseek(package->fd, 0, SEEK_CUR));
	package->is_deb |= !member->depth && member->content == EMBARGO_CONTENT_DEB;
	package->has_data |= member->depth == 1 && !strncmp(member->identity->path, "data.tar", 8);
	import->counts.entries += member->unopened + (member->broken || formats);
	if (member->unopened)
		embargo_import_skip(import, EMBARGO_IMPORT_UNREADABLE, member->identity->path);
	if (member->broken)
		embargo_import_skip(import, EMBARGO_IMPORT_UNREADABLE, member->identity->path);
	else if (formats > 0)
		return write_rule(import, member->identity, formats);
	else if (formats < 0)
		embargo_import_skip(import, EMBARGO_IMPORT_NOT_PROGRAM, member->identity->path);
	return 0;
}

/* Where all its rules are from: the package, and which one of that name. */
static int name_source(struct embargo_import *import, int fd, const char *name)
{
	struct embargo_reason reason = {""};
	struct embargo_digests digests;
	_cleanup_free_ char *hex = NULL;

	if (embargo_hash_fd(fd, 0, &digests, &reason))
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
	const char *slash = strrchr(import->file, '/'), *base = slash ? slash + 1 : import->file;
	struct package package = {.import = import, .fd = fd};
	struct embargo_reason reason = {""};
	char name[EMBARGO_IMPORT_TEXT];
	int r;

	r = name_source(import, fd, base);
	if (r)
		return r;
	embargo_import_clean(base, name, sizeof(name));
	embargo_import_write(import, "\n# \"%s\", package:\n", name);
	r = embargo_archive_walk(fd, base, 0, NULL, import_member, &package, &reason);
	/* Cut off between its parts, or in the head of one, it looks whole to libarchive. */
	if (!r && package.is_deb && !package.has_data)
		r = embargo_unreadable(&reason, -EBADMSG, "a .deb without its data.tar: is it cut off?");
	/* What went wrong in writing is said already. */
	return r && !import->failed ? embargo_import_fail(import, r, "%s", reason.text) : r;
}
