/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs and the userspace of embargo tell each other: the
 * event, the control record, the counters and the numbers they are indexed by.
 *
 * Both compilers build this header, so a size that differs is a build error.
 * Any change of a layout or of a number's meaning bumps EMBARGO_ABI_VERSION:
 * a newer binary that finds pins of another version replaces them whole.
 */
#ifndef EMBARGO_BPF_ABI_H
#define EMBARGO_BPF_ABI_H

#include <linux/types.h>

#define EMBARGO_ABI_VERSION 3
/*
 * Events, counters, and what a policy database has beside its image have been as they are since this version:
 * an upgrade goes on with those of any version from it on. Whoever changes one of them raises it, or has the
 * former layout read as well.
 */
#define EMBARGO_ABI_KEPT 2
#define EMBARGO_ABI_IS_KEPT(version) ((version) >= EMBARGO_ABI_KEPT && (version) <= EMBARGO_ABI_VERSION)
/* A rule has remarks since this version. */
#define EMBARGO_ABI_REMARKS 3

#define EMBARGO_SHA256_SIZE 32
#define EMBARGO_COMM_SIZE 16	/* TASK_COMM_LEN of the kernel */
#define EMBARGO_PATH_SIZE 4096	/* PATH_MAX of the kernel, with its NUL */
#define EMBARGO_NAME_SIZE 64	/* MODULE_NAME_LEN is 56 (64-bit), with its NUL */
#define EMBARGO_SIGNER_SIZE 128 /* issuer common name, cut if longer */
#define EMBARGO_SERIAL_SIZE 32	/* serial number or key id; RFC 5280 allows 20 */

/* HASH_ALGO_SHA256 of include/uapi/linux/hash_info.h. */
#define EMBARGO_HASH_ALGO_SHA256 4

/* The LSM hooks, in the order in which one exec or one module load meets them. */
enum embargo_hook {
	EMBARGO_HOOK_EXEC,	     /* bprm_check_security */
	EMBARGO_HOOK_MMAP,	     /* mmap_file */
	EMBARGO_HOOK_MPROTECT,	     /* file_mprotect */
	EMBARGO_HOOK_OPEN,	     /* file_open, by a named interpreter */
	EMBARGO_HOOK_READ_FILE,	     /* kernel_read_file: as stored */
	EMBARGO_HOOK_POST_READ_FILE, /* kernel_post_read_file: as read */
	EMBARGO_HOOK_LOAD_DATA,	     /* kernel_load_data */
	EMBARGO_HOOK_POST_LOAD_DATA, /* kernel_post_load_data: from memory */
	EMBARGO_HOOK_MAX,
};

enum embargo_verdict {
	EMBARGO_ALLOWED,    /* nothing matched */
	EMBARGO_EXEMPTED,   /* an allow rule, or on-error allow */
	EMBARGO_AUDITED,    /* an audit rule, or on-error audit */
	EMBARGO_WOULD_DENY, /* a ban in audit mode: only the return value differs */
	EMBARGO_DENIED,
	EMBARGO_VERDICT_MAX,
};

