/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sealed mode, as its BPF programs and userspace tell each other. The programs are an object of
 * their own (bpf/seal/), which only `embargo seal` loads: a host that is not sealed has none of them.
 */
#ifndef EMBARGO_BPF_SEAL_H
#define EMBARGO_BPF_SEAL_H

#include "bpf/image.h"
#include <linux/bpf.h>

#define EMBARGO_SEAL_VERSION 2

#define EMBARGO_SEAL_KEYS 16 /* certificates */
#define EMBARGO_SEAL_NAME_SIZE 128
#define EMBARGO_SEAL_POLICY_SIZE 168 /* name of a policy, with its NUL */

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
	EMBARGO_TAMPER_UPDATE,	/* a policy was to be put in force that may not be */
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
	__u32 room;	       /* pages that a signed update may have; 0: none is taken */
	__u64 policy_version;  /* of the policy that was sealed */
	char policy[EMBARGO_SEAL_POLICY_SIZE];		     /* its name; none: no update is taken */
	char key[EMBARGO_SEAL_KEYS][EMBARGO_SEAL_NAME_SIZE]; /* subjects, cut if longer */
};

#define EMBARGO_SEAL_UNSIGNED_MODULES (1U << 0) /* modules without a valid signature may still be loaded */
#define EMBARGO_SEAL_INTERPRETERS (1U << 1)	/* what interpreters open is looked at */

_Static_assert(sizeof(struct embargo_seal_config) ==
		       56 + EMBARGO_SEAL_POLICY_SIZE + EMBARGO_SEAL_KEYS * EMBARGO_SEAL_NAME_SIZE,
	       "the record of the seal is ABI");

/* embargo_seal_state: written by the programs alone. */
struct embargo_seal_state {
	__u64 mount;  /* addresses: of the mount that the pins are in */
	__u64 super;  /* of its file system */
	__u64 dentry; /* of the directory of the pins */
	__u64 lost;   /* events that found the ring full */
	__u64 refused[EMBARGO_TAMPER_MAX];
	__u64 policy_version; /* of the last update; 0: there was none */
	__u64 updates;
	__u64 updating; /* the task that an update is made by; 0: none */
	__u64 left;	/* when the slot that is next was left, ns since boot; 0: it was never used */
	__u64 attempt;	/* when an update was refused last, ns since boot */
};

_Static_assert(sizeof(struct embargo_seal_state) == 72 + EMBARGO_TAMPER_MAX * 8, "the state is ABI");

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

/*
 * A signed update: what is signed, whole, by one of the certificates. Little-endian. The image follows the
 * rules in bpf/image.h; its fields .generation, .interpreters_since and .signers_unread are the host's.
 */
#define EMBARGO_SEAL_MAGIC "\177EMBSEAL"

struct embargo_seal_manifest {
	__u8 magic[8];
	__u32 abi;     /* EMBARGO_ABI_VERSION of the image */
	__u32 pages;   /* of the image */
	__u64 version; /* of the policy */
	__u8 image[EMBARGO_SHA256_SIZE];
	__u8 text[EMBARGO_SHA256_SIZE]; /* of the policy file */
	char name[EMBARGO_SEAL_POLICY_SIZE];
};

_Static_assert(sizeof(struct embargo_seal_manifest) == 256, "the manifest is ABI");

/*
 * bpf(2) with this command and the request in front of its attributes. It never returns 0: -EALREADY says
 * that the update is in force, EINVAL of the kernel that nobody takes updates here.
 */
#define EMBARGO_SEAL_UPDATE 0x5ea1

struct embargo_seal_request {
	__u64 manifest; /* addresses in the caller: of a struct embargo_seal_manifest, */
	__u64 signature;
	__u64 image;
	__u32 signature_size; /* bytes */
	__u32 pages;
};

#define EMBARGO_SEAL_SIGNATURE_MAX 8192U
#define EMBARGO_SEAL_ROOM_MAX (1U << 16)    /* pages: 256 MiB */
#define EMBARGO_SEAL_REST_NS 10000000000ULL /* for how long nobody writes to a slot that was left */
#define EMBARGO_SEAL_REFUSED_NS 20000000ULL /* between an update that was refused and the next */

#endif
