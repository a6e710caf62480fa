// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pins: who removes one, or the file system that they are in, lets go of what enforces. Hidden behind
 * another mount or moved elsewhere they hold as before.
 */
#include "bpf/seal/guard.bpf.h"
#include <bpf/bpf_tracing.h>

#define PIN_DEPTH 4    /* of a pin below the directory of the pins, and some */
#define MOUNT_DEPTH 32 /* mounts above that of the pins */

/* Is it the directory of the pins, or below it? */
static __always_inline int is_pin(struct dentry *dentry)
{
	struct embargo_seal_state *state = embargo_seal_state_of();
	int i;

	if (!state || !state->dentry || (__u64)BPF_CORE_READ(dentry, d_sb) != state->super)
		return 0;
	EMBARGO_ROLLED
	for (i = 0; i <= PIN_DEPTH; i++) {
		if (embargo_address(dentry) == state->dentry)
			return 1;
		dentry = BPF_CORE_READ(dentry, d_parent);
	}
	return 0;
}

static __always_inline int refuse_pin(struct dentry *dentry)
{
	if (!embargo_sealed() || !is_pin(dentry))
		return 0;
	return embargo_tamper(EMBARGO_TAMPER_PIN, embargo_address(BPF_CORE_READ(dentry, d_name.name)));
}

SEC("lsm/inode_unlink")
int BPF_PROG(embargo_seal_inode_unlink, struct inode *directory, struct dentry *dentry)
{
	return refuse_pin(dentry);
}

SEC("lsm/inode_rmdir")
int BPF_PROG(embargo_seal_inode_rmdir, struct inode *directory, struct dentry *dentry)
{
	return refuse_pin(dentry);
}

SEC("lsm/inode_mkdir")
int BPF_PROG(embargo_seal_inode_mkdir, struct inode *directory, struct dentry *dentry)
{
	return refuse_pin(dentry);
}

SEC("lsm/inode_symlink")
int BPF_PROG(embargo_seal_inode_symlink, struct inode *directory, struct dentry *dentry)
{
	return refuse_pin(dentry);
}

/* BPF_OBJ_PIN asks here. */
SEC("lsm/path_mknod")
int BPF_PROG(embargo_seal_path_mknod, const struct path *directory, struct dentry *dentry)
{
	return refuse_pin(dentry);
}

SEC("lsm/inode_rename")
int BPF_PROG(embargo_seal_inode_rename, struct inode *from, struct dentry *old, struct inode *to,
	     struct dentry *new)
{
	int r = refuse_pin(old);

	return r ? r : refuse_pin(new);
}

struct above {
	__u64 goes;  /* the mount that is to go, */
	__u64 place; /* where it is mounted, */
	__u64 at;    /* a mount on the way up from that of the pins */
	__u32 group; /* and with which the mount there shares what is mounted in it */
	__u32 found;
};

EMBARGO_STEP above_step(__u32 index, void *context)
{
	struct above *above = context;
	struct mount *at = (void *)above->at, *parent = BPF_CORE_READ(at, mnt_parent);

	(void)index;
	if (above->at == above->goes ||
	    (above->group && (__u64)BPF_CORE_READ(at, mnt_mountpoint) == above->place &&
	     (__u32)BPF_CORE_READ(parent, mnt_group_id) == above->group)) {
		above->found = 1;
		return 1;
	}
	if (!parent || parent == at)
		return 1;
	above->at = (__u64)parent;
	return 0;
}

/*
 * Would the mount of the pins go with this one? It would if it is that, or one above (umount -l takes all
 * that is below), or, in another mount namespace, a copy of such a one that shares: what goes there goes here
 * too.
 */
EMBARGO_GLOBAL int embargo_seal_is_above(__u64 mnt)
{
	struct embargo_seal_state *state = embargo_seal_state_of();
	struct mount *mount = (void *)(mnt - bpf_core_field_offset(struct mount, mnt)), *parent;
	struct above above = {.goes = (__u64)mount};

	if (!state || !state->mount)
		return 0;
	parent = BPF_CORE_READ(mount, mnt_parent);
	above.place = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
	above.group = BPF_CORE_READ(parent, mnt_group_id);
	above.at = state->mount;
	bpf_loop(MOUNT_DEPTH, above_step, &above, 0);
	return above.found;
}

SEC("lsm/sb_umount")
int BPF_PROG(embargo_seal_sb_umount, struct vfsmount *mnt, int flags)
{
	if (!embargo_sealed() || !embargo_seal_is_above(embargo_address(mnt)))
		return 0;
	return embargo_tamper(EMBARGO_TAMPER_MOUNT, 0);
}

static __always_inline int refuse_place(const struct path *path)
{
	struct embargo_seal_state *state = embargo_seal_state_of();

	if (!embargo_sealed() || !state || (__u64)BPF_CORE_READ(path, mnt, mnt_sb) != state->super)
		return 0;
	return embargo_tamper(EMBARGO_TAMPER_MOUNT, 0);
}

/* mount(2): remounted, or something mounted over it. What a mount is moved from is not told here. */
SEC("lsm/sb_mount")
int BPF_PROG(embargo_seal_sb_mount, const char *device, const struct path *path)
{
	return refuse_place(path);
}

SEC("lsm/move_mount")
int BPF_PROG(embargo_seal_move_mount, const struct path *from, const struct path *to)
{
	struct embargo_seal_state *state = embargo_seal_state_of();

	if (embargo_sealed() && state && embargo_seal_is_above(embargo_address(BPF_CORE_READ(from, mnt))))
		return embargo_tamper(EMBARGO_TAMPER_MOUNT, 0);
	return refuse_place(to);
}
