/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths: for events, and for rules that ban a path prefix.
 *
 * The path in an event is the real file's as its mount has it: symlinks are
 * resolved by then. bpf_d_path() sees it from the root directory of the task that
 * asks. In hooks that must not call it (mprotect, post_read_file) the walk goes up to
 * the root of the mount namespace, so that of a task in a chroot the path begins with
 * where that chroot is.
 *
 * A rule is asked twice, and neither time is the task's root of any account: by
 * the directories that the file lies in, each looked up by what it is, and by the
 * path from the root of its mount namespace. Who has a user namespace of his own
 * makes mounts there as he likes, so a name through such mounts can ban and nothing
 * else; the directories below the mount are the file system's own and cannot be made up.
 */
#ifndef EMBARGO_BPF_PATH_BPF_H
#define EMBARGO_BPF_PATH_BPF_H

#include "bpf/context.bpf.h"
#include "bpf/maps.bpf.h"
#include "bpf/match.h"
#include <bpf/bpf_core_read.h>

#define EMBARGO_DENTRY_WALK_MAX 4096 /* components and mounts of one path */
#define EMBARGO_COMPONENT_MAX (EMBARGO_COMPONENT_SIZE - 1)

/* Has root mounted this, or somebody in a mount namespace of his own? */
static __always_inline int embargo_mount_trusted(struct mount *mount, __u32 mount_namespace)
{
	return BPF_CORE_READ(mount, mnt_ns, ns.inum) == mount_namespace;
}

/*
 * Up from a dentry to the root; twice: first the length, then the letters from the end. A step is a function
 * that is verified once, alone: the verifier would follow some walks from step to step without end.
 */
struct embargo_dentry_walk {
	__u64 dentry;
	__u64 mount;
	__u32 length; /* counted; then: what is still to be written in front */
	__u32 done;   /* arrived at the root */
};

/*
 * One up. Non-zero: this was the root. *@ret_length: of the name that was passed, with its slash; 0: a mount
 * was left.
 */
static __always_inline int embargo_dentry_up(struct embargo_dentry_walk *walk, __u32 *ret_length,
					     const unsigned char **ret_name)
{
	struct mount *mount = (void *)walk->mount, *above;
	struct dentry *dentry = (void *)walk->dentry, *parent;

	*ret_length = 0;
	parent = BPF_CORE_READ(dentry, d_parent);
	if (dentry == parent || dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		above = BPF_CORE_READ(mount, mnt_parent);
		if (above == mount || !above) {
			walk->done = 1;
			return 1;
		}
		walk->dentry = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = (__u64)above;
		return 0;
	}
	*ret_length = BPF_CORE_READ(dentry, d_name.len) + 1;
	*ret_name = BPF_CORE_READ(dentry, d_name.name);
	walk->dentry = (__u64)parent;
	return 0;
}

EMBARGO_GLOBAL int embargo_dentry_count_one(struct embargo_dentry_walk *walk)
{
	const unsigned char *name;
	__u32 length;

	if (!walk || embargo_dentry_up(walk, &length, &name) || length > EMBARGO_COMPONENT_SIZE)
		return 1;
	walk->length += length;
	return walk->length >= EMBARGO_PATH_SIZE;
}

EMBARGO_GLOBAL int embargo_dentry_write_one(struct embargo_dentry_walk *walk, struct embargo_scratch *scratch)
{
	const unsigned char *name = NULL;
	__u32 length, offset;

	if (!walk || !scratch || embargo_dentry_up(walk, &length, &name))
		return 1;
	if (!length)
		return 0;
	offset = walk->length - length;
	if (length > EMBARGO_COMPONENT_SIZE || offset >= EMBARGO_PATH_SIZE) {
		walk->done = 0;
		walk->length = 1; /* of another path than was counted */
		return 1;
	}
	walk->length = offset;
	EMBARGO_OPAQUE(length);
	length = (length - 1) & EMBARGO_COMPONENT_MAX;
	scratch->path[offset] = '/';
	return length && bpf_probe_read_kernel(&scratch->path[offset + 1], length, name);
}

