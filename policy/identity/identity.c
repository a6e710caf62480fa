// SPDX-License-Identifier: GPL-2.0-or-later
/* One file, read once: what the kernel's hooks will see of it, and what it says of itself. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/identity/identity.h"

void embargo_identity_free(struct embargo_identity *identity)
{
	if (!identity)
		return;
	free(identity->path);
	free(identity->trouble);
	free(identity->build_id);
	free(identity);
}

__u32 embargo_format_of(const void *start, size_t size)
{
	if (size >= 4 && !memcmp(start,
				 "\x7f"
				 "ELF",
				 4))
		return EMBARGO_FORMAT_ELF;
	if (size >= 2 && !memcmp(start, "MZ", 2))
		return EMBARGO_FORMAT_PE;
	if (size >= 2 && !memcmp(start, "#!", 2))
		return EMBARGO_FORMAT_SCRIPT;
	return EMBARGO_FORMAT_OTHER;
}

/* Up to @size first bytes of a file; less at its end. Returns their number or -errno. */
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
	r = embargo_hash_fd(fd, want, &identity->digests, reason);
	if (r)
		return r;
	got = start_read(fd, start, sizeof(start));
	if (got < 0)
		return embargo_unreadable(reason, got, "%s", strerror(-got));
	identity->format = embargo_format_of(start, got);
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
