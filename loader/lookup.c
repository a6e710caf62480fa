// SPDX-License-Identifier: GPL-2.0-or-later
/* The paths that an image names, looked up where the first process sees them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
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

/*
 * The device of the file system, as the kernel has it: on btrfs stat(2) tells another. The process may have
 * mounts of its own, so its list of them is asked. Line by line, not by libmount, which holds the whole list:
 * any user can fill a mount namespace of his own with 100,000 mounts (fs.mount-max) at long paths, and that
 * is 760 MB of memory in who loads a policy.
 */
__u64 embargo_place_device(int proc, const char *pid, const struct statx *st)
{
	__u64 device = (__u64)st->stx_dev_major << 20 | st->stx_dev_minor;
	_cleanup_fclose_ FILE *mounts = NULL;
	_cleanup_free_ char *line = NULL;
	unsigned int upper, lower;
	unsigned long long id;
	char name[300];
	size_t room = 0;
	int list;

	if (!(st->stx_mask & STATX_MNT_ID))
		return device;
	snprintf(name, sizeof(name), "%s/mountinfo", pid);
	list = openat(proc, name, O_RDONLY | O_CLOEXEC);
	mounts = list < 0 ? NULL : fdopen(list, "r");
	if (!mounts && list >= 0)
		close(list);
	while (mounts && getline(&line, &room, mounts) > 0)
		if (sscanf(line, "%llu %*u %u:%u", &id, &upper, &lower) == 3 && id == st->stx_mnt_id)
			return (__u64)upper << 20 | lower;
	return device;
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
