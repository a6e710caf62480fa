/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the program that reads who signed what is executed, and the one that decides. */
#ifndef EMBARGO_BPF_ANSWER_BPF_H
#define EMBARGO_BPF_ANSWER_BPF_H

#include "bpf/context.bpf.h"

/* Names this file in the execve(2) of this task. */
EMBARGO_GLOBAL __u64 embargo_signer_id(__u64 inode)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return embargo_mix(embargo_mix((__u64)task ^ embargo_mix(BPF_CORE_READ(task, start_boottime))) ^
			   inode) |
	       1;
}

static __always_inline struct embargo_signer_answer *embargo_signer_place(void)
{
	__u32 key = embargo_mix(bpf_get_current_task()) & (EMBARGO_SIGNER_ANSWERS - 1);

	return bpf_map_lookup_elem(&embargo_signer_answers, &key);
}

/* Rule, and cause << 32, for the file of @inode; it may be taken once. */
EMBARGO_GLOBAL __u64 embargo_signer_take(__u64 inode)
{
	struct embargo_signer_answer *answer = embargo_signer_place();
	__u64 id = embargo_signer_id(inode), found;

	if (!answer || answer->id != id)
		return (__u64)EMBARGO_CAUSE_UNCLASSIFIED << 32;
	found = answer->rule | (__u64)answer->cause << 32;
	answer->id = id & ~1ULL; /* what remains is for the event */
	return found;
}

/* Does this kernel read who signed a program? enum embargo_files_way. */
static __always_inline __u32 embargo_files_way(void)
{
	__u32 zero = 0;
	struct embargo_files *files = bpf_map_lookup_elem(&embargo_files, &zero);

	return files ? files->way : EMBARGO_FILES_UNREAD;
}

/* Who signed it, for the event, if that is still there. */
static __always_inline void embargo_signer_event(__u64 inode, struct embargo_event *event)
{
	struct embargo_signer_answer *answer = embargo_signer_place();

	if (!answer || answer->id != (embargo_signer_id(inode) & ~1ULL) || !answer->rule)
		return;
	__builtin_memcpy(event->signer, answer->facts.signer, sizeof(event->signer));
	__builtin_memcpy(event->serial, answer->facts.serial, sizeof(event->serial));
	event->serial_size = answer->facts.serial_size;
	if (answer->facts.key_id)
		event->flags |= EMBARGO_EVENT_KEYID;
}

#endif
