/* SPDX-License-Identifier: GPL-2.0-only */
/* What every guard of a sealed host needs: whether it is sealed, what is guarded, and how a refusal is told.
 */
#ifndef EMBARGO_BPF_SEAL_GUARD_BPF_H
#define EMBARGO_BPF_SEAL_GUARD_BPF_H

#include "bpf/address.bpf.h"
#include "bpf/seal.h"
#include "bpf/seal/kernel.h"
#include "bpf/shared.h"
#include "bpf/task.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct embargo_seal_config);
} embargo_seal_config SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct embargo_seal_state);
} embargo_seal_state SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, EMBARGO_SEAL_IDS);
	__type(key, struct embargo_seal_key);
	__type(value, __u32);
} embargo_seal_ids SEC(".maps") __weak;

/* The ring of what is in force: the loader puts that one here. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} embargo_events SEC(".maps") __weak;

/* NULL: not sealed. */
static __always_inline const struct embargo_seal_config *embargo_sealed(void)
{
	__u32 zero = 0;
	const struct embargo_seal_config *config = bpf_map_lookup_elem(&embargo_seal_config, &zero);

	return config && config->sealed ? config : 0;
}

static __always_inline struct embargo_seal_state *embargo_seal_state_of(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&embargo_seal_state, &zero);
}

static __always_inline int embargo_is_guarded(__u32 kind, __u32 id)
{
	struct embargo_seal_key key = {.kind = kind, .id = id};

	return id && bpf_map_lookup_elem(&embargo_seal_ids, &key);
}

/* Count and tell that @what was refused; @name: a kernel string, what it was about, or NULL. */
EMBARGO_GLOBAL int embargo_tamper_tell(__u32 what, __u64 name)
{
	struct embargo_seal_state *state = embargo_seal_state_of();
	struct embargo_event *event;

	if (!state)
		return 0;
	__sync_fetch_and_add(&state->refused[what & (EMBARGO_TAMPER_MAX - 1)], 1);
	event = bpf_ringbuf_reserve(&embargo_events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&state->lost, 1);
		return 0;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->version = EMBARGO_ABI_VERSION;
	event->time_ns = bpf_ktime_get_boot_ns();
	event->flags = EMBARGO_EVENT_TAMPER;
	event->rule = EMBARGO_NO_RULE;
	event->verdict = EMBARGO_DENIED;
	event->mode = EMBARGO_MODE_ENFORCE;
	event->action = EMBARGO_ACTION_BAN;
	event->kind = what;
	embargo_event_task(event);
	if (name)
		bpf_probe_read_kernel_str(event->module, sizeof(event->module), (void *)name);
	bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
	return 0;
}

/* Also when nobody could be told. The verifier wants to see the number that a hook returns. */
static __always_inline int embargo_tamper(__u32 what, __u64 name)
{
	embargo_tamper_tell(what, name);
	return -EPERM;
}

#endif