EMBARGO_STEP embargo_dentry_count_step(__u32 index, void *context)
{
	(void)index;
	return embargo_dentry_count_one(context) != 0;
}

struct embargo_dentry_writing {
	struct embargo_dentry_walk walk;
	struct embargo_scratch *scratch;
};

EMBARGO_STEP embargo_dentry_write_step(__u32 index, void *context)
{
	struct embargo_dentry_writing *writing = context;

	(void)index;
	return embargo_dentry_write_one(&writing->walk, writing->scratch) != 0;
}

static __always_inline void embargo_dentry_begin(struct embargo_dentry_walk *walk, __u64 dentry, __u64 mnt,
						 __u32 length)
{
	walk->dentry = dentry;
	walk->mount = mnt - bpf_core_field_offset(struct mount, mnt);
	walk->length = length;
	walk->done = 0;
}

/* How long the path is, without the NUL; -1: there is none, or it is too long. */
EMBARGO_GLOBAL int embargo_dentry_count(__u64 dentry, __u64 mnt)
{
	struct embargo_dentry_walk walk = {};

	embargo_dentry_begin(&walk, dentry, mnt, 0);
	bpf_loop(EMBARGO_DENTRY_WALK_MAX, embargo_dentry_count_step, &walk, 0);
	return walk.done && walk.length < EMBARGO_PATH_SIZE ? (int)walk.length : -1;
}

/* Its letters, which must be @length, into scratch->path. Returns 0, -1: they are not so many now. */
EMBARGO_GLOBAL int embargo_dentry_write(__u64 dentry, __u64 mnt, __u32 length,
					struct embargo_scratch *scratch)
{
	struct embargo_dentry_writing writing = {};

	if (!scratch || length >= EMBARGO_PATH_SIZE)
		return -1;
	scratch->path[length] = 0;
	writing.scratch = scratch;
	embargo_dentry_begin(&writing.walk, dentry, mnt, length);
	bpf_loop(EMBARGO_DENTRY_WALK_MAX, embargo_dentry_write_step, &writing, 0);
	return writing.walk.done && !writing.walk.length ? 0 : -1;
}

/*
 * The path of @dentry in @mnt, which are the kernel's pointers, into scratch->path; its size with the NUL, 0:
 * none. A path that is renamed while it is walked, so that the letters do not fill what was counted, is none:
 * what is left in front is another task's.
 */
static __always_inline __u32 embargo_dentry_path(__u64 dentry, __u64 mnt, struct embargo_scratch *scratch)
{
	int length = embargo_dentry_count(dentry, mnt);

	if (length < 0 || embargo_dentry_write(dentry, mnt, length, scratch))
		return 0;
	return length + 1;
}

/* Up through the file system's own directories, past the roots of bind mounts. */
struct embargo_place_walk {
	__u64 dentry;
	__u64 mount;
	__u64 generation;
	__u32 mount_namespace;
	__u32 foreign; /* went through a mount that not root has made */
	embargo_packed_rule rule;
	__u32 spare;
};

/* One up. Non-zero: there is nothing above. */
EMBARGO_GLOBAL int embargo_place_one(struct embargo_place_walk *walk)
{
	struct dentry *dentry, *parent;
	struct inode *inode;
	struct mount *mount, *above;
	struct embargo_place_key key = {};
	const struct embargo_place_value *place;

	if (!walk)
		return 1;
	dentry = (void *)walk->dentry;
	mount = (void *)walk->mount;
	inode = BPF_CORE_READ(dentry, d_inode);
	key.generation = walk->generation;
	key.inode = BPF_CORE_READ(inode, i_ino);
	key.device = BPF_CORE_READ(inode, i_sb, s_dev);
	place = bpf_map_lookup_elem(&embargo_places, &key);
	if (place && (!place->inode_known || place->inode_generation == BPF_CORE_READ(inode, i_generation)) &&
	    (!walk->foreign || EMBARGO_PACKED_ACTION(place->rule) == EMBARGO_ACTION_BAN))
		walk->rule = embargo_stronger(walk->rule, place->rule);
	parent = BPF_CORE_READ(dentry, d_parent);
	if (dentry != parent) {
		walk->dentry = (__u64)parent;
		return !parent;
	}
	above = BPF_CORE_READ(mount, mnt_parent);
	if (above == mount || !above)
		return 1;
	walk->foreign |= !embargo_mount_trusted(mount, walk->mount_namespace);
	walk->dentry = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
	walk->mount = (__u64)above;
	return 0;
}

