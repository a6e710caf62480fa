/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SHA-256 of a file: out of the cache while that may be trusted, else asked
 * of the kernel, which reads the whole file at every call. bpf/README says why
 * the cache is never wrong; in short, a hash is trusted only if
 *  - the stamp is that of then, and any change since would have moved it;
 *  - nobody has the file open for writing, now or then;
 *  - nothing was seen that changes bytes and leaves the stamp (bpf/change.bpf.h).
 */
#ifndef EMBARGO_BPF_VERDICT_BPF_H
#define EMBARGO_BPF_VERDICT_BPF_H

#include "bpf/context.bpf.h"

/*
 * How often jiffies must have been seen to move since a ctime was first met, so
 * that a later change has another ctime. They move before the wall clock does,
 * and by many at once after a stall, so one step proves nothing.
 */
#define EMBARGO_STEPS 2

/*
 * From the clock that never is set to the one that files are stamped by, or to one that is set with it. 0:
 * who asked was interrupted. As exact as is asked for: far less than a jiffy.
 */
#define EMBARGO_CLOCK_NS 100000

static __always_inline __u64 embargo_clock(void)
{
	__u64 before = bpf_ktime_get_ns(), time = bpf_ktime_get_tai_ns();

	return bpf_ktime_get_ns() - before < EMBARGO_CLOCK_NS ? time - before : 0;
}

/* Was it never set between the two? */
static __always_inline int embargo_clock_same(__u64 a, __u64 b)
{
	__s64 moved = a - b;

	return a && b && moved < 2 * EMBARGO_CLOCK_NS && moved > -2 * EMBARGO_CLOCK_NS;
}

/* With a policy in force IMA keeps hashes itself, until who writes has closed the file. */
static __always_inline int embargo_ima_keeps(void)
{
	__u32 zero = 0;
	struct embargo_changes *changes = bpf_map_lookup_elem(&embargo_changes, &zero);

	return changes && changes->ima_policy_flag && (__u32)embargo_word_at(changes->ima_policy_flag);
}

/*
 * The place for an inode below overlayfs, which may be gone and come back between two looks. A file system
 * that was unmounted may have changed elsewhere.
 */
static __always_inline struct embargo_verdict_entry *embargo_shared_verdict(__u64 inode, __u64 *ret_id)
{
	__u32 zero = 0, key;
	struct embargo_changes *changes = bpf_map_lookup_elem(&embargo_changes, &zero);

	*ret_id = embargo_mix(inode ^ (changes ? changes->unmounts : 0)) | 1;
	key = *ret_id >> 40 & (EMBARGO_SHARED_VERDICTS - 1);
	return bpf_map_lookup_elem(&embargo_shared_verdicts, &key);
}

/*
 * Where the verdict on the file is kept, by the inode that has the data. NULL: nowhere. *@ret_inode: that
 * inode's name;
 * *@ret_id: what the entry goes by, 0 where it is the inode's own.
 */
static __always_inline struct embargo_verdict_entry *
embargo_verdict_entry_of(const struct embargo_eval_context *eval, __u64 flags, __u64 *ret_inode,
			 __u64 *ret_id)
{
	*ret_id = 0;
	if (!embargo_on_overlay(eval->inode)) {
		*ret_inode =
			embargo_inode_name(eval->data.address, eval->inode->i_ino, eval->inode->i_generation);
		return bpf_inode_storage_get(&embargo_inodes, eval->inode, 0, flags);
	}
	*ret_inode = eval->data.real ? embargo_inode_id(eval->data.real) : 0;
	return eval->data.real ? embargo_shared_verdict(*ret_inode, ret_id) : NULL;
}

static __always_inline int embargo_verdict_fits(const struct embargo_verdict_entry *entry, __u64 id,
						const struct embargo_stamp *now)
{
	return entry->id == id && entry->size == now->size && entry->ctime == now->ctime &&
	       (entry->version | EMBARGO_VERSION_ASKED) == (now->version | EMBARGO_VERSION_ASKED);
}

/*
 * An entry is read between two looks at .sequence: the same even number
 * twice, and nobody wrote in between. 0: never written.
 */
static __always_inline __u32 embargo_verdict_sequence(struct embargo_verdict_entry *entry)
{
	return __sync_fetch_and_add(&entry->sequence, 0); /* a full barrier */
}

/* What is stored beside the hash. */
struct embargo_verdict_facts {
	__u64 id;
	__u64 clock;
	__u32 jiffies; /* their last bits: each 8 bytes more are 32 of the stack, of which there are none to
			  spare */
	__u16 steps;
	__u16 hashed;
};

