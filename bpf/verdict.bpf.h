/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SHA-256 of a file: kept on its inode while that may be trusted, else
 * asked of the kernel, which reads the whole file at every call.
 *
 * A kept hash is trusted only if the file cannot have changed since:
 *  - size and ctime are those of then (mtime anyone can set back);
 *  - nobody has the file open for writing, now or then, so no write is under
 *    way and no shared mapping can write without moving ctime;
 *  - it was hashed at least EMBARGO_TICK_NS after that ctime was first seen:
 *    ctime moves in ticks, and a second write in the tick of the first would
 *    leave no trace (git calls such a file racily clean);
 *  - the file system moves ctime on every write, through mappings too.
 */
#ifndef EMBARGO_BPF_VERDICT_BPF_H
#define EMBARGO_BPF_VERDICT_BPF_H

#include "bpf/compat.bpf.h"
#include "bpf/maps.bpf.h"
#include "bpf/match.h"

#define EMBARGO_TICK_NS 20000000ULL    /* CONFIG_HZ=100 ticks every 10 ms; twice that */
#define EMBARGO_TIME_GRAN_MAX 1000000U /* ext4 with 128-byte inodes counts whole seconds: not kept */

/* What is known of a file, and what follows for it. */
struct embargo_match {
	embargo_packed_rule rule; /* 0: none */
	__u32 cause;		  /* enum embargo_cause */
	__s32 error;
	__u32 hashed; /* .sha256 is filled in */
	__u8 sha256[EMBARGO_SHA256_SIZE];
};

/*
 * Nothing, to the processor. The verifier forgets what it knew of @match, so
 * that the many ways that led here are one from here on, and looked at once.
 */
EMBARGO_GLOBAL int embargo_join(struct embargo_match *match)
{
	return match ? 0 : -1;
}

/* A file's state, as far as it tells one content from the next. */
struct embargo_stamp {
	__u64 size;
	__s64 ctime_sec;
	__u32 ctime_nsec;
	__s32 writers;
};

static __always_inline void embargo_stamp_take(struct embargo_stamp *stamp, struct inode *inode)
{
	stamp->size = inode->i_size;
	stamp->writers = inode->i_writecount.counter;
	embargo_inode_ctime(inode, &stamp->ctime_sec, &stamp->ctime_nsec);
}

static __always_inline int embargo_stamp_same(const struct embargo_stamp *a, const struct embargo_stamp *b)
{
	return a->size == b->size && a->ctime_sec == b->ctime_sec && a->ctime_nsec == b->ctime_nsec;
}

/*
 * File systems that move ctime in fine steps at every change of content. Not
 * tmpfs (shared mappings leave ctime alone), not overlayfs (the inode that
 * changes is another one), not FUSE or network file systems (the server decides).
 */
static __always_inline int embargo_verdict_cacheable(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;

	if (sb->s_time_gran > EMBARGO_TIME_GRAN_MAX)
		return 0;
	switch (sb->s_magic) {
	case 0xef53:	 /* ext2, ext3, ext4 */
	case 0x58465342: /* xfs */
	case 0x9123683e: /* btrfs */
	case 0xf2f52010: /* f2fs */
	case 0xe0f5e1e2: /* erofs */
	case 0x73717368: /* squashfs */
		return 1;
	}
	return 0;
}

static __always_inline int embargo_verdict_fits(const struct embargo_verdict_entry *entry,
						const struct embargo_stamp *now)
{
	return entry->size == now->size && entry->ctime_sec == now->ctime_sec &&
	       entry->ctime_nsec == now->ctime_nsec;
}

/*
 * What is kept is read between two looks at .sequence: the same even number
 * twice, and nobody wrote in between. 0: never written.
 */
static __always_inline __u32 embargo_verdict_sequence(struct embargo_verdict_entry *entry)
{
	return __sync_fetch_and_add(&entry->sequence, 0); /* a full barrier */
}

/* When the file's present ctime was first seen, by CLOCK_BOOTTIME; 0: not yet. */
static __always_inline __u64 embargo_first_seen(struct embargo_verdict_entry *entry,
						const struct embargo_stamp *now)
{
	__u32 sequence = embargo_verdict_sequence(entry);
	__u64 seen = embargo_verdict_fits(entry, now) ? entry->first_seen_ns : 0;

	return sequence % 2 == 0 && embargo_verdict_sequence(entry) == sequence ? seen : 0;
}

/* Two writers at once: one of them wins, the other's work is simply not kept. */
static __always_inline void embargo_verdict_store(struct embargo_verdict_entry *entry,
						  const struct embargo_stamp *stamp, __u64 first_seen,
						  int hashed, const struct embargo_match *match,
						  __u64 generation)
{
	__u32 sequence = entry->sequence;

	if (sequence & 1 || __sync_val_compare_and_swap(&entry->sequence, sequence, sequence + 1) != sequence)
		return;
	entry->hashed = hashed;
	entry->size = stamp->size;
	entry->ctime_sec = stamp->ctime_sec;
	entry->ctime_nsec = stamp->ctime_nsec;
	entry->rule = match->rule;
	entry->generation = generation;
	entry->first_seen_ns = first_seen;
	__builtin_memcpy(entry->sha256, match->sha256, EMBARGO_SHA256_SIZE);
	__sync_fetch_and_add(&entry->sequence, 1);
}

