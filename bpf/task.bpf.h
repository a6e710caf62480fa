/* SPDX-License-Identifier: GPL-2.0-only */
/* Who asks: what an event says of the task. */
#ifndef EMBARGO_BPF_TASK_BPF_H
#define EMBARGO_BPF_TASK_BPF_H

#include "bpf/abi.h"
#include "bpf/kernel.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

static __always_inline void embargo_event_task(struct embargo_event *event)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 ids = bpf_get_current_pid_tgid();

	event->pid = ids;
	event->tgid = ids >> 32;
	ids = bpf_get_current_uid_gid();
	event->uid = ids;
	event->gid = ids >> 32;
	event->cgroup_id = bpf_get_current_cgroup_id();
	event->parent_tgid = BPF_CORE_READ(task, real_parent, tgid);
	event->loginuid = BPF_CORE_READ(task, loginuid.val);
	event->session = BPF_CORE_READ(task, sessionid);
	event->mount_ns = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	BPF_CORE_READ_STR_INTO(&event->parent_comm, task, real_parent, comm);
}

#endif
