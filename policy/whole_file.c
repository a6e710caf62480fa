// SPDX-License-Identifier: GPL-2.0-or-later
/* A file without a name beside the output, which gets the output's name when it is whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/cleanup.h"
#include "policy/whole_file.h"

#define BUFFER (256U << 10)
#define PREFIX ".embargo-"

static __attribute__((format(printf, 3, 4))) int refuse(struct embargo_reason *reason, int error,
							const char *format, ...)
{
	va_list values;

	if (!reason)
		return error;
	va_start(values, format);
	(void)vsnprintf(reason->text, sizeof(reason->text), format, values);
	va_end(values);
	return error;
}

static const char *kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFLNK:
		return "a symbolic link";
	case S_IFDIR:
		return "a directory";
	case S_IFCHR:
	case S_IFBLK:
		return "a device";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	}
	return "no file";
}

int embargo_whole_file_usable(const char *path, struct embargo_reason *reason)
{
	size_t length = strlen(path);
	struct stat st;

	if (!length || path[length - 1] == '/')
		return refuse(reason, -EISDIR, "it is not the name of a file");
	if (lstat(path, &st))
		return errno == ENOENT ? 0 : refuse(reason, -errno, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(reason, -EEXIST, "it is %s, and only a regular file is replaced",
			      kind_of(st.st_mode));
	return 0;
}

/* Without O_TMPFILE: a named file; its name goes to @ret_name, or the file is unlinked at once. */
static int named(const char *directory, char **ret_name)
{
	_cleanup_free_ char *name = NULL;
	int fd;

	if (asprintf(&name, "%s/" PREFIX "XXXXXX", directory) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ret_name)
		*ret_name = TAKE_PTR(name);
	else
		unlink(name);
	return fd;
}

int embargo_temporary_file(const char *directory, char **ret_name)
{
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	return errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL ? named(directory, ret_name)
									 : -errno;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, slash - path);
}

int embargo_whole_file_open(const char *path, struct embargo_whole_file *ret_file,
			    struct embargo_reason *reason)
{
	struct embargo_whole_file file = {.path = strdup(path), .directory = directory_of(path)};
	int r = embargo_whole_file_usable(path, reason), fd = -1;

	if (!r && (!file.path || !file.directory))
		r = refuse(reason, -ENOMEM, "%s", strerror(ENOMEM));
	if (!r) {
		fd = embargo_temporary_file(file.directory, &file.temporary);
		if (fd < 0)
			r = refuse(reason, fd, "%s", strerror(-fd));
	}
	if (!r) {
		file.stream = fdopen(fd, "w+");
		if (!file.stream) {
			close(fd);
			r = refuse(reason, -ENOMEM, "%s", strerror(ENOMEM));
		}
	}
	if (r) {
		embargo_whole_file_close(&file);
		return r;
	}
	setvbuf(file.stream, NULL, _IOFBF, BUFFER);
	*ret_file = file;
	return 0;
}

/* Gives the file a name that nobody has, if it has none yet. */
static int give_name(struct embargo_whole_file *file)
{
	char self[40];
	unsigned int attempt;

	if (file->temporary)
		return 0;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fileno(file->stream));
	for (attempt = 0; attempt < 100; attempt++) {
		_cleanup_free_ char *name = NULL;

		if (asprintf(&name, "%s/" PREFIX "%d-%u", file->directory, getpid(), attempt) < 0) {
			name = NULL;
			return -ENOMEM;
		}
		if (!linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW)) {
			file->temporary = TAKE_PTR(name);
			return 0;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

/* Who kept others from reading the old one keeps them from reading the new one. */
static mode_t mode_of(const char *path)
{
	mode_t mask = umask(0), mode = 0666 & ~mask;
	struct stat st;

	umask(mask);
	return !lstat(path, &st) && S_ISREG(st.st_mode) ? st.st_mode & mode : mode;
}

/* The name too is on disk only when its directory is. File systems that cannot do it say EINVAL. */
static int directory_sync(const char *directory)
{
	_cleanup_close_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || (fsync(fd) && errno != EINVAL) ? -errno : 0;
}

/*
 * stdio forgets the errno of a write that failed before the last one. Nobody will see this file, so more is
 * written behind its end until that fails, too.
 */
static int error_of(int fd)
{
	static const char block[4096];
	unsigned int attempt;

	for (attempt = 0; attempt < 16; attempt++)
		if (write(fd, block, sizeof(block)) < 0)
			return -errno;
	return -EIO;
}

int embargo_whole_file_error(const struct embargo_whole_file *file, struct embargo_reason *reason)
{
	bool earlier = ferror(file->stream);
	int r = fflush(file->stream) ? -errno : 0;

	if (!r && !earlier)
		return 0;
	r = earlier ? error_of(fileno(file->stream)) : r;
	return refuse(reason, r, "%s", strerror(-r));
}

int embargo_whole_file_publish(struct embargo_whole_file *file, struct embargo_reason *reason)
{
	int fd = fileno(file->stream), r = embargo_whole_file_error(file, reason);

	if (r)
		return r;
	if (fchmod(fd, mode_of(file->path)) || fsync(fd))
		return refuse(reason, -errno, "%s", strerror(errno));
	r = embargo_whole_file_usable(file->path, reason);
	if (r)
		return r;
	r = give_name(file);
	if (!r && rename(file->temporary, file->path))
		r = -errno;
	if (r)
		return refuse(reason, r, "%s", strerror(-r));
	free(TAKE_PTR(file->temporary));
	r = directory_sync(file->directory);
	return r ? refuse(reason, r, "%s", strerror(-r)) : 0;
}

void embargo_whole_file_close(struct embargo_whole_file *file)
{
	if (file->temporary)
		unlink(file->temporary);
	if (file->stream)
		fclose(file->stream);
	free(file->temporary);
	free(file->directory);
	free(file->path);
	*file = (struct embargo_whole_file){0};
}

bool embargo_same_file(const char *a, const char *b)
{
	struct stat first, second;

	return !stat(a, &first) && !stat(b, &second) && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}
