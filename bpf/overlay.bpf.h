/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inode that holds a file's data, where the file is on overlayfs. Its own
 * inode says little of it: the size is a copy, nobody who writes below counts
 * there, and it goes when the container's mount goes.
 */
#ifndef EMBARGO_BPF_OVERLAY_BPF_H
#define EMBARGO_BPF_OVERLAY_BPF_H

#include "bpf/address.bpf.h"
#include "bpf/maps.bpf.h"
#include <bpf/bpf_core_read.h>

#define EMBARGO_OVERLAYS_MAX 2 /* FILESYSTEM_MAX_STACK_DEPTH: an overlay over an overlay */

static __always_inline __u64 embargo_word_at(__u64 address)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), (void *)address);
	return word;
}

static __always_inline __u64 embargo_dentry_inode(__u64 dentry)
{
	return dentry ? (__u64)BPF_CORE_READ((struct dentry *)dentry, d_inode) : 0;
}

/*
 * One step down. 0: not known. The upper inode has the data unless only its
 * metadata was copied up (metacopy). Then, and without an upper one, it is the
 * lowest layer's, or that of a layer for data only, known once it was opened.
 */
static __always_inline __u64 embargo_below_overlay(__u64 inode, const struct embargo_overlay *overlay)
{
	__u64 base = inode - overlay->vfs_inode, upper, entry, data;
	__u32 count = 0;

	upper = embargo_word_at(base + overlay->upper);
	if (upper && embargo_word_at(base + overlay->flags) >> (overlay->upper_data & 63) & 1)
		return embargo_dentry_inode(upper);
	if (overlay->entry == EMBARGO_OVERLAY_ABSENT) {
		data = embargo_word_at(base + overlay->lower_data);
		return data ?: embargo_dentry_inode(embargo_word_at(base + overlay->lower));
	}
	entry = embargo_word_at(base + overlay->entry);
	if (!entry || bpf_probe_read_kernel(&count, sizeof(count), (void *)(entry + overlay->count)) ||
	    !count)
		return 0;
	entry += overlay->stack + (__u64)(count - 1) * overlay->stack_size;
	return embargo_dentry_inode(embargo_word_at(entry + overlay->stack_dentry));
}

/* @inode: an address. Returns an address, 0 if it cannot be had. */
EMBARGO_GLOBAL __u64 embargo_below_overlays(__u64 inode)
{
	__u32 zero = 0;
	const struct embargo_overlay *overlay = bpf_map_lookup_elem(&embargo_overlay, &zero);
	int i;

	if (!overlay || !overlay->known)
		return 0;
	for (i = 0; i < EMBARGO_OVERLAYS_MAX; i++) {
		inode = embargo_below_overlay(inode, overlay);
		if (!inode || BPF_CORE_READ((struct inode *)inode, i_sb, s_magic) != OVERLAY_MAGIC)
			return inode;
	}
	return 0;
}

static __always_inline int embargo_on_overlay(struct inode *inode)
{
	return inode->i_sb->s_magic == OVERLAY_MAGIC;
}

/* The address of the inode below overlayfs that has the data of @inode; 0: not there, or not known. */
static __always_inline __u64 embargo_real_inode(struct inode *inode)
{
	return embargo_on_overlay(inode) ? embargo_below_overlays(embargo_address(inode)) : 0;
}

#endif
