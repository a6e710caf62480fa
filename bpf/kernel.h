/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel types that embargo touches, and of each only the fields it reads.
 * CO-RE moves every access to where the running kernel has the field, so this
 * stands in for a generated vmlinux.h: the build needs no kernel at hand.
 * Fields that changed name between kernels are in bpf/compat.bpf.h.
 */
#ifndef EMBARGO_BPF_KERNEL_H
#define EMBARGO_BPF_KERNEL_H

#include <linux/bpf.h>
#include <linux/types.h>

#define EPERM 1
#define ENOSYS 38
#define ESTALE 116

#define PROT_EXEC 0x4
#define MAP_TYPE 0x0f
#define MAP_PRIVATE 0x02
#define VM_EXEC 0x4

#define FMODE_READ 0x1
#define FMODE_WRITE 0x2
#define SB_KERNMOUNT (1UL << 22)
#define SB_I_VERSION (1UL << 23)
#define CAP_SYS_ADMIN 21
#define PF_KTHREAD 0x00200000

/* enum kernel_read_file_id; READING_MODULE_COMPRESSED came with c200892b46ba (7.0) */
#define READING_FIRMWARE 1
#define READING_MODULE 2
#define READING_KEXEC_IMAGE 3
#define READING_KEXEC_INITRAMFS 4
#define READING_MODULE_COMPRESSED 7

/* enum kernel_load_data_id */
#define LOADING_FIRMWARE 1
#define LOADING_MODULE 2

/* Of file systems, as in linux/magic.h or their own sources. */
#define BTRFS_MAGIC 0x9123683e
#define CEPH_MAGIC 0x00c36400
#define CIFS_MAGIC 0xff534d42
#define EROFS_MAGIC 0xe0f5e1e2
#define EXT4_MAGIC 0xef53 /* ext2 and ext3, too */
#define F2FS_MAGIC 0xf2f52010
#define FUSE_SUPER_MAGIC 0x65735546
#define NFS_MAGIC 0x6969
#define BPF_FS_MAGIC 0xcafe4a11
#define OVERLAY_MAGIC 0x794c7630
#define PROC_SUPER_MAGIC 0x9fa0
#define SMB2_MAGIC 0xfe534d42
#define SQUASHFS_MAGIC 0x73717368
#define TMPFS_MAGIC 0x01021994
#define V9FS_MAGIC 0x01021997
#define XFS_MAGIC 0x58465342

#define LOOP_MAJOR 7 /* of s_dev >> 20 */

#define S_IFMT 0170000
#define S_IFREG 0100000

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	__s64 counter;
} atomic64_t;

typedef struct {
	__u32 val;
} kuid_t;

typedef struct {
	__u32 val;
} kgid_t;

struct qstr {
	__u64 hash_len;
	__u32 len;
	const unsigned char *name;
};

struct inode;

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct dentry_operations {
	void *d_revalidate; /* a function */
};

struct dentry {
	const struct dentry_operations *d_op;
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};

struct user_namespace {
	int level;
};

struct block_device;

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
	unsigned long s_flags;
	struct block_device *s_bdev;
	__u32 s_time_gran;
	struct user_namespace *s_user_ns;
};

struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
};

struct ns_common {
	__u32 inum;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	int mnt_group_id; /* of mounts that share what is mounted in them; 0: shares with none */
	struct mnt_namespace *mnt_ns;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct inode {
	unsigned short i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	atomic64_t i_version;
	struct super_block *i_sb;
	unsigned long i_ino;
	__u32 i_generation;
	long long i_size;
	atomic_t i_writecount;
};

struct file {
	unsigned int f_mode;
	struct path f_path;
	struct inode *f_inode;
	void *private_data;
};

struct vm_area_struct {
	unsigned long vm_flags;
	struct file *vm_file;
};

struct linux_binprm {
	char buf[256];
	struct file *file;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct mm_struct {
	struct file *exe_file;
	unsigned long arg_start;
	unsigned long arg_end;
};

struct cred {
	kuid_t uid;
	struct {
		__u64 bits; /* one number or two */
	} cap_effective;
	struct user_namespace *user_ns;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	struct path root;
};

struct task_struct {
	unsigned int flags;
	unsigned int in_execve : 1;
	__u64 self_exec_id;
	__u64 start_boottime;
	const struct cred *cred;
	struct fs_struct *fs;
	struct files_struct *files;
	struct mm_struct *mm;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	char comm[16];
	kuid_t loginuid;
	unsigned int sessionid;
	struct nsproxy *nsproxy;
};

#pragma clang attribute pop

#endif
