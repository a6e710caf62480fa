/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The running programs that a policy names as interpreters. The exec hook sees
 * those that start from now on; these started before.
 */
#include <bpf/bpf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "bpf/match.h"
#include "loader/internal.h"
#include "policy/identity/identity.h"

/* struct embargo_reader of bpf/maps.bpf.h, which only BPF can include. */
struct reader {
	__u64 inode;
	__u64 device;	/* the kernel's dev_t */
};

/* `allow interpreter` takes out what another rule names. */
static bool names(embargo_packed_rule rule)
{
	return rule && EMBARGO_PACKED_KIND(rule) == EMBARGO_KIND_INTERPRETER &&
	       EMBARGO_PACKED_ACTION(rule) != EMBARGO_ACTION_ALLOW;
}

static bool named_by_path(void *image, const struct embargo_image_header *header, const char *path)
{
	__u64 hash = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_INTERPRETER);

	while (*path)
		hash = embargo_fnv_byte(hash, *path++);
	return names(embargo_find_string(image, &header->strings, hash));
}

static bool named_by_hash(void *image, const struct embargo_image_header *header, int fd, __u64 size)
{
	struct embargo_digests digests;

	return embargo_hash_possible(image, header, size, EMBARGO_FORMAT_ANY) &&
	       embargo_hash_fd(fd, 0, &digests, NULL) == 0 &&
	       names(embargo_find_hash(image, header, digests.sha256));
}

/* A process that ends meanwhile, or a kernel thread, has no program: no error. */
static void fill_process(void *image, int map, int proc, const char *pid)
{
	const struct embargo_image_header *header = image;
	_cleanup_close_ int fd = -1;
	char link[300], path[4096];
	struct reader reader;
	struct stat st;
	ssize_t size;

	snprintf(link, sizeof(link), "%s/exe", pid);
	size = readlinkat(proc, link, path, sizeof(path) - 1);
	if (size < 0)
		return;
	path[size] = 0;
	fd = openat(proc, link, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	if (!named_by_path(image, header, path) && !named_by_hash(image, header, fd, st.st_size))
		return;
	reader = (struct reader){ .inode = st.st_ino, .device = (__u64)major(st.st_dev) << 20 | minor(st.st_dev) };
	bpf_map_update_elem(map, &reader, &header->generation, BPF_ANY);
}

int embargo_readers_fill(void *image, struct embargo_error *error)
{
	_cleanup_closedir_ DIR *proc = NULL;
	_cleanup_close_ int map = -1;
	struct dirent *entry;

	if (!((const struct embargo_image_header *)image)->interpreter_rules)
		return 0;
	map = embargo_pin_open(EMBARGO_LIVE, "embargo_readers");
	proc = opendir("/proc");
	if (map < 0 || !proc)
		return embargo_fail(error, map < 0 ? map : -errno, "cannot find the interpreters that run: %s",
				    strerror(map < 0 ? -map : errno));
	while ((entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			fill_process(image, map, dirfd(proc), entry->d_name);
	return 0;
}
