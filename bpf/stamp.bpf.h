/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of a file, as far as it tells one content from the next: its stamp. What counts is the inode that
 * holds the data, which below overlayfs is not the one that the file names.
 */
#ifndef EMBARGO_BPF_STAMP_BPF_H
#define EMBARGO_BPF_STAMP_BPF_H

#include "bpf/change.bpf.h"

#define EMBARGO_TIME_GRAN_MAX 1000000U /* ext4 with 128-byte inodes counts whole seconds */

struct embargo_stamp {
	__u64 version; /* i_version with its bit 0: somebody has asked for it */
	__u64 size;
	__u64 ctime;
	__s32 writers; /* < 0: writing is denied */
	__u32 asked;   /* somebody has asked for the ctime, and the next one will differ (6.13) */
};

#define EMBARGO_VERSION_ASKED 1ULL

/* What the file system of an inode is good for, a set. */
#define EMBARGO_FS_CACHEABLE (1 << 0) /* its stamps tell of changes */
#define EMBARGO_FS_READ_ONLY (1 << 1) /* nothing ever changes */
#define EMBARGO_FS_VERSIONS (1 << 2)  /* i_version is its count of changes */
#define EMBARGO_FS_USER_FUSE (1 << 3) /* FUSE, mounted by whoever owns a user namespace */

/*
 * Not FUSE nor network file systems: the server decides what a file holds. Not
 * what lies on a loop device: its bytes are those of a file that may be written
 * below. @sb: a super block's address.
 */
EMBARGO_GLOBAL int embargo_fs_traits(__u64 sb)
{
	struct super_block *super = (void *)sb;
	unsigned long magic = BPF_CORE_READ(super, s_magic);
	int loop = BPF_CORE_READ(super, s_dev) >> 20 == LOOP_MAJOR;

	switch (magic) {
	case FUSE_SUPER_MAGIC:
		return BPF_CORE_READ(super, s_user_ns, level) ? EMBARGO_FS_USER_FUSE : 0;
	case SQUASHFS_MAGIC:
	case EROFS_MAGIC:
		/* erofs can be mounted from a file without any device */
		return !loop && BPF_CORE_READ(super, s_bdev) ? EMBARGO_FS_CACHEABLE | EMBARGO_FS_READ_ONLY
							     : 0;
	case EXT4_MAGIC:
	case XFS_MAGIC:
	case BTRFS_MAGIC:
	case F2FS_MAGIC:
	case TMPFS_MAGIC:
		if (loop)
			return 0;
		if (BPF_CORE_READ(super, s_flags) & SB_I_VERSION)
			return EMBARGO_FS_CACHEABLE | EMBARGO_FS_VERSIONS;
		return BPF_CORE_READ(super, s_time_gran) <= EMBARGO_TIME_GRAN_MAX ? EMBARGO_FS_CACHEABLE : 0;
	}
	return 0;
}

/*
 * File systems whose size of a file is what the server said last. 0 is what they
 * show before it was asked, so that 0 may be any size.
 */
static __always_inline int embargo_size_unknown(struct inode *inode, __u64 size)
{
	if (size)
		return 0;
	switch (inode->i_sb->s_magic) {
	case FUSE_SUPER_MAGIC:
	case NFS_MAGIC:
	case CIFS_MAGIC:
	case SMB2_MAGIC:
	case V9FS_MAGIC:
	case CEPH_MAGIC:
		return 1;
	}
	return 0;
}

/* The size of the content: of the inode that has the data. On overlayfs i_size is a copy, made once. */
static __always_inline __u64 embargo_inode_size(struct inode *inode, __u64 real)
{
	return real ? BPF_CORE_READ((struct inode *)real, i_size) : inode->i_size;
}

/*
 * First the version, then the writers: who moved the version before it was read
 * and still writes is among them; see bpf/README. The barrier keeps that order.
 * @address: of the inode that has the data. @above: who has its file on overlayfs open for writing.
 */
EMBARGO_GLOBAL int embargo_stamp_read(struct embargo_stamp *stamp, __u64 address, __s32 above)
{
	struct inode *inode = (void *)address;
	__u64 barrier = 0;

	if (!stamp)
		return -1;
	stamp->version = BPF_CORE_READ(inode, i_version.counter);
	stamp->size = BPF_CORE_READ(inode, i_size);
	stamp->ctime = embargo_address_ctime(address, &stamp->asked);
	__sync_fetch_and_add(&barrier, 1);
	stamp->writers = BPF_CORE_READ(inode, i_writecount.counter);
	if (above > 0)
		stamp->writers = above;
	return 0;
}

/* The same of an inode that can be read at once, for the way that is taken at every exec. */
static __always_inline void embargo_stamp_load(struct embargo_stamp *stamp, struct inode *inode)
{
	stamp->version = inode->i_version.counter;
	stamp->size = inode->i_size;
	stamp->ctime = embargo_inode_ctime(inode, &stamp->asked);
	stamp->writers = inode->i_writecount.counter;
}

static __always_inline int embargo_stamp_same(const struct embargo_stamp *a, const struct embargo_stamp *b)
{
	return a->size == b->size && a->ctime == b->ctime &&
	       (a->version | EMBARGO_VERSION_ASKED) == (b->version | EMBARGO_VERSION_ASKED);
}

/* Will the next change show in the stamp, however soon it comes? */
static __always_inline int embargo_stamp_exact(const struct embargo_stamp *stamp, int traits)
{
	return traits & EMBARGO_FS_READ_ONLY || stamp->asked ||
	       (traits & EMBARGO_FS_VERSIONS && stamp->version & EMBARGO_VERSION_ASKED);
}

#endif
