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

#define PROT_EXEC 0x4
#define VM_EXEC 0x4

#define FMODE_READ 0x1
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

#define S_IFMT 0170000
#define S_IFREG 0100000

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	__u32 val;
} kuid_t;

struct qstr {
	__u32 len;
	const unsigned char *name;
};

struct inode;

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
	__u32 s_time_gran;
};

struct vfsmount {
	struct dentry *mnt_root;
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
	struct mnt_namespace *mnt_ns;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct inode {
	unsigned short i_mode;
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

struct task_struct {
	unsigned int flags;
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