/* Why no rule could be asked. Each is counted, and on-error says what follows. */
enum embargo_cause {
	EMBARGO_CAUSE_NONE,
	EMBARGO_CAUSE_HASH_FAILED,	    /* the helper returned an errno */
	EMBARGO_CAUSE_HASH_ALGORITHM,	    /* the kernel hashed, but not by SHA-256 */
	EMBARGO_CAUSE_TOO_LARGE,	    /* above max-hash-size, and no rule gives this size */
	EMBARGO_CAUSE_CHANGED,		    /* written to while it was hashed */
	EMBARGO_CAUSE_UNHASHED_MAPPING,	    /* mprotect of a mapping without a valid verdict */
	EMBARGO_CAUSE_SIGNATURE_UNREADABLE, /* module signature: malformed DER */
	EMBARGO_CAUSE_MODULE_UNREADABLE,    /* module: malformed ELF or .modinfo */
	EMBARGO_CAUSE_UNCLASSIFIED,	    /* signer rules exist, this program's is not known */
	EMBARGO_CAUSE_STATE_LOST,	    /* no memory for what one hook hands the next */
	EMBARGO_CAUSE_NO_PATH,		    /* the path could not be had, and path rules exist */
	EMBARGO_CAUSE_UNSIZED_MAPPING, /* as UNHASHED_MAPPING, when only a rule without a size could match */
	EMBARGO_CAUSE_USER_FUSE,  /* on a FUSE mount of a user namespace: its owner could stall the hook */
	EMBARGO_CAUSE_STALE_HASH, /* IMA has a policy in force, keeps hashes, and the file may be written */
	EMBARGO_CAUSE_INTERPRETER_LOST, /* a named interpreter that there is no room to remember */
	EMBARGO_CAUSE_MAX = 16,		/* room to grow without a new image layout */
};

/* What a rule, or on-error, says. The numbers order precedence at one level. */
enum embargo_action {
	EMBARGO_ACTION_NONE,
	EMBARGO_ACTION_BAN,
	EMBARGO_ACTION_AUDIT,
	EMBARGO_ACTION_ALLOW,
};

enum embargo_mode {
	EMBARGO_MODE_AUDIT,
	EMBARGO_MODE_ENFORCE,
	EMBARGO_MODE_MAX,
};

/* Kinds of rules; the first four are matched in the kernel, the rest resolved. */
enum embargo_kind {
	EMBARGO_KIND_HASH,
	EMBARGO_KIND_SIGNER,
	EMBARGO_KIND_MODULE,
	EMBARGO_KIND_PATH,
	EMBARGO_KIND_INTERPRETER, /* names readers; bans nothing itself */
	EMBARGO_KIND_PACKAGE,
	EMBARGO_KIND_VENDOR,
	EMBARGO_KIND_BUILD_ID,
	EMBARGO_KIND_MAX,
};

/* What a file is, as a set: a rule may hold for several, a mapping may be any. */
enum embargo_format {
	EMBARGO_FORMAT_ELF = 1 << 0,
	EMBARGO_FORMAT_PE = 1 << 1,
	EMBARGO_FORMAT_SCRIPT = 1 << 2, /* starts with #! */
	EMBARGO_FORMAT_OTHER = 1 << 3,
	EMBARGO_FORMAT_MODULE = 1 << 4,
	EMBARGO_FORMAT_FIRMWARE = 1 << 5,
	EMBARGO_FORMAT_KEXEC = 1 << 6, /* kexec kernel or initramfs image */
	EMBARGO_FORMAT_ANY = (1 << 7) - 1,
};

/* How a module came to the kernel (embargo_event.origin). */
enum embargo_origin {
	EMBARGO_ORIGIN_NONE,
	EMBARGO_ORIGIN_FILE,	   /* finit_module, plain bytes */
	EMBARGO_ORIGIN_COMPRESSED, /* finit_module of a compressed file */
	EMBARGO_ORIGIN_MEMORY,	   /* init_module */
};

#define EMBARGO_NO_RULE 0xffffffffU

/* Flags of embargo_event.flags */
#define EMBARGO_EVENT_SHA256 (1U << 0)	     /* .sha256 is filled in */
#define EMBARGO_EVENT_PATH_PARTIAL (1U << 1) /* below the mount point only, or cut */
#define EMBARGO_EVENT_KEYID (1U << 2)	     /* .serial holds a key id, not a serial */
#define EMBARGO_EVENT_UNSIGNED (1U << 3)     /* a module without a signature */
/* A sealed host was tampered with: .kind is an enum embargo_tamper, .module the name of what it was about. */
#define EMBARGO_EVENT_TAMPER (1U << 8)

/*
 * One record of the ring: this struct, then path_size bytes of path with its
 * NUL (path_size may be 0: no path could be had). A path may hold any byte but NUL.
 */
