// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remembers what changes files without a trace; see bpf/change.bpf.h. Shared mappings are seen in
 * bpf/exec.bpf.c.
 *
 *   file_ioctl        content that moves from file to file, and writes that become visible at once
 *   sb_free_security  a file system on a block device that goes: it may come back with other content
 */
#include "bpf/change.bpf.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* Type and number of an ioctl. Its size and direction are left out: they are none of a name's. */
#define EMBARGO_IOC(type, number) ((type) << 8 | (number))
#define EMBARGO_IOC_MASK 0xffff

enum {
	EXT4_IOC_MOVE_EXT = EMBARGO_IOC('f', 15),
	EXT4_IOC_SWAP_BOOT = EMBARGO_IOC('f', 17),
	XFS_IOC_SWAPEXT = EMBARGO_IOC('X', 109),
	XFS_IOC_EXCHANGE_RANGE = EMBARGO_IOC('X', 129),
	XFS_IOC_COMMIT_RANGE = EMBARGO_IOC('X', 131),
	F2FS_IOC_START_ATOMIC_WRITE = EMBARGO_IOC(0xf5, 1),
	F2FS_IOC_MOVE_RANGE = EMBARGO_IOC(0xf5, 9),
	F2FS_IOC_START_ATOMIC_REPLACE = EMBARGO_IOC(0xf5, 25),
	UDMABUF_CREATE = EMBARGO_IOC('u', 0x42),
	UDMABUF_CREATE_LIST = EMBARGO_IOC('u', 0x43),
};

/* In the user namespace of the host: such a caller could as well write to the disk. */
static __always_inline int embargo_is_admin(struct task_struct *task)
{
	__u64 cred = (__u64)BPF_CORE_READ(task, cred), capabilities;

	capabilities = embargo_word_at(cred + bpf_core_field_offset(struct cred, cap_effective));
	return !BPF_CORE_READ((struct cred *)cred, user_ns, level) && capabilities >> CAP_SYS_ADMIN & 1;
}

/* The inode of the caller's descriptor @fd is suspect. */
static __always_inline void embargo_suspect_descriptor(struct task_struct *task, __s64 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	__u64 file;

	if (fd < 0 || fd >= BPF_CORE_READ(table, max_fds))
		return;
	file = embargo_word_at((__u64)BPF_CORE_READ(table, fd) + fd * sizeof(file));
	if (file)
		embargo_suspect(embargo_inode_id((__u64)BPF_CORE_READ((struct file *)file, f_inode)));
}

/*
 * Which other files it is about, the kernel reads again after this hook, so that
 * they may be others than are named now; but they must be open for writing then,
 * and on this file system. An administrator is taken at his word. For anybody
 * else all files there are suspect that he could have opened for writing.
 */
static __always_inline void embargo_note_exchange(unsigned int ioctl, __u64 sb, __u64 arg)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__s64 words[3] = {};
	int named;

	if (!embargo_is_admin(task)) {
		embargo_suspect(sb + (BPF_CORE_READ(task, cred, uid.val) ? EMBARGO_SUSPECT_OF_OTHERS
									 : EMBARGO_SUSPECT_FS));
		return;
	}
	if (ioctl == XFS_IOC_SWAPEXT) { /* struct xfs_swapext: version, target, temporary */
		named = !bpf_probe_read_user(words, sizeof(words), (void *)arg);
		embargo_suspect_descriptor(task, words[1]);
		embargo_suspect_descriptor(task, words[2]);
	} else { /* struct move_extent has it second, the others first */
		named = !bpf_probe_read_user(words, sizeof(words[0]), (void *)arg);
		embargo_suspect_descriptor(task,
					   ioctl == EXT4_IOC_MOVE_EXT ? words[0] >> 32 : (__s32)words[0]);
	}
	if (!named)
		embargo_suspect(sb + EMBARGO_SUSPECT_FS);
}

static __always_inline void embargo_note_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct inode *inode = file->f_inode;
	struct embargo_changes *changes;
	unsigned int ioctl = cmd & EMBARGO_IOC_MASK;
	int exchange = 0;
	__u32 zero = 0;

	switch (ioctl) {
	case EXT4_IOC_MOVE_EXT:
	case XFS_IOC_SWAPEXT:
	case XFS_IOC_EXCHANGE_RANGE:
	case XFS_IOC_COMMIT_RANGE:
	case F2FS_IOC_MOVE_RANGE:
		exchange = 1;
		break;
	case EXT4_IOC_SWAP_BOOT:
	case F2FS_IOC_START_ATOMIC_WRITE:
	case F2FS_IOC_START_ATOMIC_REPLACE:
	case UDMABUF_CREATE:
	case UDMABUF_CREATE_LIST:
		break;
	default:
		return;
	}
	if (ioctl == UDMABUF_CREATE || ioctl == UDMABUF_CREATE_LIST)
		embargo_suspect(EMBARGO_SUSPECT_MEMFD);
	else
		embargo_suspect(embargo_inode_id(embargo_address(inode)));
	changes = bpf_map_lookup_elem(&embargo_changes, &zero);
	if (exchange)
		embargo_note_exchange(ioctl, embargo_address(inode->i_sb), arg);
	if (changes)
		__sync_fetch_and_add(&changes->exchanges, 1);
}

SEC("lsm/file_ioctl")
int BPF_PROG(embargo_file_ioctl, struct file *file, unsigned int cmd, unsigned long arg, int ret)
{
	if (!ret)
		embargo_note_ioctl(file, cmd, arg);
	return ret;
}

/* What 32-bit programs call, from 6.8 on (f1bb47a31dff); before, they come by file_ioctl. */
SEC("lsm/file_ioctl_compat")
int BPF_PROG(embargo_file_ioctl_compat, struct file *file, unsigned int cmd, unsigned long arg, int ret)
{
	if (!ret)
		embargo_note_ioctl(file, cmd, arg);
	return ret;
}

SEC("lsm/sb_free_security")
int BPF_PROG(embargo_sb_free_security, struct super_block *sb)
{
	__u32 zero = 0;
	struct embargo_changes *changes = bpf_map_lookup_elem(&embargo_changes, &zero);

	if (changes && sb->s_bdev)
		__sync_fetch_and_add(&changes->unmounts, 1);
	return 0;
}
