/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths: for events, and for rules that ban a path prefix.
 *
 * The path in an event is the real file's as its mount has it: symlinks are
 * resolved by then. bpf_d_path() sees it from the root directory of the task that
 * asks. In hooks that must not call it (mprotect, post_read_file) the climb goes up to
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

#define EMBARGO_CLIMB_MAX 4096 /* directories and mounts above a file */
#define EMBARGO_COMPONENT_MAX (EMBARGO_COMPONENT_SIZE - 1)

/* Has root mounted this, or somebody in a mount namespace of his own? */
static __always_inline int embargo_mount_trusted(struct mount *mount, __u32 mount_namespace)
{
	return BPF_CORE_READ(mount, mnt_ns, ns.inum) == mount_namespace;
}

/* Is there a rule for this very directory, or file? @parent: it is the one that the file is in. */
static __always_inline void embargo_climb_place(struct embargo_climb *climb, struct dentry *dentry,
						int parent)
{
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	struct embargo_place_key key = {.generation = climb->generation};
	const struct embargo_place_value *place;

	key.inode = BPF_CORE_READ(inode, i_ino);
	key.device = BPF_CORE_READ(inode, i_sb, s_dev);
	place = bpf_map_lookup_elem(&embargo_places, &key);
	if (place && place->holds && parent)
		climb->holds = 1;
	if (place && (!place->inode_known || place->inode_generation == BPF_CORE_READ(inode, i_generation)) &&
	    (!climb->foreign || EMBARGO_PACKED_ACTION(place->rule) == EMBARGO_ACTION_BAN))
		climb->rule = embargo_stronger(climb->rule, place->rule);
}

/* Its name in front of the path. Non-zero: there is no room. */
static __always_inline long embargo_climb_name(struct embargo_scratch *scratch, struct dentry *dentry)
{
	__u32 length = BPF_CORE_READ(dentry, d_name.len), offset;
	const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);

	if (length > EMBARGO_COMPONENT_MAX)
		return 1;
	offset = scratch->climb.start - length - 1;
	EMBARGO_OPAQUE(offset);
	if (offset >= EMBARGO_PATH_SIZE)
		return 1;
	scratch->climb.start = offset;
	scratch->path[offset] = '/';
	EMBARGO_OPAQUE(length);
	length &= EMBARGO_COMPONENT_MAX;
	return length && bpf_probe_read_kernel(&scratch->path[offset + 1], length, name);
}

struct embargo_climbing {
	struct embargo_scratch *scratch;
};

EMBARGO_STEP embargo_climb_step(__u32 index, void *context)
{
	struct embargo_climbing *climbing = context;
	struct embargo_scratch *scratch = climbing->scratch;
	struct embargo_climb *climb = &scratch->climb;
	struct dentry *dentry = (void *)climb->dentry, *parent = BPF_CORE_READ(dentry, d_parent);
	struct mount *mount = (void *)climb->mount, *above;

	if (climb->generation)
		embargo_climb_place(climb, dentry, index == 1);
	if (BPF_CORE_READ(dentry, d_op, d_revalidate))
		climb->fleeting = 1;
	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		if (!climb->generation)
			parent = dentry;
		climb->silent = 1;
	}
	if (dentry != parent) {
		climb->dentry = (__u64)parent;
		return climb->silent ? 0 : embargo_climb_name(scratch, dentry);
	}
	above = BPF_CORE_READ(mount, mnt_parent);
	if (above == mount || !above) {
		climb->done = 1;
		return 1;
	}
	climb->foreign |= !embargo_mount_trusted(mount, climb->mount_namespace);
	climb->silent = 0;
	climb->dentry = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
	climb->mount = (__u64)above;
	return 0;
}

/*
 * Up from @dentry in @mnt, which are the kernel's pointers: the path is put together from its end, the last
 * of it at the end of scratch->path, and places are looked up. scratch->climb has what came of it. A path is
 * written once, as it is met; what was there before, another task's, is none of it.
 */
EMBARGO_GLOBAL int embargo_climb(__u64 dentry, __u64 mnt, __u64 generation, __u32 mount_namespace,
				 struct embargo_scratch *scratch)
{
	struct embargo_climbing climbing = {.scratch = scratch};
	struct embargo_climb *climb;

	if (!scratch)
		return -1;
	climb = &scratch->climb;
	__builtin_memset(climb, 0, sizeof(*climb));
	climb->dentry = dentry;
	climb->mount = mnt - bpf_core_field_offset(struct mount, mnt);
	climb->generation = generation;
	climb->mount_namespace = mount_namespace;
	climb->start = EMBARGO_PATH_SIZE - 1;
	scratch->path[EMBARGO_PATH_SIZE - 1] = 0;
	bpf_loop(EMBARGO_CLIMB_MAX, embargo_climb_step, &climbing, 0);
	return climb->done ? 0 : -1;
}

/* The path to the front of scratch->path, for an event. Returns the size with the NUL, 0: there is none. */
EMBARGO_GLOBAL __u32 embargo_path_climb(__u64 dentry, __u64 mnt, struct embargo_scratch *scratch)
{
	__u32 start, size;

	if (!scratch || embargo_climb(dentry, mnt, 0, 0, scratch))
		return 0;
	start = scratch->climb.start;
	EMBARGO_OPAQUE(start);
	if (start >= EMBARGO_PATH_SIZE)
		return 0;
	size = EMBARGO_PATH_SIZE - start;
	/* Copied from its beginning on, so that the two may overlap. */
	return bpf_probe_read_kernel(scratch->path, size, &scratch->path[start]) ? 0 : size;
}

/*
 * The rule for where @file is, into scratch->search.rule (0: none), and that which names it as an
 * interpreter, if @naming, into .named. Returns -1 if its path could not be had; the rules hold all the same.
 * Does not sleep. A function of its own, as stacks are short before 6.7.
 */
EMBARGO_CALL int embargo_classify_path(void *image, const struct embargo_image_header *header,
				       struct file *file, int naming, struct embargo_scratch *scratch)
{
	__u64 mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	struct mount *mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
	int trusted = embargo_mount_trusted(mount, header->mount_namespace), lost;

	lost = embargo_climb((__u64)BPF_CORE_READ(file, f_path.dentry), mnt,
			     header->path_rules ? header->generation : 0, header->mount_namespace, scratch);
	embargo_path_begin(&scratch->search, scratch->climb.start, EMBARGO_PATH_SIZE - 1, trusted, naming);
	scratch->search.rule = scratch->climb.rule;
	if (lost)
		return -1;
	embargo_find_path(image, scratch->path, &scratch->search);
	return scratch->search.done ? 0 : -1;
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
		scratch->event.path_size =
			embargo_path_climb((__u64)BPF_CORE_READ(file, f_path.dentry),
					   (__u64)BPF_CORE_READ(file, f_path.mnt), scratch);
	else
		embargo_path_fetch(file, scratch);
}

#endif
