/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Directories in which no rule is for any path, so that the path of what lies there need not be put together
 * again. What is kept of such a directory is one number, made of all that the answer came from:
 *
 *  - which directory it is (where its dentry is, whose name and parent that has, the inode's number and
 *    generation) and through which mount it was gone to;
 *  - rename_lock and mount_lock, two counters of the kernel: the first moves before and after a dentry gets
 *    another parent or name, the second with each mount that comes, goes or moves. A dentry that is in use
 *    keeps all above it, so with neither moved the way up is what it was;
 *  - the policy, by its generation and its seed, and how often the loader has found new places for it.
 *
 * The counters are read before anything else and, by who keeps an answer, again after the last: an odd one,
 * or two that differ, is not kept. The seed is a secret: nobody can look for two states of one number. Where
 * a server moves directories without a rename here (whatever has d_revalidate), or where an inode's
 * generation is none (overlayfs) or is shared by copies (btrfs), nothing is kept.
 */
#ifndef EMBARGO_BPF_QUIET_BPF_H
#define EMBARGO_BPF_QUIET_BPF_H

#include "bpf/address.bpf.h"
#include "bpf/maps.bpf.h"
#include <bpf/bpf_core_read.h>

/* Both counters in one number; 0: they are not known, or something is being moved. */
EMBARGO_CALL __u64 embargo_quiet_moves(void)
{
	__u32 zero = 0, renames = 1, mounts = 1;
	const struct embargo_changes *changes = bpf_map_lookup_elem(&embargo_changes, &zero);

	if (!changes || !changes->rename_lock || !changes->mount_lock ||
	    bpf_probe_read_kernel(&renames, sizeof(renames), (void *)changes->rename_lock) ||
	    bpf_probe_read_kernel(&mounts, sizeof(mounts), (void *)changes->mount_lock) ||
	    (renames | mounts) & 1)
		return 0;
	return ((__u64)renames << 32 | mounts) + 1;
}

/* The number of the directory that @file is in; 0: none can be had. @moves: read before. */
EMBARGO_CALL __u64 embargo_quiet_id(const struct embargo_image_header *header, struct file *file, __u64 moves)
{
	struct dentry *dentry = file->f_path.dentry, *parent = dentry->d_parent;
	struct inode *inode = parent->d_inode;
	__u32 zero = 0;
	const __u64 *epoch = bpf_map_lookup_elem(&embargo_places_epoch, &zero);
	__u64 id = moves, seed = header->seed;

	if (!moves || !epoch || !inode)
		return 0;
	id = id * seed + header->generation;
	id = id * seed + *epoch;
	id = id * seed + embargo_address(parent);
	id = id * seed + embargo_address(file->f_path.mnt);
	id = id * seed + embargo_address(parent->d_parent);
	id = id * seed + parent->d_name.hash_len;
	id = id * seed + inode->i_ino;
	id = id * seed + inode->i_generation;
	return embargo_mix(id * seed + inode->i_sb->s_dev) ?: 1;
}

static __always_inline __u64 *embargo_quiet_place(__u64 id)
{
	__u32 key = id >> 32 & (EMBARGO_QUIET_PLACES - 1);

	return bpf_map_lookup_elem(&embargo_quiet, &key);
}

/* Is that known to be a directory where no rule is for any path? */
static __always_inline int embargo_quiet_is(__u64 id)
{
	const __u64 *place = id ? embargo_quiet_place(id) : NULL;

	return place && *place == id;
}

/* Does an inode that gets the number of another have another generation? @sb: a super block's address. */
EMBARGO_GLOBAL int embargo_quiet_told(__u64 sb)
{
	struct super_block *super = (void *)sb;

	switch (BPF_CORE_READ(super, s_magic)) {
	case EXT4_MAGIC:
	case XFS_MAGIC:
	case F2FS_MAGIC:
	case TMPFS_MAGIC:
	case SQUASHFS_MAGIC:
	case EROFS_MAGIC:
		return 1;
	}
	return 0;
}

/* Nothing was found for it, by what the counters were before, @moves: keep that, if they are the same still.
 */
static __always_inline void embargo_quiet_keep(__u64 id, __u64 moves, struct inode *inode,
					       const struct embargo_scratch *scratch)
{
	__u64 *place, barrier = 0;

	if (!id || scratch->climb.rule || scratch->climb.holds || scratch->climb.fleeting ||
	    scratch->search.rule || scratch->search.named || !scratch->search.quiet ||
	    !embargo_quiet_told(embargo_address(inode->i_sb)))
		return;
	__sync_fetch_and_add(&barrier, 1);
	if (embargo_quiet_moves() != moves)
		return;
	place = embargo_quiet_place(id);
	if (place)
		*place = id;
}

#endif