/*
 * The rule for the file's content without reading it, for hooks that must not
 * sleep. True: @match holds the answer; false: nothing valid is kept.
 */
EMBARGO_CALL int embargo_verdict_lookup(void *image, const struct embargo_image_header *header,
					struct inode *inode, struct embargo_match *match)
{
	struct embargo_stamp now;
	struct embargo_verdict_entry *entry;
	__u64 generation;
	__u32 sequence, rule;
	int valid;

	if (!embargo_verdict_cacheable(inode))
		return 0;
	entry = bpf_inode_storage_get(&embargo_inodes, inode, 0, 0);
	if (!entry)
		return 0;
	sequence = embargo_verdict_sequence(entry);
	embargo_stamp_take(&now, inode);
	valid = sequence && sequence % 2 == 0 && entry->hashed && now.writers <= 0 &&
		embargo_verdict_fits(entry, &now);
	rule = entry->rule;
	generation = entry->generation;
	__builtin_memcpy(match->sha256, entry->sha256, EMBARGO_SHA256_SIZE);
	if (!valid || embargo_verdict_sequence(entry) != sequence)
		return 0;
	match->rule =
		generation == header->generation ? rule : embargo_find_hash(image, header, match->sha256);
	match->hashed = 1;
	embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_CACHED));
	return 1;
}

/* Ask the kernel for the hash. Everything but a SHA-256 of an unchanged file is a cause. */
static __always_inline void embargo_hash(struct file *file, struct inode *inode, struct embargo_stamp *before,
					 struct embargo_match *match)
{
	struct embargo_stamp after;
	long algorithm;
	int attempt;

	for (attempt = 0; attempt < 2; attempt++) {
		embargo_stamp_take(before, inode);
		embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_HASHED));
		algorithm = bpf_ima_file_hash(file, match->sha256, EMBARGO_SHA256_SIZE);
		match->error = algorithm;
		if (algorithm < 0) {
			match->cause = EMBARGO_CAUSE_HASH_FAILED;
			return;
		}
		if (algorithm != EMBARGO_HASH_ALGO_SHA256) {
			match->cause = EMBARGO_CAUSE_HASH_ALGORITHM;
			return;
		}
		embargo_stamp_take(&after, inode);
		if (embargo_stamp_same(before, &after)) {
			before->writers |= after.writers > 0 ? after.writers : 0;
			match->cause = EMBARGO_CAUSE_NONE;
			match->error = 0;
			match->hashed = 1;
			return;
		}
		match->cause = EMBARGO_CAUSE_CHANGED;
	}
}

EMBARGO_STEP embargo_tick_step(__u32 index, void *context)
{
	return bpf_ktime_get_boot_ns() >= *(__u64 *)context;
}

/*
 * Spins until @time, by CLOCK_BOOTTIME: at most EMBARGO_TICK_NS after a ctime was
 * first seen, or 2^22 rounds. It never sleeps: on a kernel without full preemption
 * no other task runs on this processor meanwhile.
 */
static __always_inline void embargo_wait_until(__u64 time)
{
	bpf_loop(1 << 22, embargo_tick_step, &time, 0);
}

/*
 * The rule for the file's content, reading it if need be. Sleeps.
 * @now_or_never: no hook that can read will come again, so wait for the tick
 * that makes the hash worth keeping. Only for files of exactly a listed size.
 */
EMBARGO_CALL int embargo_classify_content(void *image, const struct embargo_image_header *header,
					  struct file *file, struct embargo_match *match, int now_or_never)
{
	struct inode *inode = file->f_inode;
	struct embargo_stamp seen = {}, before;
	struct embargo_verdict_entry *entry = NULL;
	__u64 first_seen = 0, begun;
	int hashed;

	if (embargo_verdict_lookup(image, header, inode, match))
		return 0;
	if (embargo_verdict_cacheable(inode))
		entry = bpf_inode_storage_get(&embargo_inodes, inode, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (entry) {
		embargo_stamp_take(&seen, inode);
		first_seen = embargo_first_seen(entry, &seen);
		if (!first_seen)
			first_seen = bpf_ktime_get_boot_ns(); /* after the look, never before */
		if (now_or_never && seen.writers <= 0)
			embargo_wait_until(first_seen + EMBARGO_TICK_NS);
	}
	begun = bpf_ktime_get_boot_ns();
	embargo_hash(file, inode, &before, match);
	if (match->hashed)
		match->rule = embargo_find_hash(image, header, match->sha256);
	if (!entry)
		return 0;
	if (!embargo_stamp_same(&seen, &before))
		first_seen = bpf_ktime_get_boot_ns(); /* ctime moved on: a new one was seen */
	hashed = match->hashed && before.writers <= 0 && begun >= first_seen + EMBARGO_TICK_NS;
	embargo_verdict_store(entry, &before, first_seen, hashed, match, header->generation);
	return 0;
}

#endif
