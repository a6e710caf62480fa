// SPDX-License-Identifier: GPL-2.0-only
/* What else root could end enforcement with: the kernel's memory, the switch of ftrace, the keyring. */
#include "bpf/seal/guard.bpf.h"
#include <bpf/bpf_tracing.h>

/* enum key_need_perm of include/linux/key.h, since 5.8 */
#define KEY_NEED_VIEW 1
#define KEY_NEED_SEARCH 4
#define KEY_DEFER_PERM_CHECK 10

/* The task asks because of the update that it is in the middle of. */
static __always_inline int is_updating(const struct embargo_seal_config *config, __u32 serial, __u32 need)
{
	const struct embargo_seal_state *state = embargo_seal_state_of();

	return (need == KEY_NEED_SEARCH || need == KEY_DEFER_PERM_CHECK) && serial == config->keyring &&
	       state && state->updating == bpf_get_current_pid_tgid();
}

/* All that kernel lockdown refuses in its class integrity: /dev/mem, ports, kexec, unsigned modules, … */
SEC("lsm/locked_down")
int BPF_PROG(embargo_seal_locked_down, __u32 what)
{
	const struct embargo_seal_config *config = embargo_sealed();

	if (!config || what >= config->integrity)
		return 0;
	if (config->flags & EMBARGO_SEAL_UNSIGNED_MODULES && what == config->unsigned_module)
		return 0;
	return embargo_tamper(EMBARGO_TAMPER_KERNEL, 0);
}

/* The sealing process shows which directory has the pins, and in which mount, by opening it. */
static __always_inline void learn(struct file *file)
{
	__u32 zero = 0;
	const struct embargo_seal_config *config = bpf_map_lookup_elem(&embargo_seal_config, &zero);
	struct embargo_seal_state *state = embargo_seal_state_of();
	struct vfsmount *mnt;

	if (!config || !state || config->sealed || state->mount ||
	    config->sealer != bpf_get_current_pid_tgid() >> 32)
		return;
	mnt = file->f_path.mnt;
	state->super = (__u64)BPF_CORE_READ(mnt, mnt_sb);
	state->dentry = embargo_address(file->f_path.dentry);
	state->mount = embargo_address(mnt) - bpf_core_field_offset(struct mount, mnt);
}

/*
 * BPF programs on hooks of security hang on trampolines of ftrace: kernel.ftrace_enabled=0 ends their calls
 * before 7.3. No hook is asked before a sysctl is set, but for this one, when its file is opened for writing.
 */
static __always_inline int is_ftrace_switch(struct file *file)
{
	union {
		char name[16];
		__u64 word[2];
	} u = {};
	struct dentry *dentry = file->f_path.dentry;

	bpf_probe_read_kernel_str(u.name, sizeof(u.name), BPF_CORE_READ(dentry, d_name.name));
	/* "ftrace_enabled" as two numbers, whichever way round they are read */
	return u.word[0] == *(const __u64 *)"ftrace_e" && u.word[1] == *(const __u64 *)"nabled\0";
}

SEC("lsm/file_open")
int BPF_PROG(embargo_seal_file_open, struct file *file)
{
	unsigned long magic;
	struct dentry *dentry;

	/* Nearly every call ends here. */
	if (!(file->f_mode & FMODE_WRITE) && file->f_inode->i_sb->s_magic != BPF_FS_MAGIC)
		return 0;
	magic = file->f_inode->i_sb->s_magic;
	if (magic == BPF_FS_MAGIC)
		learn(file);
	if (magic != PROC_SUPER_MAGIC || !embargo_sealed() || !is_ftrace_switch(file))
		return 0;
	dentry = file->f_path.dentry;
	return embargo_tamper(EMBARGO_TAMPER_FTRACE, embargo_address(BPF_CORE_READ(dentry, d_name.name)));
}

/* Key references are addresses with a flag in their lowest bit, of a type that no program may follow. */
SEC("lsm/key_permission")
int BPF_PROG(embargo_seal_key_permission)
{
	const struct embargo_seal_config *config = embargo_sealed();
	__u64 reference = 0, need = 0;
	__u32 serial;

	if (!config)
		return 0;
	bpf_get_func_arg(ctx, 0, &reference);
	bpf_get_func_arg(ctx, 2, &need);
	serial = BPF_CORE_READ((struct key *)(reference & ~1ULL), serial);
	if ((serial != config->keyring && serial != config->anchor) || (__u32)need == KEY_NEED_VIEW ||
	    is_updating(config, serial, need))
		return 0;
	return embargo_tamper(EMBARGO_TAMPER_KEY, 0);
}
