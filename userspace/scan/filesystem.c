// SPDX-License-Identifier: GPL-2.0-or-later
/* Kinds of file systems: those that hold files, those of the kernel, and those of other hosts. */
#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "userspace/base/mounts.h"
#include "userspace/scan/walk.h"

/* Not in linux/magic.h */
#define MAGIC_AUTOFS 0x0187
#define MAGIC_CIFS 0xff534d42
#define MAGIC_CONFIGFS 0x62656570
#define MAGIC_FUSE 0x65735546
#define MAGIC_FUSECTL 0x65735543
#define MAGIC_LUSTRE 0x0bd00bd0
#define MAGIC_MQUEUE 0x19800202
#define MAGIC_RPC_PIPEFS 0x67596969
#define MAGIC_SMB2 0xfe534d42
#define MAGIC_VBOXSF 0x786f4256

static const __u32 pseudo[] = {
	/* clang-format off */
	PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, BPF_FS_MAGIC, DEBUGFS_MAGIC,
	TRACEFS_MAGIC, DEVPTS_SUPER_MAGIC, SECURITYFS_MAGIC, SELINUX_MAGIC, SMACK_MAGIC, PSTOREFS_MAGIC,
	EFIVARFS_MAGIC, BINFMTFS_MAGIC, HUGETLBFS_MAGIC, NSFS_MAGIC, RDTGROUP_SUPER_MAGIC, PIPEFS_MAGIC,
	SOCKFS_MAGIC, ANON_INODE_FS_MAGIC, BINDERFS_SUPER_MAGIC, MAGIC_CONFIGFS, MAGIC_FUSECTL, MAGIC_MQUEUE,
	MAGIC_RPC_PIPEFS, MAGIC_AUTOFS,
	/* clang-format on */
};

static const __u32 network[] = {
	/* clang-format off */
	NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, MAGIC_CIFS, MAGIC_SMB2, V9FS_MAGIC, CEPH_SUPER_MAGIC, AFS_SUPER_MAGIC,
	AFS_FS_MAGIC, CODA_SUPER_MAGIC, NCP_SUPER_MAGIC, OCFS2_SUPER_MAGIC, MAGIC_LUSTRE, MAGIC_VBOXSF,
	/* clang-format on */
};

static bool listed(__u32 magic, const __u32 *list, size_t count)
{
	while (count)
		if (list[--count] == magic)
			return true;
	return false;
}

/* FUSE shows disks (ntfs-3g), archives and hosts (sshfs) alike: one on a block device is a disk. */
static bool on_block_device(int fd)
{
	_cleanup_(mnt_unref_tablep) struct libmnt_table *mounts = mnt_new_table_from_file(EMBARGO_MOUNTINFO);
	struct libmnt_fs *mount;
	const char *type;
	struct stat st;

	if (!mounts || fstat(fd, &st))
		return false;
	mount = mnt_table_find_devno(mounts, st.st_dev, MNT_ITER_FORWARD);
	type = mount ? mnt_fs_get_fstype(mount) : NULL;
	return type && !strcmp(type, "fuseblk");
}

enum embargo_filesystem embargo_filesystem_of(int fd)
{
	struct statfs st;
	__u32 magic;

	if (fstatfs(fd, &st))
		return EMBARGO_FILESYSTEM_NETWORK; /* who does not answer is far away */
	magic = st.f_type;
	if (listed(magic, pseudo, sizeof(pseudo) / sizeof(*pseudo)))
		return EMBARGO_FILESYSTEM_PSEUDO;
	if (listed(magic, network, sizeof(network) / sizeof(*network)) ||
	    (magic == MAGIC_FUSE && !on_block_device(fd)))
		return EMBARGO_FILESYSTEM_NETWORK;
	return EMBARGO_FILESYSTEM_LOCAL;
}