/* Two writers at once: one of them wins, the other's work is simply not kept. */
EMBARGO_GLOBAL int embargo_verdict_store(struct embargo_verdict_entry *entry,
					 const struct embargo_verdict_facts *facts,
					 const struct embargo_stamp *stamp, const struct embargo_match *match,
					 __u64 generation)
{
	__u32 sequence;

	if (!entry || !facts || !stamp || !match)
		return -1;
	sequence = entry->sequence;
	if (sequence & 1 || __sync_val_compare_and_swap(&entry->sequence, sequence, sequence + 1) != sequence)
		return -1;
	entry->hashed = facts->hashed;
	entry->id = facts->id;
	entry->version = stamp->version;
	entry->size = stamp->size;
	entry->ctime = stamp->ctime;
	entry->jiffies = facts->jiffies;
	entry->steps = facts->steps;
	entry->clock = facts->clock;
	entry->rule = match->rule;
	entry->generation = generation;
	__builtin_memcpy(entry->sha256, match->sha256, EMBARGO_SHA256_SIZE);
	__sync_fetch_and_add(&entry->sequence, 1);
	return 0;
}

/*
 * The hash in @entry into @match, if it is of the inode @id. @now: and of this stamp, which was read after
 * the entry's sequence number in *@ret_generation; NULL: whatever the stamp is.
 */
EMBARGO_GLOBAL int embargo_verdict_take(struct embargo_verdict_entry *entry, __u64 id,
					const struct embargo_stamp *now, struct embargo_match *match,
					__u64 *ret_generation)
{
	__u32 sequence, rule;
	int valid;

	if (!entry || !match || !ret_generation)
		return 0;
	sequence = now ? *ret_generation : embargo_verdict_sequence(entry);
	valid = sequence && sequence % 2 == 0 && entry->hashed && entry->id == id &&
		(!now || embargo_verdict_fits(entry, id, now));
	if (now && entry->hashed == EMBARGO_HASHED_TICKS &&
	    !embargo_clock_same(entry->clock, embargo_clock()))
		valid = 0;
	rule = entry->rule;
	*ret_generation = entry->generation;
	__builtin_memcpy(match->sha256, entry->sha256, EMBARGO_SHA256_SIZE);
	if (!valid || embargo_verdict_sequence(entry) != sequence)
		return 0;
	match->rule = rule;
	match->hashed = 1;
	return 1;
}

/* What is kept of the file's content, and the policy that it was evaluated by. False: nothing valid. */
EMBARGO_CALL int embargo_verdict_find(const struct embargo_eval_context *eval, struct embargo_match *match,
				      __u64 *ret_generation)
{
	struct embargo_verdict_entry *entry;
	struct embargo_stamp now;
	__u64 inode, id;

	entry = embargo_verdict_entry_of(eval, 0, &inode, &id);
	/* Before 6.6 a mapping of an overlay's file has the file below for its own. */
	if (!entry && !embargo_on_overlay(eval->inode))
		entry = embargo_shared_verdict(inode, &id);
	if (!entry)
		return 0;
	*ret_generation = embargo_verdict_sequence(entry); /* what is stored from now on is not looked at */
	if (eval->data.real)
		embargo_stamp_read(&now, eval->data.address, eval->inode->i_writecount.counter);
	else
		embargo_stamp_load(&now, eval->inode);
	if (now.writers > 0 || entry->suspect || embargo_inode_suspect(inode, eval->data.address))
		return 0;
	return embargo_verdict_take(entry, id, &now, match, ret_generation);
}

/* By another policy than this one: ask the tables again, not the disk. */
static __always_inline void embargo_match_again(void *image, const struct embargo_image_header *header,
						struct embargo_match *match, __u64 generation)
{
	if (generation != header->generation)
		match->rule = embargo_find_hash(image, header, match->sha256);
}

/*
 * The rule for the file's content without reading it, for hooks that must not
 * sleep. True: @match holds the answer; false: nothing valid is kept.
 */
static __always_inline int embargo_verdict_lookup(void *image, const struct embargo_image_header *header,
						  const struct embargo_eval_context *eval,
						  struct embargo_match *match)
{
	__u64 generation = 0;

	if (!embargo_verdict_find(eval, match, &generation))
		return 0;
	embargo_match_again(image, header, match, generation);
	embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_CACHED));
	return 1;
}