EMBARGO_STEP embargo_place_step(__u32 index, void *context)
{
	(void)index;
	return embargo_place_one(context) != 0;
}

/* The strongest rule for what @dentry in @mnt is, and for the directories it lies in; 0: none. */
EMBARGO_GLOBAL __u32 embargo_place_rule(__u64 dentry, __u64 mnt, __u64 generation, __u32 mount_namespace)
{
	struct embargo_place_walk walk = {.generation = generation, .mount_namespace = mount_namespace};

	walk.dentry = dentry;
	walk.mount = mnt - bpf_core_field_offset(struct mount, mnt);
	bpf_loop(EMBARGO_DENTRY_WALK_MAX, embargo_place_step, &walk, 0);
	return walk.rule;
}

/* For hooks that must not call bpf_d_path(). Returns the size with the NUL, 0 on failure. */
static __always_inline __u32 embargo_path_walk(struct file *file, struct embargo_scratch *scratch)
{
	return embargo_dentry_path((__u64)BPF_CORE_READ(file, f_path.dentry),
				   (__u64)BPF_CORE_READ(file, f_path.mnt), scratch);
}

/*
 * The rule for where @file is, into *@ret_rule (0: none). @ret_interpreter: as of embargo_find_path(), may be
 * NULL. Returns -1 if its path could not be had; *@ret_rule holds all the same. Does not sleep.
 */
static __always_inline int embargo_classify_path(void *image, const struct embargo_image_header *header,
						 struct file *file, struct embargo_scratch *scratch,
						 embargo_packed_rule *ret_rule,
						 embargo_packed_rule *ret_interpreter)
{
	__u64 dentry = (__u64)BPF_CORE_READ(file, f_path.dentry),
	      mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	struct mount *mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
	__u32 size;

	*ret_rule = header->path_rules
			    ? embargo_place_rule(dentry, mnt, header->generation, header->mount_namespace)
			    : 0;
	size = embargo_dentry_path(dentry, mnt, scratch);
	if (!size)
		return -1;
	size = embargo_unknown(size);
	*ret_rule = embargo_unknown(*ret_rule);
	*ret_rule = embargo_stronger(*ret_rule,
				     embargo_find_path(image, scratch->path, size,
						       embargo_mount_trusted(mount, header->mount_namespace),
						       ret_interpreter));
	return 0;
}

/* The path into scratch->path, its size into the event. Returns the size, 0: none could be had. */
static __always_inline __u32 embargo_path_fetch(struct file *file, struct embargo_scratch *scratch)
{
	long size = bpf_d_path(&file->f_path, scratch->path, EMBARGO_PATH_SIZE);

	if (size < 0 || size > EMBARGO_PATH_SIZE)
		size = 0;
	scratch->event.path_size = size;
	return size;
}

static __always_inline void embargo_event_path(struct file *file, struct inode *inode, __u32 hook,
					       struct embargo_scratch *scratch)
{
	if (!file)
		return; /* from memory */
	scratch->event.inode = inode->i_ino;
	scratch->event.device = inode->i_sb->s_dev;
	if (hook == EMBARGO_HOOK_MPROTECT || hook == EMBARGO_HOOK_POST_READ_FILE)
		scratch->event.path_size = embargo_path_walk(file, scratch);
	else
		embargo_path_fetch(file, scratch);
}

#endif
