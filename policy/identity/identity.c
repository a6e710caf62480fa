// SPDX-License-Identifier: GPL-2.0-or-later
/* One file, read once: what the kernel's hooks will see of it, and what it says of itself. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf/facts.h"
#include "policy/identity/base/compressed.h"
#include "policy/identity/base/content.h"
#include "policy/identity/package/package.h"
#include "policy/identity/private.h"
#include "policy/identity/signature/signature.h"

#define CERTIFICATES_SIZE_MAX (4U << 20) /* bytes of a file that is looked through for certificates */

/* Up to @size bytes from the start of a file; less at its end. Returns their number or -errno. */
static ssize_t start_read(int fd, void *to, size_t size)
{
	size_t done = 0;
	ssize_t got;

	while (done < size) {
		got = pread(fd, (char *)to + done, size - done, done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		done += got;
	}
	return done;
}

/* Would somebody try to load it as a module, whatever is in it? */
static int named_as_module(const char *path)
{
	static const char *const endings[] = {".ko", ".ko.xz", ".ko.zst", ".ko.gz"};
	size_t i, size = strlen(path), length;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		length = strlen(endings[i]);
		if (size >= length && !strcmp(path + size - length, endings[i]))
			return 1;
	}
	return 0;
}

/* All of the file, @size bytes long, into memory. */
static int whole_read(int fd, size_t size, unsigned char **ret_bytes, struct embargo_reason *reason)
{
	_cleanup_free_ unsigned char *bytes = malloc(size ?: 1);
	ssize_t got;

	if (!bytes)
		return embargo_unreadable(reason, -ENOMEM, "%s", strerror(ENOMEM));
	got = start_read(fd, bytes, size);
	if (got < 0)
		return embargo_unreadable(reason, got, "%s", strerror(-got));
	if ((size_t)got != size)
		return embargo_unreadable(reason, -EAGAIN, "written to while it was read");
	*ret_bytes = TAKE_PTR(bytes);
	return 0;
}

/*
 * The plain bytes of what may be a module, decompressed if need be. Leaves both
 * alone if it is none. What is broken in it is trouble, no error.
 */
static int plain_read(int fd, struct embargo_identity *identity, const void *start, size_t start_size,
		      unsigned char **ret_bytes, size_t *ret_size, struct embargo_reason *reason)
{
	int any = named_as_module(identity->path), r;
	struct embargo_reason why = {};

	identity->compression = embargo_compression_of(start, start_size);
	if (identity->compression) {
		r = embargo_decompress(fd, identity->compression, any, ret_bytes, ret_size, &why);
		if (r == -ENOENT)
			return 0;
		if (r && r != -ENOMEM)
			return any ? embargo_identity_warning(identity, why.text) : 0;
		return r ? embargo_unreadable(reason, r, "%s", strerror(-r)) : 0;
	}
	if (!any && !embargo_relocatable(start, start_size))
		return 0;
	if (identity->digests.size > EMBARGO_MODULE_MAX)
		return embargo_identity_warning(identity, "too large for a module");
	r = whole_read(fd, identity->digests.size, ret_bytes, reason);
	if (!r)
		*ret_size = identity->digests.size;
	return r;
}

static int module_inside(int fd, struct embargo_identity *identity, const void *start, size_t start_size,
			 struct embargo_reason *reason)
{
	_cleanup_free_ unsigned char *bytes = NULL;
	_cleanup_free_ char *warning = NULL;
	size_t size = 0;
	int r = plain_read(fd, identity, start, start_size, &bytes, &size, reason);

	if (r || !bytes)
		return r;
	if (identity->compression) {
		r = embargo_hash_memory(bytes, size, identity->want, &identity->plain);
		if (r)
			return embargo_unreadable(reason, r, "no hash: %s", strerror(-r));
		identity->decompressed = 1;
	}
	r = embargo_module_read(bytes, size, &identity->module, &warning);
	if (r && r != -ENOENT)
		return embargo_unreadable(reason, r, "%s", strerror(-r));
	if (!r)
		identity->format |= EMBARGO_FORMAT_MODULE;
	if (identity->want & EMBARGO_WANT_BYTES) {
		identity->bytes = TAKE_PTR(bytes);
		identity->bytes_size = size;
	}
	return warning ? embargo_identity_warning(identity, warning) : 0;
}

static int certificates_inside(int fd, struct embargo_identity *identity, struct embargo_reason *reason)
{
	_cleanup_free_ unsigned char *bytes = NULL;
	int r;

	if (identity->digests.size > CERTIFICATES_SIZE_MAX)
		return 0;
	r = whole_read(fd, identity->digests.size, &bytes, reason);
	if (r)
		return r;
	r = embargo_certificates_read(bytes, identity->digests.size, &identity->certificates,
				      &identity->certificate_count);
	if (r == -ENOMEM)
		return embargo_unreadable(reason, r, "%s", strerror(ENOMEM));
	return r && r != -ENOENT ? embargo_identity_warning(identity, "a certificate in it cannot be read")
				 : 0;
}

