/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What changes a file's bytes and leaves its stamp alone, and so must be
 * remembered: bpf/change.bpf.c sees it happen, bpf/verdict.bpf.h asks.
 *
 *  - Whoever once had the file mapped shared and writable may write to it for
 *    ever after: a read that ends late (of a FUSE file, by io_uring) still has
 *    its pages when the mapping and the descriptor are gone. On tmpfs writes
 *    through a mapping move neither ctime nor version at all.
 *  - ioctls that exchange the content of two files.
 */
#ifndef EMBARGO_BPF_CHANGE_BPF_H
#define EMBARGO_BPF_CHANGE_BPF_H

#include "bpf/compat.bpf.h"
#include "bpf/maps.bpf.h"
#include "bpf/overlay.bpf.h"

/* An odd number: of an inode's name. */
#define EMBARGO_SUSPECT_INODE 1

/* Beside the address of a super block: what is suspect on it. */
#define EMBARGO_SUSPECT_FS 1	    /* every file */
#define EMBARGO_SUSPECT_OF_OTHERS 2 /* those that not only root could have opened for writing */

/* No address: every memfd. A udmabuf lets its owner write to one, by a mapping of another file. */
#define EMBARGO_SUSPECT_MEMFD 2

static __always_inline __u64 *embargo_suspect_word(__u64 name, __u64 *ret_bit)
{
	__u64 mixed = embargo_mix(name) >> 42; /* EMBARGO_SUSPECT_BITS */
	__u32 key = mixed / 64;

	*ret_bit = 1ULL << mixed % 64;
	return bpf_map_lookup_elem(&embargo_suspects, &key);
}

static __always_inline void embargo_suspect(__u64 name)
{
	__u64 bit, *word = embargo_suspect_word(name, &bit);

	if (word && !(*word & bit))
		__sync_fetch_and_or(word, bit);
}

static __always_inline int embargo_is_suspect(__u64 name)
{
	__u64 bit, *word = embargo_suspect_word(name, &bit);

	return !word || *word & bit;
}

/*
 * Names the inode at this address. The next one there has another number, or that
 * number's next generation.
 */
static __always_inline __u64 embargo_inode_name(__u64 address, __u64 number, __u32 generation)
{
	return embargo_mix(address ^ embargo_mix(number ^ (__u64)generation << 32)) | EMBARGO_SUSPECT_INODE;
}

EMBARGO_GLOBAL __u64 embargo_inode_id(__u64 address)
{
	struct inode *inode = (void *)address;

	return embargo_inode_name(address, BPF_CORE_READ(inode, i_ino), BPF_CORE_READ(inode, i_generation));
}

/*
 * May the content of the inode at @address have changed without a trace? What
 * only root may write, nobody else had a descriptor of while it was hashed, nor
 * has got one since: the mode is part of the stamp.
 */
EMBARGO_GLOBAL int embargo_inode_suspect(__u64 id, __u64 address)
{
	struct inode *inode = (void *)address;
	__u32 zero = 0;
	struct embargo_changes *changes;
	__u64 sb;

	if (embargo_is_suspect(id))
		return 1;
	changes = bpf_map_lookup_elem(&embargo_changes, &zero);
	if (!changes || !changes->exchanges)
		return !changes;
	sb = (__u64)BPF_CORE_READ(inode, i_sb);
	if (embargo_is_suspect(sb + EMBARGO_SUSPECT_FS))
		return 1;
	if (BPF_CORE_READ((struct super_block *)sb, s_flags) & SB_KERNMOUNT &&
	    embargo_is_suspect(EMBARGO_SUSPECT_MEMFD))
		return 1;
	return embargo_is_suspect(sb + EMBARGO_SUSPECT_OF_OTHERS) &&
	       (BPF_CORE_READ(inode, i_uid.val) || BPF_CORE_READ(inode, i_mode) & 0022);
}

/*
 * The file is mapped shared by somebody who may write to it: now, or later by
 * mprotect(). A host makes memfds without end, but none is below overlayfs, so
 * these are marked on the inode, and the marks go with them.
 */
static __always_inline void embargo_note_mapping(struct file *file, unsigned long flags)
{
	struct embargo_verdict_entry *entry = NULL;
	__u64 real;

	if ((flags & MAP_TYPE) == MAP_PRIVATE || !(file->f_mode & FMODE_WRITE))
		return;
	if (file->f_inode->i_sb->s_flags & SB_KERNMOUNT)
		entry = bpf_inode_storage_get(&embargo_inodes, file->f_inode, 0,
					      BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (entry) {
		entry->suspect = 1;
		return;
	}
	real = embargo_real_inode(file->f_inode);
	embargo_suspect(embargo_inode_id(real ?: embargo_address(file->f_inode)));
}

#endif