struct embargo_event {
	__u32 version;	  /* EMBARGO_ABI_VERSION of the programs */
	__u32 path_size;  /* bytes after this struct, with the NUL */
	__u64 time_ns;	  /* CLOCK_BOOTTIME */
	__u64 generation; /* of the policy that gave the verdict */
	__u64 file_size;  /* bytes; of a module from memory: of the buffer */
	__u64 inode;
	__u64 cgroup_id;
	__u32 device;	/* kernel's dev_t: major << 20 | minor */
	__u32 mount_ns; /* inode number of the mount namespace */
	__u32 pid;	/* thread */
	__u32 tgid;	/* process */
	__u32 parent_tgid;
	__u32 uid; /* real ids in the initial user namespace */
	__u32 gid;
	__u32 loginuid; /* 4294967295: never logged in */
	__u32 session;
	__u32 rule;  /* index in the policy of that generation, or EMBARGO_NO_RULE */
	__s32 error; /* with a cause: negative errno, or the algorithm's number */
	__u32 flags;
	__u32 format; /* enum embargo_format, a set */
	__u8 hook;
	__u8 verdict;
	__u8 cause;
	__u8 mode;
	__u8 action; /* what the rule or on-error said */
	__u8 kind;   /* of the rule */
	__u8 origin;
	__u8 serial_size;   /* bytes used in .serial */
	__u32 request_tgid; /* the task for which the kernel asked for the module, 0: none */
	__u8 sha256[EMBARGO_SHA256_SIZE];
	char comm[EMBARGO_COMM_SIZE]; /* of the task that asked */
	char parent_comm[EMBARGO_COMM_SIZE];
	char module[EMBARGO_NAME_SIZE];
	char signer[EMBARGO_SIGNER_SIZE];
	__u8 serial[EMBARGO_SERIAL_SIZE];
};

_Static_assert(sizeof(struct embargo_event) == 400, "the event is ABI");

/* embargo_interpreters: a program whose reads count as running */
struct embargo_interpreter_key {
	__u64 inode;
	__u64 device; /* kernel's dev_t, of the file system */
};

struct embargo_interpreter_value {
	__u64 generation;	/* of the policy that names it */
	__u32 inode_generation; /* a file that gets the number of one that is gone has another */
	__u32 inode_known;	/* 0: .inode_generation could not be had */
};

/*
 * embargo_places: a directory, or a file, that a path rule means, by what it is. Whatever name it is given
 * and from wherever it is looked at, by bind mount, chroot or rename, it stays this.
 */
#define EMBARGO_PLACES_MAX 65536

struct embargo_place_key {
	__u64 inode;
	__u64 generation; /* of the policy */
	__u32 device;	  /* kernel's dev_t, of the file system */
	__u32 spare;
};

struct embargo_place_value {
	__u32 rule;		/* embargo_packed_rule: the strongest that means it */
	__u32 inode_generation; /* a directory that gets the number of one that is gone has another */
	__u32 inode_known;	/* 0: .inode_generation could not be had */
	__u32 holds;		/* a directory: 1: a file in it is a place, too */
};

/* embargo_interpreter_bits: __u64 words; the bit of an inode number. Multiplied, so that neighbours are
 * spread. */
#define EMBARGO_INTERPRETER_BITS 4096
#define EMBARGO_INTERPRETER_BIT(inode) ((__u32)((__u64)(inode)*0x9e3779b97f4a7c15ULL >> 52))

/*
 * embargo_control: one record that every program reads. The mode belongs to a
 * policy: a program that still evaluates by the former one while another is
 * published evaluates in the former mode. So each generation has a bit of its own,
 * set before its policy is published; the bit is another's 16 policies later.
 */
struct embargo_control {
	__u32 version; /* EMBARGO_ABI_VERSION */
	__u16 mode;    /* enum embargo_mode of the newest policy, for who cannot see its generation */
	__u16 enforce; /* EMBARGO_ENFORCE_BIT of those generations that are enforced */
	__u64 build;   /* identifies the BPF programs that are attached */
};

