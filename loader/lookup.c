// SPDX-License-Identifier: GPL-2.0-or-later
/* The paths that an image names, looked up where the first process sees them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loader/internal.h"

int embargo_mount_namespace(uint32_t *ret_inode)
{
	struct stat st;

	if (stat("/proc/1/ns/mnt", &st) < 0)
		return -errno;
	*ret_inode = st.st_ino;
	return 0;
}

/*
 * No symbolic link is followed: a path rule means where a file is, and in a directory that others may write
 * to, the link would be theirs.
 */
int embargo_place_open(int root, const char *path, int flags)
{
	struct open_how how = {.flags = flags | O_CLOEXEC,
			       .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
	char name[EMBARGO_PATH_SIZE];
	size_t size = strlen(path);
	int fd;

	while (size > 1 && path[size - 1] == '/')
		size--;
	if (size >= sizeof(name))
		return -ENAMETOOLONG;
	memcpy(name, path, size);
	name[size] = 0;
	fd = syscall(SYS_openat2, root, name, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

int embargo_places_root(void)
{
	/* A service may have a mount namespace of its own. */
	int fd = open("/proc/1/root", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) : fd;
}

const struct embargo_string_slot *embargo_image_path(void *image, __u32 slot, const char **ret_path)
{
	const struct embargo_image_header *header = image;
	const struct embargo_string_slot *string;

	string = embargo_image_page(image, header->strings.page + slot / EMBARGO_STRINGS_PER_PAGE);
	if (!string)
		return NULL;
	string += slot % EMBARGO_STRINGS_PER_PAGE;
	if (!string->at)
		return NULL;
	*ret_path = (const char *)image + string->at;
	return string;
}
