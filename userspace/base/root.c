// SPDX-License-Identifier: GPL-2.0-or-later
/* Files below a root that is not ours: that of a container, or a tree made for a test. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "policy/cleanup.h"
#include "userspace/base/root.h"

#define SETTINGS_MAX (16 << 20)

int embargo_root_open(const char *root, const char *path, int flags)
{
	struct open_how how = {.flags = flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
			       .resolve = RESOLVE_IN_ROOT};
	_cleanup_close_ int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (directory < 0)
		return -errno;
	fd = syscall(SYS_openat2, directory, path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

FILE *embargo_root_file_open(const char *root, const char *path)
{
	_cleanup_close_ int fd = embargo_root_open(root, path, O_RDONLY);
	struct stat st;
	FILE *file;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		errno = fd < 0 ? -fd : ENOENT;
		return NULL;
	}
	/* Its lines are read whole, and any user may have units. */
	if (st.st_size > SETTINGS_MAX) {
		errno = EFBIG;
		return NULL;
	}
	file = fdopen(fd, "r");
	if (file)
		fd = -1;
	return file;
}

DIR *embargo_root_directory_open(const char *root, const char *path)
{
	_cleanup_close_ int fd = embargo_root_open(root, path, O_RDONLY | O_DIRECTORY);
	DIR *dir;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	dir = fdopendir(fd);
	if (dir)
		fd = -1;
	return dir;
}

const char *embargo_root_real_path(const char *root, int fd, const char *path, char real[PATH_MAX])
{
	_cleanup_free_ char *top = realpath(root, NULL);
	size_t length = top && strcmp(top, "/") ? strlen(top) : 0;
	char link[64];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = top ? readlink(link, real, PATH_MAX - 1) : -1;
	if (size < 0)
		return path;
	real[size] = '\0';
	if (strncmp(real, top, length) || real[length] != '/')
		return path;
	return real + length;
}
