/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * embargo_decide(): from what was found to a verdict. The only place that
 * counts verdicts, writes events and returns -EPERM. Audit mode goes every
 * step of enforce mode and differs in the returned value alone.
 */
#ifndef EMBARGO_BPF_DECIDE_BPF_H
#define EMBARGO_BPF_DECIDE_BPF_H

#include "bpf/answer.bpf.h"
#include "bpf/path.bpf.h"
#include "bpf/task.bpf.h"
#include "bpf/verdict.bpf.h"

static __always_inline __u32 embargo_mode(const struct embargo_image_header *header)
{
	__u32 zero = 0;
	struct embargo_control *control = bpf_map_lookup_elem(&embargo_control, &zero);

	/* Fail closed: only a readable "audit" is audit. */
	return control && !(control->enforce & EMBARGO_ENFORCE_BIT(header->generation))
		       ? EMBARGO_MODE_AUDIT
		       : EMBARGO_MODE_ENFORCE;
}

/*
 * Put the event into the ring; the path is already behind it. A full ring
 * counts the loss and never holds up the verdict.
 */
static __always_inline void embargo_event_send(struct embargo_scratch *scratch)
{
	__u64 size = sizeof(scratch->event);

	if (scratch->event.path_size <= EMBARGO_PATH_SIZE)
		size += scratch->event.path_size;
	if (bpf_ringbuf_output(&embargo_events, scratch, size, BPF_RB_FORCE_WAKEUP))
		embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_LOST));
	else
		embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_EVENTS));
}

struct embargo_claim {
	__u32 start;
	__u32 key; /* EMBARGO_SCRATCHES: none was free */
};

EMBARGO_STEP embargo_claim_step(__u32 index, void *context)
{
	struct embargo_claim *claim = context;
	__u32 key = (claim->start + index) % EMBARGO_SCRATCHES;
	struct embargo_scratch *scratch = bpf_map_lookup_elem(&embargo_scratches, &key);

	if (!scratch || __sync_val_compare_and_swap(&scratch->claimed, 0, 1))
		return 0;
	claim->key = key;
	return 1;
}

EMBARGO_GLOBAL __u32 embargo_claim_key(void)
{
	struct embargo_claim claim = {.start = bpf_get_smp_processor_id(), .key = EMBARGO_SCRATCHES};

	bpf_loop(EMBARGO_SCRATCHES, embargo_claim_step, &claim, 0);
	return claim.key;
}

/* A scratch of one's own with a blank event, until embargo_scratch_release(). NULL: all are in use. */
static __always_inline struct embargo_scratch *embargo_scratch_claim(void)
{
	__u32 key = embargo_claim_key();
	struct embargo_scratch *scratch = bpf_map_lookup_elem(&embargo_scratches, &key);

	if (scratch)
		__builtin_memset(&scratch->event, 0, sizeof(scratch->event));
	return scratch;
}

static __always_inline void embargo_scratch_release(struct embargo_scratch *scratch)
{
	if (scratch)
		__sync_lock_test_and_set(&scratch->claimed, 0);
}

/*
 * Is this the mapping of the task's own program, of which the exec hook has told
 * the same already? What is denied never gets so far, and what is let run is
 * counted and told of once, too.
 */
static __always_inline int embargo_is_reported(const struct embargo_image_header *header,
					       const struct embargo_eval_context *eval,
					       const struct embargo_match *match)
{
	__u32 process = bpf_get_current_pid_tgid() >> 32;
	struct task_struct *task;
	struct embargo_reported *reported;
	struct file *program;

	if (eval->hook == EMBARGO_HOOK_EXEC) {
		struct embargo_reported now = {
			.inode = eval->inode->i_ino,
			.generation = header->generation,
			.rule = match->rule,
			.cause = match->cause,
		};

		bpf_map_update_elem(&embargo_reports, &process, &now, BPF_ANY);
		return 0;
	}
	if (eval->hook != EMBARGO_HOOK_MMAP)
		return 0;
	reported = bpf_map_lookup_elem(&embargo_reports, &process);
	task = (void *)bpf_get_current_task();
	program = BPF_CORE_READ(task, mm, exe_file);
	return reported && (__u64)BPF_CORE_READ(program, f_inode) == embargo_address(eval->inode) &&
	       reported->inode == eval->inode->i_ino && reported->generation == header->generation &&
	       reported->rule == match->rule && reported->cause == match->cause;
}

/* @scratch: with what a hook already put into it, or NULL. Released here. */
static __always_inline int embargo_decide(const struct embargo_image_header *header,
					  const struct embargo_eval_context *eval,
					  const struct embargo_match *match, struct embargo_scratch *scratch)
{
	__u32 action = EMBARGO_ACTION_NONE, mode, verdict;
	struct embargo_event *event;

	if (match->cause)
		embargo_count(EMBARGO_COUNTER_CAUSE(match->cause % EMBARGO_CAUSE_MAX));
	if (match->rule && EMBARGO_PACKED_KIND(match->rule) != EMBARGO_KIND_INTERPRETER)
		action = EMBARGO_PACKED_ACTION(match->rule);
	else if (match->cause)
		action = header->on_error[match->cause % EMBARGO_CAUSE_MAX];

	mode = embargo_mode(header);
	switch (action) {
	case EMBARGO_ACTION_NONE:
		verdict = EMBARGO_ALLOWED;
		break;
	case EMBARGO_ACTION_ALLOW:
		verdict = EMBARGO_EXEMPTED;
		break;
	case EMBARGO_ACTION_AUDIT:
		verdict = EMBARGO_AUDITED;
		break;
	default:
		verdict = mode == EMBARGO_MODE_AUDIT ? EMBARGO_WOULD_DENY : EMBARGO_DENIED;
	}
	if ((verdict == EMBARGO_AUDITED || verdict == EMBARGO_WOULD_DENY) &&
	    embargo_is_reported(header, eval, match)) {
		embargo_scratch_release(scratch);
		return 0;
	}
	embargo_count(EMBARGO_COUNTER_VERDICT(eval->hook, verdict));
	if (verdict < EMBARGO_AUDITED) {
		embargo_scratch_release(scratch);
		return 0;
	}

	if (!scratch)
		scratch = embargo_scratch_claim();
	if (!scratch) {
		/* There was no room to write the event; counted as a full ring is. */
		embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_LOST));
		return verdict == EMBARGO_DENIED ? -EPERM : 0;
	}
	event = &scratch->event;
	event->version = EMBARGO_ABI_VERSION;
	event->time_ns = bpf_ktime_get_boot_ns();
	event->generation = header->generation;
	event->file_size = eval->data.size;
	event->rule = match->rule ? EMBARGO_PACKED_RULE(match->rule) : EMBARGO_NO_RULE;
	event->kind = match->rule ? EMBARGO_PACKED_KIND(match->rule) : 0;
	event->error = match->error;
	event->format = eval->formats;
	event->hook = eval->hook;
	event->verdict = verdict;
	event->cause = match->cause;
	event->mode = mode;
	event->action = action;
	if (match->hashed) {
		event->flags |= EMBARGO_EVENT_SHA256;
		__builtin_memcpy(event->sha256, match->sha256, EMBARGO_SHA256_SIZE);
	}
	if (eval->hook == EMBARGO_HOOK_EXEC && header->program_signers)
		embargo_signer_event(embargo_address(eval->inode), event);
	embargo_event_task(event);
	embargo_event_path(eval->file, eval->inode, eval->hook, scratch);
	embargo_event_send(scratch);
	embargo_scratch_release(scratch);
	return verdict == EMBARGO_DENIED ? -EPERM : 0;
}

#endif
