/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sealed mode, as its BPF programs and userspace tell each other. The programs are an object of
 * their own (bpf/seal/), which only `embargo seal` loads: a host that is not sealed has none of them.
 */
#ifndef EMBARGO_BPF_SEAL_H
#define EMBARGO_BPF_SEAL_H

#include "bpf/image.h"
#include <linux/bpf.h>

#define EMBARGO_SEAL_VERSION 1

#define EMBARGO_SEAL_KEYS 16 /* certificates */
#define EMBARGO_SEAL_NAME_SIZE 128

/* What was refused. Counted, and .kind of the event, which has EMBARGO_EVENT_TAMPER in .flags. */
enum embargo_tamper {
	EMBARGO_TAMPER_NONE,
	EMBARGO_TAMPER_MAP,	/* a map was to be written to, deleted from, frozen */
	EMBARGO_TAMPER_PROGRAM, /* a program was asked for, to be replaced or traced */
	EMBARGO_TAMPER_LINK,	/* a link was to be detached, or to get another program */
	EMBARGO_TAMPER_RETURN,	/* a program that changes what hooks of security return */
	EMBARGO_TAMPER_PIN,	/* pins were to be removed, renamed, added */
	EMBARGO_TAMPER_MOUNT,	/* the file system of the pins was to be unmounted, moved, covered */
	EMBARGO_TAMPER_FTRACE,	/* kernel.ftrace_enabled was opened for writing */
	EMBARGO_TAMPER_KERNEL,	/* what kernel lockdown refuses for the kernel's integrity */
	EMBARGO_TAMPER_KEY,	/* the keyring of the certificates */
	EMBARGO_TAMPER_USE,	/* a BPF program was to be loaded that could write to a map */
	EMBARGO_TAMPER_MAX = 16,
};

/* embargo_seal_config: written by the loader, then frozen. */
struct embargo_seal_config {
	__u32 version;	       /* EMBARGO_SEAL_VERSION */
	__u32 sealed;	       /* 1: all of this holds until reboot; 0: being prepared */
	__u32 sealer;	       /* process that prepares it */
	__u32 flags;	       /* EMBARGO_SEAL_… */
	__u32 keyring;	       /* serial numbers: of the keyring of the certificates */
	__u32 anchor;	       /* of the user keyring that holds on to it, and nobody's to change */
	__u32 integrity;       /* LOCKDOWN_INTEGRITY_MAX of this kernel */
	__u32 unsigned_module; /* LOCKDOWN_MODULE_SIGNATURE of this kernel */
	__u64 time;	       /* of the sealing, ns since 1970 */
	__u32 keys;	       /* certificates in .key[] */
	__u32 spare;
	char key[EMBARGO_SEAL_KEYS][EMBARGO_SEAL_NAME_SIZE]; /* subjects, cut if longer */
};

#define EMBARGO_SEAL_UNSIGNED_MODULES (1U << 0) /* modules without a valid signature may still be loaded */

_Static_assert(sizeof(struct embargo_seal_config) == 48 + EMBARGO_SEAL_KEYS * EMBARGO_SEAL_NAME_SIZE,
	       "the record of the seal is ABI");

/* embargo_seal_state: written by the programs alone. */
struct embargo_seal_state {
	__u64 mount;  /* addresses: of the mount that the pins are in */
	__u64 super;  /* of its file system */
	__u64 dentry; /* of the directory of the pins */
	__u64 lost;   /* events that found the ring full */
	__u64 refused[EMBARGO_TAMPER_MAX];
};

_Static_assert(sizeof(struct embargo_seal_state) == 32 + EMBARGO_TAMPER_MAX * 8, "the state is ABI");

/* embargo_seal_ids: what is guarded, by the kernel's numbers. */
enum embargo_seal_kind {
	EMBARGO_SEAL_MAP = 1,
	EMBARGO_SEAL_PROGRAM,
	EMBARGO_SEAL_RING,  /* a map that the daemon must write to: its position as a reader */
	EMBARGO_SEAL_SHAPE, /* .id: embargo_seal_shape() of a map */
};

/*
 * What a map of maps takes in: maps of one shape. Who has a program with one that takes in ours could put
 * ours there, and write. The same number for what the kernel takes for the same shape; for another shape
 * nearly always another.
 */
static __always_inline __u32 embargo_seal_shape(__u32 type, __u32 key_size, __u32 value_size, __u32 flags,
						__u32 entries)
{
	__u64 shape = (__u64)type << 32 | key_size;

	if (type != BPF_MAP_TYPE_ARRAY || flags & BPF_F_INNER_MAP)
		entries = 0;
	shape = shape * 0x9e3779b97f4a7c15ULL + value_size;
	shape = shape * 0x9e3779b97f4a7c15ULL + flags;
	shape = shape * 0x9e3779b97f4a7c15ULL + entries;
	return embargo_mix(shape) | 1;
}

struct embargo_seal_key {
	__u32 kind;
	__u32 id;
};

#define EMBARGO_SEAL_IDS 256

#endif
