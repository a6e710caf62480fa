/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every map of embargo. Each is pinned by its name; __weak lets the objects of
 * several hook families share one definition (bpftool gen object merges them).
 */
#ifndef EMBARGO_BPF_MAPS_BPF_H
#define EMBARGO_BPF_MAPS_BPF_H

#include "bpf/program.h"
#include "bpf/match.h"
#include "bpf/kernel.h"
#include <bpf/bpf_helpers.h>

/*
 * The verdict on a file's content; bpf/verdict.bpf.h says when it may be trusted.
 * The hash is kept beside it, so that a new policy asks the tables again and
 * not the disk.
 */
enum embargo_hashed {
	EMBARGO_HASHED = 1,
	EMBARGO_HASHED_TICKS, /* and its ctime alone says so: as long as the clock is not set */
};

struct embargo_verdict_entry {
	__u32 sequence; /* odd: being written */
	__u32 hashed;	/* .sha256 is of the content that the rest of this describes: enum embargo_hashed */
	__u64 id;	/* of the inode, in tables that more than one may claim a place in */
	__u64 version;
	__u64 size;
	__u64 ctime;
	__u64 jiffies;		  /* of the last look at an inode that only its ctime describes */
	__u32 steps;		  /* how often they were seen to have moved since this ctime was first met */
	embargo_packed_rule rule; /* of .generation; 0: none */
	__u64 generation;
	__u64 suspect; /* 1: the inode may change without a trace */
	__u64 clock;   /* embargo_clock() when this ctime was first met; 0: not known */
	__u8 sha256[EMBARGO_SHA256_SIZE];
};

/*
 * What is too large for the stack. Per-CPU memory would be shared by sleeping
 * programs, and task storage wants memory at the wrong moment, so a program
 * claims one of a fixed row for the time it takes to write one event.
 */
#define EMBARGO_COMPONENT_SIZE 1024 /* a name: 255 bytes on most file systems, 765 on vfat, 1,024 on FUSE */
#define EMBARGO_SCRATCHES 256 /* a power of two; more than tasks that can be in embargo_decide() at once */

/* Up from a file, through directories and mounts. In memory, as the verifier knows nothing of what is there.
 */
struct embargo_climb {
	__u64 dentry;
	__u64 mount;
	__u64 generation;	  /* of the policy whose places are looked up; 0: none are */
	__u32 mount_namespace;	  /* the one that root mounts in */
	__u32 foreign;		  /* went through a mount that not root has made */
	__u32 silent;		  /* above the root of a bind mount: the path has no names from there */
	__u32 done;		  /* arrived at the root */
	__u32 start;		  /* where in .path the path begins */
	__u32 holds;		  /* a place is a file in the directory */
	__u32 fleeting;		  /* somebody else may move what it went through, unseen */
	embargo_packed_rule rule; /* the strongest of all places; 0: none */
};

struct embargo_scratch {
	struct embargo_event event;
	char path[EMBARGO_PATH_SIZE];	     /* right behind the event: they leave together */
	char beyond[EMBARGO_COMPONENT_SIZE]; /* the last name of a path is written with room to spare */
	__u64 claimed;
	struct embargo_module_state module;
	struct embargo_climb climb;
	struct embargo_path_state search;
};

/* One element: the inner map is the policy in force. The swap of this pointer is the publishing. */
struct embargo_policy_map {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(map_flags, BPF_F_MMAPABLE | BPF_F_INNER_MAP);
			__uint(max_entries, 1);
			__uint(key_size, sizeof(__u32));
			__uint(value_size, EMBARGO_PAGE_SIZE);
		});
} embargo_policy SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct embargo_control);
} embargo_control SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EMBARGO_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} embargo_counters SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20); /* about 17,000 events; the loader may change it */
} embargo_events SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_INODE_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct embargo_verdict_entry);
} embargo_inodes SEC(".maps") __weak;

/*
 * The same for files below overlayfs, by the inode that holds the data: all containers that share a layer
 * share these, and they outlive the mounts. Two files that want one place take turns.
 */
#define EMBARGO_SHARED_VERDICTS 8192 /* a power of two */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EMBARGO_SHARED_VERDICTS);
	__type(key, __u32);
	__type(value, struct embargo_verdict_entry);
} embargo_shared_verdicts SEC(".maps") __weak;

/*
 * What was hashed in an execve(2) that is under way, for the mappings that it makes of the same file where
 * nothing can be kept for longer.
 */
#define EMBARGO_EXEC_VERDICTS 1024 /* a power of two */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EMBARGO_EXEC_VERDICTS);
	__type(key, __u32);
	__type(value, struct embargo_verdict_entry);
} embargo_exec_verdicts SEC(".maps") __weak;

