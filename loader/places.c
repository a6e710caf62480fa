// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the paths of a policy mean: each is looked up where root sees it, and the kernel told which directory
 * or program that is. In a mount namespace of one's own any file can have any path.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "bpf/match.h"
#include "loader/internal.h"

#define STATX_WANTED (STATX_TYPE | STATX_NLINK | STATX_INO | STATX_MNT_ID)
#define BTRFS_ROOT_INODE 256 /* of each subvolume: tells nothing */

/* Can what the kernel holds of it be told by stat(2)? */
static bool tellable(int fd, const struct statx *st)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0 || fs.f_type == OVERLAYFS_SUPER_MAGIC)
		return false;
	if (fs.f_type == BTRFS_SUPER_MAGIC && st->stx_ino == BTRFS_ROOT_INODE)
		return false;
	/* A file that has more names may be one that somebody else has only given this name. */
	return S_ISDIR(st->stx_mode) || (S_ISREG(st->stx_mode) && st->stx_nlink == 1);
}

static void fill_place(int map, int root, const char *path, uint64_t generation, embargo_packed_rule rule)
{
	_cleanup_close_ int place = embargo_place_open(root, path, O_PATH), fd = -1, proc = -1;
	struct embargo_place_value value = {.rule = rule}, other;
	struct embargo_place_key key = {.generation = generation};
	long version = 0;
	struct statx st;

	if (place < 0 || statx(place, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_WANTED, &st) < 0 ||
	    !tellable(place, &st))
		return;
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	key.inode = st.stx_ino;
	key.device = embargo_place_device(proc, "self", &st);
	fd = embargo_place_open(root, path, O_RDONLY | O_NONBLOCK);
	value.inode_known = fd >= 0 && ioctl(fd, FS_IOC_GETVERSION, &version) == 0;
	value.inode_generation = version;
	if (bpf_map_lookup_elem(map, &key, &other) == 0 && other.inode_known == value.inode_known &&
	    other.inode_generation == value.inode_generation)
		value.rule = embargo_stronger(value.rule, other.rule);
	bpf_map_update_elem(map, &key, &value, BPF_ANY);
}

/* Those of the policy before this one stay: a program may be evaluating by it still. */
static void forget_places(int map, uint64_t generation)
{
	struct embargo_place_key key, next, *at = NULL;

	while (bpf_map_get_next_key(map, at, &next) == 0) {
		if (at && key.generation + 1 < generation)
			bpf_map_delete_elem(map, &key);
		key = next;
		at = &key;
	}
	if (at && key.generation + 1 < generation)
		bpf_map_delete_elem(map, &key);
}

int embargo_places_fill(void *image, struct embargo_error *error)
{
	const struct embargo_image_header *header = image;
	_cleanup_close_ int map = -1, root = -1;
	const struct embargo_string_slot *string;
	const char *path;
	__u32 slot;

	if (!header->path_rules)
		return 0;
	map = embargo_pin_open(EMBARGO_LIVE, "embargo_places");
	if (map < 0)
		return embargo_fail(error, map, "cannot open " EMBARGO_LIVE "/embargo_places: %s",
				    strerror(-map));
	root = embargo_places_root();
	for (slot = 0; slot < header->strings.slots; slot++) {
		string = embargo_image_path(image, slot, &path);
		if (string && EMBARGO_PACKED_KIND(string->target) == EMBARGO_KIND_PATH)
			fill_place(map, root, path, header->generation, string->target);
	}
	forget_places(map, header->generation);
	return 0;
}

/* The image in force. What is open for reading alone cannot be mapped; it is frozen all the same. */
static int image_open(int policy)
{
	__u32 zero = 0, id;
	int fd;

	if (policy < 0)
		return policy;
	if (bpf_map_lookup_elem(policy, &zero, &id) < 0)
		return -errno;
	fd = bpf_map_get_fd_by_id(id);
	return fd < 0 ? -errno : fd;
}

int embargo_places_refresh(struct embargo_error *error)
{
	_cleanup_close_ int policy = -1, fd = -1;
	const struct embargo_image_header *header;
	void *image;
	size_t size;
	int r = 0;

	if (embargo_seal_holds())
		return 0; /* what is in force stays as it is, this too */
	policy = embargo_pin_open(EMBARGO_LIVE, "embargo_policy");
	fd = image_open(policy);
	if (fd == -ENOENT)
		return 0;
	image = fd < 0 ? NULL : embargo_image_map_view(fd, &size);
	if (!image)
		return embargo_fail(error, fd < 0 ? fd : -errno, "cannot read the policy in force");
	header = image;
	if (header->magic == EMBARGO_IMAGE_MAGIC && header->version == EMBARGO_ABI_VERSION) {
		r = embargo_interpreters_fill(image, false, error);
		r = r ?: embargo_places_fill(image, error);
	}
	munmap(image, size);
	return r;
}
