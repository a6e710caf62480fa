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

struct filling {
	int map, root, proc;
	uint64_t generation;
};

static void fill_place(const struct filling *filling, const char *path, embargo_packed_rule rule)
{
	_cleanup_close_ int place = embargo_place_open(filling->root, path, O_PATH), fd = -1;
	struct embargo_place_value value = {.rule = rule}, other;
	struct embargo_place_key key = {.generation = filling->generation};
	long version = 0;
	struct statx st;

	if (place < 0 || statx(place, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_WANTED, &st) < 0 ||
	    !tellable(place, &st))
		return;
	key.inode = st.stx_ino;
	key.device = embargo_place_device(filling->proc, "self", &st);
	fd = embargo_place_open(filling->root, path, O_RDONLY | O_NONBLOCK);
	value.inode_known = fd >= 0 && ioctl(fd, FS_IOC_GETVERSION, &version) == 0;
	value.inode_generation = version;
	if (bpf_map_lookup_elem(filling->map, &key, &other) == 0 && other.inode_known == value.inode_known &&
	    other.inode_generation == value.inode_generation)
		value.rule = embargo_stronger(value.rule, other.rule);
	bpf_map_update_elem(filling->map, &key, &value, BPF_ANY);
}

static uint64_t meant_by(int map, const void *key)
{
	(void)map;
	return ((const struct embargo_place_key *)key)->generation;
}

int embargo_places_fill(void *image, struct embargo_error *error)
{
	const struct embargo_image_header *header = image;
	_cleanup_close_ int map = -1, root = -1, proc = -1;
	const struct embargo_string_slot *string;
	struct filling filling;
	const char *path;
	__u32 slot;

	if (!header->path_rules)
		return 0;
	map = embargo_pin_open(EMBARGO_LIVE, "embargo_places");
	if (map < 0)
		return embargo_fail(error, map, "cannot open " EMBARGO_LIVE "/embargo_places: %s",
				    strerror(-map));
	root = embargo_places_root();
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	filling = (struct filling){map, root, proc, header->generation};
	for (slot = 0; slot < header->strings.slots; slot++) {
		string = embargo_image_path(image, slot, &path);
		if (string && EMBARGO_PACKED_KIND(string->target) == EMBARGO_KIND_PATH)
			fill_place(&filling, path, string->target);
	}
	embargo_map_forget(map, header->generation, meant_by);
	return 0;
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
	fd = policy < 0 ? policy : embargo_image_map_published(policy, 0);
	if (fd == -ENOENT)
		return 0;
	image = fd < 0 ? NULL : embargo_image_map_view(fd, &size);
	if (!image)
		return embargo_fail(error, fd < 0 ? fd : -errno, "cannot read the policy in force");
	header = image;
	if (header->magic == EMBARGO_IMAGE_MAGIC && header->version == EMBARGO_ABI_VERSION) {
		r = embargo_interpreters_fill(image, error);
		r = r ?: embargo_places_fill(image, error);
	}
	munmap(image, size);
	return r;
}
