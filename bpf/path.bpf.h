/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths: for events, and for rules that ban a path prefix. A path is the real
 * file's as its mount has it: symlinks are resolved by then. bpf_d_path() sees it
 * from the root directory of the task that asks. In hooks that must not call it
 * (mprotect, post_read_file) the walk goes up to the root of the mount namespace,
 * so that of a task in a chroot the path begins with where that chroot is.
 */
#ifndef EMBARGO_BPF_PATH_BPF_H
#define EMBARGO_BPF_PATH_BPF_H

#include "bpf/maps.bpf.h"
#include "bpf/match.h"
#include <bpf/bpf_core_read.h>

#define EMBARGO_DENTRY_WALK_MAX 128 /* components and mounts of one path */
#define EMBARGO_COMPONENT_MAX 255   /* NAME_MAX */

/* Up from a dentry to the root; twice: first the length, then the letters from the end. */
struct embargo_dentry_walk {
	struct dentry *dentry;
	struct mount *mount;
	char *path;   /* NULL: only count */
	__u32 length; /* counted; then: what is still to be written in front */
	__u32 done;
};

EMBARGO_STEP embargo_dentry_walk_step(__u32 index, void *context)
{
	struct embargo_dentry_walk *walk = context;
	struct mount *mount = walk->mount, *above;
	struct dentry *dentry = walk->dentry, *parent;
	const unsigned char *name;
	__u32 length, offset;

	(void)index;
	parent = BPF_CORE_READ(dentry, d_parent);
	if (dentry == parent || dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		above = BPF_CORE_READ(mount, mnt_parent);
		if (above == mount || !above) {
			walk->done = 1;
			return 1;
		}
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = above;
		return 0;
	}
	length = BPF_CORE_READ(dentry, d_name.len) & EMBARGO_COMPONENT_MAX;
	walk->dentry = parent;
	if (!walk->path) {
		walk->length += length + 1;
		return walk->length >= EMBARGO_PATH_SIZE;
	}
	offset = walk->length - length - 1;
	EMBARGO_OPAQUE(offset);
	if (offset >= EMBARGO_PATH_SIZE - EMBARGO_COMPONENT_MAX - 1)
		return 1;
	walk->length = offset;
	name = BPF_CORE_READ(dentry, d_name.name);
	walk->path[offset] = '/';
	bpf_probe_read_kernel(&walk->path[offset + 1], length, name);
	return 0;
}

/* The path of @dentry in @mnt, which are the kernel's pointers, into scratch->path. */
EMBARGO_GLOBAL __u32 embargo_dentry_path(__u64 dentry, __u64 mnt, struct embargo_scratch *scratch)
{
	struct embargo_dentry_walk walk = {}, start;
	__u32 length;

	if (!scratch)
		return 0;
	walk.dentry = (void *)dentry;
	walk.mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
	start = walk;
	bpf_loop(EMBARGO_DENTRY_WALK_MAX, embargo_dentry_walk_step, &walk, 0);
	length = walk.length;
	if (!walk.done || length >= EMBARGO_PATH_SIZE - EMBARGO_COMPONENT_MAX - 1)
		return 0;
	start.length = length;
	start.path = scratch->path;
	scratch->path[length] = 0;
	bpf_loop(EMBARGO_DENTRY_WALK_MAX, embargo_dentry_walk_step, &start, 0);
	return length + 1;
}

/* For hooks that must not call bpf_d_path(). Returns the size with the NUL, 0 on failure. */
static __always_inline __u32 embargo_path_walk(struct file *file, struct embargo_scratch *scratch)
{
	return embargo_dentry_path((__u64)BPF_CORE_READ(file, f_path.dentry),
				   (__u64)BPF_CORE_READ(file, f_path.mnt), scratch);
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
