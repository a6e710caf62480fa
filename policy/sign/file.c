// SPDX-License-Identifier: GPL-2.0-or-later
/* The files of signatures and certificates: read whole, replaced whole. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/sign/private.h"

int embargo_sign_refuse(struct embargo_reason *reason, int error, const char *format, ...)
{
	va_list arguments;

	if (!reason)
		return error;
	va_start(arguments, format);
	(void)vsnprintf(reason->text, sizeof(reason->text), format, arguments);
	va_end(arguments);
	return error;
}

int embargo_sign_owner_check(int fd, struct embargo_reason *reason)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return embargo_sign_refuse(reason, -errno, "cannot be read: %s", strerror(errno));
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return embargo_sign_refuse(reason, -EPERM, "is owned by neither root nor you: chown root");
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return embargo_sign_refuse(reason, -EPERM,
					   "can be written by its group or everybody: chmod go-w");
	return 0;
}

/* Evaluated by the descriptor that is read: nobody can put another file in its place. */
static int check_file(int fd, size_t limit, bool any_owner, struct embargo_reason *reason)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return embargo_sign_refuse(reason, -errno, "cannot be read: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return embargo_sign_refuse(reason, -EINVAL, "is not a regular file");
	if (st.st_size < 0 || (size_t)st.st_size > limit)
		return embargo_sign_refuse(reason, -EFBIG, "is larger than %zu bytes", limit);
	return any_owner ? 0 : embargo_sign_owner_check(fd, reason);
}

int embargo_sign_file_read(const char *path, size_t limit, bool any_owner, void **ret_data, size_t *ret_size,
			   struct embargo_reason *reason)
{
	/* O_NONBLOCK: a FIFO must not hang us before it is refused. */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	_cleanup_free_ char *data = NULL;
	size_t size = 0, capacity;
	struct stat st;
	ssize_t n;
	int r;

	if (fd < 0)
		return embargo_sign_refuse(reason, -errno, "%s",
					   errno == ENOENT ? "is missing" : strerror(errno));
	r = check_file(fd, limit, any_owner, reason);
	if (r)
		return r;
	/* A byte more than it has, and its end is seen; it may grow meanwhile. */
	capacity = (fstat(fd, &st) < 0 ? 0 : st.st_size) + 1;
	data = malloc(capacity);
	while (data && (n = read(fd, data + size, capacity - size)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return embargo_sign_refuse(reason, -errno, "cannot be read: %s", strerror(errno));
		size += n;
		if (size == capacity)
			return embargo_sign_refuse(reason, -EAGAIN, "grew while it was read");
	}
	if (!data)
		return embargo_sign_refuse(reason, -ENOMEM, "cannot be read: %s", strerror(ENOMEM));
	*ret_data = TAKE_PTR(data);
	*ret_size = size;
	return 0;
}

static int write_whole(int fd, const char *data, size_t size)
{
	ssize_t n;

	for (; size; data += n, size -= n) {
		n = write(fd, data, size);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return -errno;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int embargo_sign_file_prepare(const char *path, const void *data, size_t size, char **ret_temporary,
			      struct embargo_reason *reason)
{
	_cleanup_free_ char *temporary = NULL;
	_cleanup_close_ int fd = -1;
	int r;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
		temporary = NULL;
		return embargo_sign_refuse(reason, -ENOMEM, "cannot be written: %s", strerror(ENOMEM));
	}
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return embargo_sign_refuse(reason, -errno, "cannot be written: %s", strerror(errno));
	r = fchmod(fd, 0644) < 0 ? -errno : write_whole(fd, data, size);
	if (r) {
		unlink(temporary);
		return embargo_sign_refuse(reason, r, "cannot be written: %s", strerror(-r));
	}
	*ret_temporary = TAKE_PTR(temporary);
	return 0;
}

/* The name too is on disk only when its directory is. */
static int sync_directory(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	_cleanup_close_ int fd = -1;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* File systems that cannot do it say EINVAL. */
	return fd < 0 || (fsync(fd) < 0 && errno != EINVAL) ? -errno : 0;
}

int embargo_sign_file_replace(const char *temporary, const char *path, struct embargo_reason *reason)
{
	int r = rename(temporary, path) < 0 ? -errno : 0;

	if (r)
		unlink(temporary);
	else
		r = sync_directory(path);
	return r ? embargo_sign_refuse(reason, r, "cannot be written: %s", strerror(-r)) : 0;
}