/*
 * A bit for each address of an inode, or of a super block, that may change without a trace: see
 * bpf/change.bpf.h. Bits are only ever set. Memory is finite, so the addresses are; a bit that is another's
 * costs a hash.
 */
#define EMBARGO_SUSPECT_BITS (1U << 22)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EMBARGO_SUSPECT_BITS / 64);
	__type(key, __u32);
	__type(value, __u64);
} embargo_suspects SEC(".maps") __weak;

struct embargo_changes {
	__u64 exchanges;   /* ioctls that move content from file to file */
	__u64 unmounts;	   /* of file systems on block devices, which may come back with other content */
	__u64 rename_lock; /* addresses of the kernel's: what moves when names and mounts do; 0: not known */
	__u64 mount_lock;
	__u64 ima_policy_flag; /* address of the kernel's int, not 0 while a policy asks IMA for hashes; 0:
				  not known */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct embargo_changes);
} embargo_changes SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct embargo_overlay);
} embargo_overlay SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EMBARGO_SCRATCHES);
	__type(key, __u32);
	__type(value, struct embargo_scratch);
} embargo_scratches SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct embargo_files);
} embargo_files SEC(".maps") __weak;

/* What is too large for the stack while signers are read; claimed as scratches are. */
#define EMBARGO_PROGRAMS 64 /* a power of two; more than tasks that can read one at once */

struct embargo_program_place {
	__u64 claimed;
	struct embargo_program program;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EMBARGO_PROGRAMS);
	__type(key, __u32);
	__type(value, struct embargo_program_place);
} embargo_programs SEC(".maps") __weak;

/*
 * What the program that reads signers tells the one that decides, which runs right after it in the same task:
 * by place of the task. Two that want one place: one of them finds no answer, and counts it.
 */
#define EMBARGO_SIGNER_ANSWERS 1024 /* a power of two */

struct embargo_signer_answer {
	__u64 id; /* embargo_signer_id(); 0: taken */
	embargo_packed_rule rule;
	__u32 cause;
	struct embargo_module_facts facts;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EMBARGO_SIGNER_ANSWERS);
	__type(key, __u32);
	__type(value, struct embargo_signer_answer);
} embargo_signer_answers SEC(".maps") __weak;

/*
 * Who waits for the kernel's request_module(): from the hash of the name asked
 * for to the process. The oldest are forgotten; it only serves the event.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u64);
	__type(value, __u32);
} embargo_requests SEC(".maps") __weak;

/* Processes whose exec was reported and allowed, so that the mapping of the program is not reported again. */
struct embargo_reported {
	__u64 inode;
	__u64 generation;
	embargo_packed_rule rule;
	__u32 cause;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct embargo_reported);
} embargo_reports SEC(".maps") __weak;

/*
 * The programs whose reads count as running: see bpf/open.bpf.c. What an older
 * policy than that in force has named means nothing, and the next load removes it.
 * Nothing is forgotten for want of room: copies of a program that is named by its
 * hash would push out the one that root runs.
 */
#define EMBARGO_INTERPRETERS_MAX 65536

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EMBARGO_INTERPRETERS_MAX);
	__type(key, struct embargo_interpreter_key);
	__type(value, struct embargo_interpreter_value);
} embargo_interpreters SEC(".maps") __weak;

/*
 * A bit for each of their inodes: 0 says at once that a program is none of them.
 * Bits are only ever set, by the exec hook and by the loader through its mapping.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, EMBARGO_INTERPRETER_BITS / 64);
	__type(key, __u32);
	__type(value, __u64);
} embargo_interpreter_bits SEC(".maps") __weak;

/* Where path rules hold, found by the loader and, of directories that appear later, by the daemon. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EMBARGO_PLACES_MAX);
	__type(key, struct embargo_place_key);
	__type(value, struct embargo_place_value);
} embargo_places SEC(".maps") __weak;

/*
 * Directories in which no rule is for any path: see bpf/quiet.bpf.h. Numbers that name such a directory and
 * the state of everything that could change it.
 */
#define EMBARGO_QUIET_PLACES 4096 /* a power of two */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EMBARGO_QUIET_PLACES);
	__type(key, __u32);
	__type(value, __u64);
} embargo_quiet SEC(".maps") __weak;

/* How often places came since the policy was published. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} embargo_places_epoch SEC(".maps") __weak;

static __always_inline void embargo_count(__u32 counter)
{
	__u64 *value = bpf_map_lookup_elem(&embargo_counters, &counter);

	/* Atomic: a sleepable program may be preempted by another on its CPU. */
	if (value)
		__sync_fetch_and_add(value, 1);
}

#endif