#define EMBARGO_ENFORCE_BIT(generation) (1U << (generation) % 16)
#define EMBARGO_ENFORCE_ALL 0xffffU

_Static_assert(sizeof(struct embargo_control) == 16, "the control record is ABI");

/*
 * embargo_overlay: where overlayfs has what leads from its inode to that below. Overlayfs is a module in most
 * kernels and may come after the programs, so the loader reads the module's types: from its file, and from
 * the kernel once it is loaded.
 */
#define EMBARGO_OVERLAY_ON_DISK 1
#define EMBARGO_OVERLAY_LOADED 2

struct embargo_overlay {
	__u32 known;	 /* EMBARGO_OVERLAY_…, whose types; 0: nothing of the rest means anything */
	__u32 vfs_inode; /* offsets in struct ovl_inode */
	__u32 flags;	 /* of the flags; bit .upper_data: the upper inode has the data */
	__u32 upper_data;
	__u32 upper;	  /* of the upper dentry */
	__u32 lower_data; /* of the inode of a metacopy's data, before 6.5; or EMBARGO_OVERLAY_ABSENT */
	__u32 lower;	  /* of the dentry of the only lower layer that counts, before 6.5; or absent */
	__u32 entry;	  /* of the pointer to struct ovl_entry, from 6.5 on; or absent */
	__u32 count;	  /* in struct ovl_entry: how many lower layers have it */
	__u32 stack;	  /* of the first of them */
	__u32 stack_size; /* bytes of each */
	__u32 stack_dentry;
};

#define EMBARGO_OVERLAY_ABSENT 0xffffffffU

/* embargo_files: how bpf/program_signer.bpf.c has the bytes of a file. */
enum embargo_files_way {
	EMBARGO_FILES_UNREAD,	  /* not at all */
	EMBARGO_FILES_DYNPTR,	  /* the kernel reads them for us: 6.19 and later */
	EMBARGO_FILES_PAGE_CACHE, /* out of memory, where the kernel keeps them */
};

struct embargo_files {
	__u32 way; /* enum embargo_files_way, of the program that is attached */
	__u32 spare;
	__u64 vmemmap;	   /* address of the first struct page; 0: not known */
	__u64 page_offset; /* where all memory is mapped, in order; 0: not known */
};

/*
 * embargo_counters: per-CPU array of __u64. Verdicts come first, by hook, then
 * causes, then single counters.
 */
#define EMBARGO_COUNTER_VERDICT(hook, verdict) ((hook)*EMBARGO_VERDICT_MAX + (verdict))
#define EMBARGO_COUNTER_CAUSE(cause) (EMBARGO_HOOK_MAX * EMBARGO_VERDICT_MAX + (cause))
#define EMBARGO_COUNTER_SINGLE(which) (EMBARGO_COUNTER_CAUSE(EMBARGO_CAUSE_MAX) + (which))

enum embargo_counter_single {
	EMBARGO_COUNT_EVENTS,		  /* put into the ring */
	EMBARGO_COUNT_LOST,		  /* events that found the ring full */
	EMBARGO_COUNT_HASHED,		  /* files that the kernel hashed for us */
	EMBARGO_COUNT_CACHED,		  /* verdicts answered from the inode */
	EMBARGO_COUNT_NO_POLICY,	  /* hook ran while no policy was published */
	EMBARGO_COUNT_SIGNERS_READ,	  /* programs whose signatures were read whole */
	EMBARGO_COUNT_SIGNERS_UNREADABLE, /* programs of whose signatures something could not be read */
	EMBARGO_COUNT_SIGNERS_ABSENT,	  /* programs whose end was not in memory, to see whether it is a
					     signature */
	EMBARGO_COUNT_MAX = 8,
};

#define EMBARGO_COUNTERS EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_MAX)

#endif