/*
 * Names the file in the execve(2) that is under way, for embargo_exec_verdicts;
 * 0: there is none. A task has one place: the program's segments are mapped
 * first, then those of its dynamic loader. What the exec hook finds is of the
 * program that the task will run next, and counts if the task has begun it and
 * is not done. Bit 0: that program it is, and nobody can open it for writing now.
 */
EMBARGO_GLOBAL __u64 embargo_exec_id(__u32 hook, __u64 inode)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 number = BPF_CORE_READ(task, self_exec_id) + (hook == EMBARGO_HOOK_EXEC);
	int own = hook == EMBARGO_HOOK_EXEC;
	__u64 id = embargo_mix((__u64)task ^ embargo_mix(BPF_CORE_READ(task, start_boottime)));

	if (!own) {
		if (hook != EMBARGO_HOOK_MMAP || !BPF_CORE_READ_BITFIELD_PROBED(task, in_execve))
			return 0;
		own = (__u64)BPF_CORE_READ(task, mm, exe_file, f_inode) == inode;
	}
	return (embargo_mix(embargo_mix(id ^ (number * 2 + own)) ^ inode) & ~1ULL) | 2 | own;
}

static __always_inline struct embargo_verdict_entry *embargo_exec_verdict(void)
{
	__u32 key = embargo_mix(bpf_get_current_task()) & (EMBARGO_EXEC_VERDICTS - 1);

	return bpf_map_lookup_elem(&embargo_exec_verdicts, &key);
}

enum embargo_worth {
	EMBARGO_WORTH_CHANGED, /* nothing: of no content that the file ever had as a whole */
	EMBARGO_WORTH_NOW,     /* right, and may be wrong a moment later */
	EMBARGO_WORTH_TICKS,   /* right as long as the ctime is the same, if that is old enough */
	EMBARGO_WORTH_KEEPING,
};

/* How a file is hashed, beside the traits of its file system. */
#define EMBARGO_HASH_INSIST                                                                                  \
	(1 << 8) /* no hook that can read will come again: twice, if that makes it worth keeping */
#define EMBARGO_HASH_DENIED                                                                                  \
	(1 << 9) /* nobody can open the file for writing meanwhile: a stamp that moves is a rename's */
#define EMBARGO_HASH_SUSPECT (1 << 10) /* it may change without a trace */

/* What a hash is worth by the stamps before it and after it. */
EMBARGO_GLOBAL __u32 embargo_hash_worth(const struct embargo_stamp *before, const struct embargo_stamp *after,
					__u32 how)
{
	int exact, denied = how & EMBARGO_HASH_DENIED;

	if (!before || !after)
		return EMBARGO_WORTH_CHANGED;
	denied = denied && before->writers < 0 && after->writers < 0 && before->size == after->size;
	if (!denied && !embargo_stamp_same(before, after))
		return EMBARGO_WORTH_CHANGED;
	if (how & EMBARGO_HASH_SUSPECT || before->writers > 0 || after->writers > 0 ||
	    !(how & EMBARGO_FS_CACHEABLE))
		return EMBARGO_WORTH_NOW;
	exact = (denied || embargo_stamp_exact(before, how)) && embargo_stamp_exact(after, how);
	return exact ? EMBARGO_WORTH_KEEPING : EMBARGO_WORTH_TICKS;
}

/*
 * The hash into @match, and the stamp that it is the hash of. Everything but a
 * SHA-256 of an unchanged file is a cause.
 */
static __always_inline __u32 embargo_hash(const struct embargo_eval_context *eval, __u32 how,
					  struct embargo_stamp *stamp, struct embargo_match *match)
{
	__u32 suspect = how & EMBARGO_HASH_SUSPECT, worth = EMBARGO_WORTH_CHANGED;
	struct embargo_stamp before = {};
	int attempt;