/* Each finds out for itself whether the file is of its kind. */
static int parts_read(int fd, struct embargo_identity *identity, struct embargo_reason *reason)
{
	static int (*const parts[])(int fd, struct embargo_identity *identity) = {
		embargo_pe_read,       embargo_appended_read, embargo_cabinet_read,
		embargo_compound_read, embargo_jar_read,
	};
	size_t i;
	int r;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		r = parts[i](fd, identity);
		if (r)
			return embargo_unreadable(reason, r, "%s", strerror(-r));
	}
	return 0;
}

int embargo_identity_inside(int fd, struct embargo_identity *identity, struct embargo_reason *reason)
{
	unsigned char start[64];
	ssize_t got = start_read(fd, start, sizeof(start));
	int r;

	if (got < 0)
		return embargo_unreadable(reason, got, "%s", strerror(-got));
	r = module_inside(fd, identity, start, got, reason);
	if (!r && identity->want & EMBARGO_WANT_BYTES && embargo_program_read(fd, identity))
		r = embargo_unreadable(reason, -ENOMEM, "%s", strerror(ENOMEM));
	if (r || !(identity->want & EMBARGO_WANT_INSIDE))
		return r;
	if (identity->format & EMBARGO_FORMAT_ELF) {
		r = embargo_build_id_read(fd, &identity->build_id);
		if (!r || r == -ENOENT)
			r = embargo_elf_read(fd, &identity->elf);
		if (r == -ENOMEM)
			return embargo_unreadable(reason, r, "%s", strerror(ENOMEM));
		r = r == -EBADMSG ? embargo_identity_warning(identity, "its ELF headers cannot be read") : 0;
	}
	if (!r && identity->format == EMBARGO_FORMAT_OTHER)
		r = embargo_package_inside(fd, identity, start, got);
	if (!r && identity->format == EMBARGO_FORMAT_OTHER && !identity->compression && !identity->package)
		r = certificates_inside(fd, identity, reason);
	return r ?: parts_read(fd, identity, reason);
}

static int same_file(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

int embargo_identity_read_fd(int fd, const char *path, unsigned int want,
			     struct embargo_identity **ret_identity, struct embargo_reason *reason)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	struct stat before, after;
	unsigned char start[64];
	ssize_t got;
	int r;

	if (fstat(fd, &before))
		return embargo_unreadable(reason, -errno, "%s", strerror(errno));
	if (!S_ISREG(before.st_mode))
		return embargo_unreadable(reason, -EINVAL, "not a regular file");
	identity = calloc(1, sizeof(*identity));
	if (!identity || !(identity->path = strdup(path)))
		return embargo_unreadable(reason, -ENOMEM, "%s", strerror(ENOMEM));
	identity->want = want;
	identity->real_path = want & EMBARGO_WANT_AS_NAMED ? strdup(path) : realpath(path, NULL);
	identity->digests.size = before.st_size;
	r = want & EMBARGO_WANT_UNHASHED ? 0 : embargo_hash_fd(fd, want, &identity->digests, reason);
	if (r)
		return r;
	got = start_read(fd, start, sizeof(start));
	if (got < 0)
		return embargo_unreadable(reason, got, "%s", strerror(-got));
	identity->format = embargo_format_of(start, got);
	if (want & (EMBARGO_WANT_INSIDE | EMBARGO_WANT_BYTES)) {
		r = embargo_identity_inside(fd, identity, reason);
		if (r)
			return r;
	}
	/* Of the file on its file system, which a member of an archive is not. */
	if (want & EMBARGO_WANT_INSIDE &&
	    (embargo_ima_read(fd, identity) || embargo_verity_read(fd, &identity->verity) == -ENOMEM))
		return embargo_unreadable(reason, -ENOMEM, "%s", strerror(ENOMEM));
	if (want & EMBARGO_WANT_OWNER && embargo_owner_of_host(identity))
		return embargo_unreadable(reason, -ENOMEM, "%s", strerror(ENOMEM));
	if (fstat(fd, &after))
		return embargo_unreadable(reason, -errno, "%s", strerror(errno));
	/* A hash of bytes that were never in the file together names nothing. */
	if (!same_file(&before, &after) || identity->digests.size != (__u64)after.st_size)
		return embargo_unreadable(reason, -EAGAIN, "written to while it was read");
	*ret_identity = TAKE_PTR(identity);
	return 0;
}

int embargo_identity_read(const char *path, unsigned int want, struct embargo_identity **ret_identity,
			  struct embargo_reason *reason)
{
	/* O_NONBLOCK: a fifo must not stop a scan; it is refused by its type then. */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return embargo_unreadable(reason, -errno, "%s", strerror(errno));
	return embargo_identity_read_fd(fd, path, want, ret_identity, reason);
}
