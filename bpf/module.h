/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The identity of a module, out of its plain bytes: signer, .modinfo, unsigned.
 * The hooks and `embargo check` call this and nothing beneath it. A hook, whose
 * @bytes are the kernel's buffer and whose @state is in a map:
 *
 *	rule = embargo_module_match(image, header, &bytes, state, hash_rule);
 *	rule = embargo_stronger(hash_rule, rule);
 *	if (!rule && state->causes)
 *		cause = embargo_module_cause(header, state);	… on_error[cause]
 *	embargo_module_event(state, event);
 */
#ifndef EMBARGO_BPF_MODULE_H
#define EMBARGO_BPF_MODULE_H

#include "bpf/modinfo.h"
#include "bpf/signer.h"

#define EMBARGO_CAUSE_BIT(cause) (1U << (cause))

/*
 * The strongest rule that the module's identity falls under, or 0; state->causes
 * are those that kept a rule from being asked, to be counted. What no rule asks
 * for is not read, unless an event will tell of it: @known is a rule that was
 * found otherwise (by hash, by path), or 0.
 */
EMBARGO_CALL embargo_packed_rule embargo_module_match(void *image, const struct embargo_image_header *header,
						      const struct embargo_bytes *bytes,
						      struct embargo_module_state *state,
						      embargo_packed_rule known)
{
	struct embargo_walk walk = {.image = image, .header = header, .state = state, .bytes = *bytes};

	__builtin_memset(&state->facts, 0, sizeof(state->facts));
	state->rule = 0;
	state->causes = 0;
	if (known || header->signer_rules || header->module_rules || header->unsigned_rule) {
		switch (embargo_signature_walk(&walk)) {
		case EMBARGO_SIGNATURE_NONE:
			state->rule = embargo_stronger(state->rule, header->unsigned_rule);
			break;
		case EMBARGO_SIGNATURE_READ:
			break;
		default:
			if (header->signer_rules || header->unsigned_rule)
				state->causes |= EMBARGO_CAUSE_BIT(EMBARGO_CAUSE_SIGNATURE_UNREADABLE);
		}
	}
	if (known || header->module_rules || state->rule || state->causes) {
		embargo_packed_rule before = state->rule;

		if (embargo_modinfo_walk(&walk) && header->module_rules) {
			state->causes |= EMBARGO_CAUSE_BIT(EMBARGO_CAUSE_MODULE_UNREADABLE);
			/* An allow rule is trusted only if all could be read. */
			if (EMBARGO_PACKED_ACTION(state->rule) != EMBARGO_ACTION_BAN)
				state->rule = before;
		}
	}
	return state->rule;
}

/* Of several causes the one whose on-error is the strictest: ban, then audit, then allow. */
static __always_inline enum embargo_cause embargo_module_cause(const struct embargo_image_header *header,
							       const struct embargo_module_state *state)
{
	__u8 signature = header->on_error[EMBARGO_CAUSE_SIGNATURE_UNREADABLE];
	__u8 module = header->on_error[EMBARGO_CAUSE_MODULE_UNREADABLE];

	if (!(state->causes & EMBARGO_CAUSE_BIT(EMBARGO_CAUSE_SIGNATURE_UNREADABLE)))
		return state->causes ? EMBARGO_CAUSE_MODULE_UNREADABLE : EMBARGO_CAUSE_NONE;
	if (!(state->causes & EMBARGO_CAUSE_BIT(EMBARGO_CAUSE_MODULE_UNREADABLE)))
		return EMBARGO_CAUSE_SIGNATURE_UNREADABLE;
	return module < signature ? EMBARGO_CAUSE_MODULE_UNREADABLE : EMBARGO_CAUSE_SIGNATURE_UNREADABLE;
}

/* What the event tells of the module. */
static __always_inline void embargo_module_event(const struct embargo_module_state *state,
						 struct embargo_event *event)
{
	const struct embargo_module_facts *facts = &state->facts;

	__builtin_memcpy(event->module, facts->name, sizeof(event->module));
	__builtin_memcpy(event->signer, facts->signer, sizeof(event->signer));
	__builtin_memcpy(event->serial, facts->serial, sizeof(event->serial));
	event->serial_size = facts->serial_size;
	if (facts->key_id)
		event->flags |= EMBARGO_EVENT_KEYID;
	if (facts->signature == EMBARGO_SIGNATURE_NONE)
		event->flags |= EMBARGO_EVENT_UNSIGNED;
}

#endif