	EMBARGO_ROLLED
	for (attempt = 0; attempt < 2; attempt++) {
		embargo_stamp_read(&before, eval->data.address, eval->inode->i_writecount.counter);
		if ((suspect || before.writers > 0) && embargo_ima_keeps()) {
			match->cause = EMBARGO_CAUSE_STALE_HASH;
			return EMBARGO_WORTH_CHANGED;
		}
		if (eval->data.real && before.size != (__u64)eval->inode->i_size) {
			/* As many bytes would be hashed as overlayfs still believes to be there. */
			match->cause = EMBARGO_CAUSE_HASH_FAILED;
			match->error = -ESTALE;
			return EMBARGO_WORTH_CHANGED;
		}
		if (eval->data.any_size && !before.size && eval->hook != EMBARGO_HOOK_OPEN) {
			/* No byte would be hashed; who reads the program asks its server again, and runs it.
			 */
			match->cause = EMBARGO_CAUSE_HASH_FAILED;
			match->error = -ESTALE;
			return EMBARGO_WORTH_CHANGED;
		}
		embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_HASHED));
		match->error = bpf_ima_file_hash(eval->file, match->sha256, EMBARGO_SHA256_SIZE);
		if (match->error != EMBARGO_HASH_ALGO_SHA256) {
			match->cause =
				match->error < 0 ? EMBARGO_CAUSE_HASH_FAILED : EMBARGO_CAUSE_HASH_ALGORITHM;
			return EMBARGO_WORTH_CHANGED;
		}
		embargo_stamp_read(stamp, eval->data.address, eval->inode->i_writecount.counter);
		worth = embargo_hash_worth(&before, stamp, how);
		if (worth == EMBARGO_WORTH_KEEPING ||
		    (worth != EMBARGO_WORTH_CHANGED && !(how & EMBARGO_HASH_INSIST)))
			break;
	}
	match->error = 0;
	match->hashed = worth != EMBARGO_WORTH_CHANGED;
	match->cause = EMBARGO_CAUSE_CHANGED * !match->hashed;
	return worth;
}

/* One number for a stamp and an inode, to see whether it is the same one later. */
static __always_inline __u64 embargo_stamp_number(__u64 id, const struct embargo_stamp *stamp)
{
	return embargo_mix(embargo_mix(id + (stamp->version | EMBARGO_VERSION_ASKED)) ^
			   embargo_mix(stamp->ctime) ^ stamp->size);
}

/*
 * How often jiffies were seen to move under the file's present stamp, this look
 * included: the stamp is looked at first, then the clock. Returns the stamp's number.
 */
EMBARGO_GLOBAL __u64 embargo_count_steps(struct embargo_verdict_entry *entry,
					 struct embargo_verdict_facts *facts, const struct embargo_stamp *now)
{
	__u32 sequence, steps, before;
	__u64 clock, time;
	int fits;

	if (!entry || !facts || !now)
		return 0;
	sequence = embargo_verdict_sequence(entry);
	fits = embargo_verdict_fits(entry, facts->id, now);
	before = entry->jiffies;
	steps = entry->steps;
	clock = entry->clock;
	facts->jiffies = bpf_jiffies64();
	facts->steps = 0;
	facts->clock = embargo_clock();
	/* A ctime that is yet to come, since the clock was set back, is no old one however long it stands. */
	time = facts->clock + bpf_ktime_get_ns();
	if (now->ctime > EMBARGO_CTIME(time / 1000000000, time % 1000000000))
		facts->clock = 0;
	if (sequence && !(sequence & 1) && fits && embargo_clock_same(clock, facts->clock) &&
	    embargo_verdict_sequence(entry) == sequence) {
		if (steps < EMBARGO_STEPS)
			steps += before != facts->jiffies;
		facts->steps = steps;
		facts->clock = clock;
	}
	return embargo_stamp_number(facts->id, now);
}

/* Is the hash to be kept? @seen: the number of the stamp that .steps is about. */
EMBARGO_GLOBAL int embargo_settle_steps(struct embargo_verdict_facts *facts,
					const struct embargo_stamp *stamp, __u64 seen, __u32 worth)
{
	if (!facts || !stamp)
		return 0;
	if (seen != embargo_stamp_number(facts->id, stamp))
		facts->steps = 0; /* it has moved on */
	facts->hashed = worth == EMBARGO_WORTH_KEEPING ? EMBARGO_HASHED : 0;
	if (worth == EMBARGO_WORTH_TICKS && facts->steps >= EMBARGO_STEPS)
		facts->hashed = EMBARGO_HASHED_TICKS;
	return facts->hashed;
}

static __always_inline __u32 embargo_traits(const struct embargo_eval_context *eval)
{
	struct inode *inode = (void *)eval->data.address;

	if (!eval->data.real && embargo_on_overlay(eval->inode))
		return 0; /* what is below is not known */
	return embargo_fs_traits((__u64)BPF_CORE_READ(inode, i_sb));
}

/*
 * What the parts of embargo_classify_content() tell each other. They are functions of their own, joined by
 * embargo_join_hashing(), and where a verdict is kept is looked up by each that needs it: a pointer that may
 * be into any of three maps would have the verifier walk through the rest once for each.
 */
struct embargo_hashing {
	struct embargo_verdict_facts facts;
	struct embargo_stamp stamp;
	__u64 seen; /* the number of the stamp that .facts.steps is about */
	__u64 exec; /* embargo_exec_id() */
	__u64 how;  /* EMBARGO_HASH_… and EMBARGO_FS_… */
};

/* As embargo_join(). */
EMBARGO_GLOBAL int embargo_join_hashing(struct embargo_hashing *hashing)
{
	return hashing ? 0 : -1;
}

/* What is known of the file before it is hashed: all but .exec. @insist: no hook that can read will come
 * again.
 */
EMBARGO_CALL int embargo_hash_prepare(const struct embargo_eval_context *eval,
				      struct embargo_hashing *hashing, int insist)
{
	struct embargo_verdict_entry *entry = NULL;
	__u32 how = embargo_traits(eval);
	__u64 inode;

	if (how & EMBARGO_FS_CACHEABLE)
		entry = embargo_verdict_entry_of(eval, BPF_LOCAL_STORAGE_GET_F_CREATE, &inode,
						 &hashing->facts.id);
	else
		inode = embargo_inode_id(eval->data.address);
	if (entry) {
		embargo_stamp_read(&hashing->stamp, eval->data.address, 0);
		hashing->seen = embargo_count_steps(entry, &hashing->facts, &hashing->stamp);
	}
	if ((entry && entry->suspect) || embargo_inode_suspect(inode, eval->data.address))
		how |= EMBARGO_HASH_SUSPECT;
	/* On overlayfs opening for writing is denied above, and not below. */
	if (hashing->exec & 1 && !embargo_on_overlay(eval->inode))
		how |= EMBARGO_HASH_DENIED;
	if (insist)
		how |= EMBARGO_HASH_INSIST;
	hashing->how = how;
	return 0;
}

/* Keep what was found, where and as long as it may be. */
EMBARGO_CALL int embargo_hash_keep(const struct embargo_eval_context *eval, struct embargo_hashing *hashing,
				   const struct embargo_match *match, __u64 generation)
{
	struct embargo_verdict_entry *entry = NULL;
	__u64 inode, id;

	if (hashing->how & EMBARGO_FS_CACHEABLE)
		entry = embargo_verdict_entry_of(eval, 0, &inode, &id);
	if (entry)
		embargo_verdict_store(entry, &hashing->facts, &hashing->stamp, match, generation);
	if (match->hashed && hashing->exec) {
		hashing->facts.id = hashing->exec;
		hashing->facts.hashed = EMBARGO_HASHED;
		embargo_verdict_store(embargo_exec_verdict(), &hashing->facts, &hashing->stamp, match,
				      generation);
	}
	return 0;
}

/*
 * The rule for the file's content, reading it if need be. Sleeps. @insist: no
 * hook that can read will come again.
 */
EMBARGO_CALL int embargo_classify_content(void *image, const struct embargo_image_header *header,
					  const struct embargo_eval_context *eval,
					  struct embargo_match *match, int insist)
{
	struct embargo_hashing hashing = {};
	__u64 generation = 0;
	__u32 worth;

	if (embargo_verdict_lookup(image, header, eval, match))
		return 0;
	hashing.exec = embargo_exec_id(eval->hook, embargo_address(eval->inode));
	if (hashing.exec && eval->hook != EMBARGO_HOOK_EXEC &&
	    embargo_verdict_take(embargo_exec_verdict(), hashing.exec, NULL, match, &generation)) {
		embargo_match_again(image, header, match, generation);
		return 0;
	}
	embargo_hash_prepare(eval, &hashing, insist);
	embargo_join(match);
	embargo_join_hashing(&hashing);
	if (hashing.how & EMBARGO_FS_USER_FUSE) {
		match->cause = EMBARGO_CAUSE_USER_FUSE;
		return 0;
	}
	worth = embargo_hash(eval, hashing.how, &hashing.stamp, match);
	embargo_join(match);
	embargo_join_hashing(&hashing);
	image = embargo_image(&header); /* another, if it took long */
	if (!image)
		return 0;
	if (match->hashed)
		match->rule = embargo_find_hash(image, header, match->sha256);
	embargo_settle_steps(&hashing.facts, &hashing.stamp, hashing.seen, worth);
	embargo_hash_keep(eval, &hashing, match, header->generation);
	return 0;
}

#endif
