// SPDX-License-Identifier: GPL-2.0-or-later
/* A policy in memory: rules, files, settings and resolved entries. */
#include <errno.h>
#include <string.h>

#include "policy/private.h"

struct embargo_policy *embargo_policy_new(void)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = calloc(1, sizeof(*policy));
	__u32 empty;

	if (!policy)
		return NULL;
	policy->state = calloc(1, sizeof(*policy->state));
	if (!policy->state || embargo_string_table_add(&policy->state->strings, "", 0, &empty) < 0)
		return NULL;
	embargo_policy_settle(policy);
	embargo_policy_publish(policy);
	return TAKE_PTR(policy);
}

void embargo_policy_free(struct embargo_policy *policy)
{
	struct embargo_policy_state *state;

	if (!policy)
		return;
	state = policy->state;
	if (state) {
		embargo_string_table_free(&state->strings);
		free(state->rules);
		free(state->files);
		free(state->file_states);
		free(state->resolved);
		embargo_hash_table_free(&state->resolved_table);
		free(state->plan.names);
		free(state);
	}
	embargo_diagnostics_free(&policy->diagnostics);
	free(policy);
}

void embargo_policy_publish(struct embargo_policy *policy)
{
	struct embargo_policy_state *state = policy->state;

	policy->set.rules = state->rules;
	policy->set.files = state->files;
	policy->set.resolved = state->resolved;
	policy->set.strings = state->strings.bytes;
	policy->set.pool_size = state->strings.size;
	state->plan.valid = false;
}

/*
 * Without a verdict the answer is deny, but for causes that say little against a
 * file: nobody has looked up its signer yet; it lies outside of every mount that
 * can be named; it is larger than what is hashed on speculation, and so than a
 * banned file would be; or only a rule without a size could match a mapping that
 * becomes executable late.
 */
static enum embargo_action default_on_error(int cause)
{
	switch (cause) {
	case EMBARGO_CAUSE_UNCLASSIFIED:
	case EMBARGO_CAUSE_NO_PATH:
	case EMBARGO_CAUSE_TOO_LARGE:
	case EMBARGO_CAUSE_UNSIZED_MAPPING:
		return EMBARGO_ACTION_ALLOW;
	}
	return EMBARGO_ACTION_BAN;
}

void embargo_policy_settle(struct embargo_policy *policy)
{
	const struct embargo_policy_state *state = policy->state;
	int i;

	for (i = 0; i < EMBARGO_CAUSE_MAX; i++) {
		if (state->on_error[i].line)
			policy->on_error[i] = state->on_error[i].value;
		else if (state->on_error_all.line)
			policy->on_error[i] = state->on_error_all.value;
		else
			policy->on_error[i] = state->on_error_default[i] ?: default_on_error(i);
	}
	policy->max_hash_size =
		state->max_hash_size.line ? state->max_hash_size.value : EMBARGO_MAX_HASH_SIZE_DEFAULT;
}

void embargo_policy_default_on_error(struct embargo_policy *policy, unsigned int cause,
				     enum embargo_action action)
{
	policy->state->on_error_default[cause] = action;
	embargo_policy_settle(policy);
	policy->state->plan.valid = false;
}

int embargo_policy_intern(struct embargo_policy *policy, const char *text, __u32 *ret_offset)
{
	int r;

	r = embargo_string_table_add(&policy->state->strings, text, strlen(text), ret_offset);
	embargo_policy_publish(policy);
	return r;
}

int embargo_policy_add_file(struct embargo_policy *policy, const char *path, __u32 *ret_file)
{
	struct embargo_policy_state *state = policy->state;
	size_t states_capacity = state->file_capacity;
	__u32 number = policy->set.file_count;
	struct embargo_file file = {.parent = EMBARGO_NO_FILE};
	int r;

	if (number >= EMBARGO_FILES_MAX)
		return -E2BIG;
	r = embargo_policy_intern(policy, path, &file.path);
	if (r < 0)
		return r;
	r = embargo_array_grow(&state->file_states, &states_capacity, number, sizeof(*state->file_states));
	if (r < 0)
		return r;
	r = embargo_array_grow(&state->files, &state->file_capacity, number, sizeof(*state->files));
	if (r < 0)
		return r;
	state->files[number] = file;
	state->file_states[number] = (struct embargo_file_state){};
	policy->set.file_count++;
	embargo_policy_publish(policy);
	*ret_file = number;
	return 0;
}

/* Policy databases hold rules too, and anybody can make one: what an image is built from must fit together.
 */
static bool rule_is_sound(const struct embargo_rule *rule)
{
	static const enum embargo_kind kinds[EMBARGO_MATCH_MAX] = {
		[EMBARGO_MATCH_SHA256] = EMBARGO_KIND_HASH,
		[EMBARGO_MATCH_ISSUER_SERIAL] = EMBARGO_KIND_SIGNER,
		[EMBARGO_MATCH_SKID] = EMBARGO_KIND_SIGNER,
		[EMBARGO_MATCH_CERT_SHA256] = EMBARGO_KIND_SIGNER,
		[EMBARGO_MATCH_TBS_SHA256] = EMBARGO_KIND_SIGNER,
		[EMBARGO_MATCH_SPKI_SHA256] = EMBARGO_KIND_SIGNER,
		[EMBARGO_MATCH_SUBJECT] = EMBARGO_KIND_SIGNER,
		[EMBARGO_MATCH_MODULE] = EMBARGO_KIND_MODULE,
		[EMBARGO_MATCH_MODULE_UNSIGNED] = EMBARGO_KIND_MODULE,
		[EMBARGO_MATCH_PATH_PREFIX] = EMBARGO_KIND_PATH,
		[EMBARGO_MATCH_INTERPRETER_PATH] = EMBARGO_KIND_INTERPRETER,
		[EMBARGO_MATCH_PACKAGE] = EMBARGO_KIND_PACKAGE,
		[EMBARGO_MATCH_VENDOR] = EMBARGO_KIND_VENDOR,
		[EMBARGO_MATCH_BUILD_ID] = EMBARGO_KIND_BUILD_ID,
	};

	if (!rule->action || rule->action > EMBARGO_ACTION_ALLOW || rule->match >= EMBARGO_MATCH_MAX ||
	    rule->digest_size > EMBARGO_DIGEST_SIZE || !rule->formats || rule->formats & ~EMBARGO_FORMAT_ANY)
		return false;
	if (rule->match == EMBARGO_MATCH_SHA256 && rule->kind == EMBARGO_KIND_INTERPRETER)
		return true;
	return rule->kind == kinds[rule->match];
}

int embargo_policy_add(struct embargo_policy *policy, const struct embargo_rule *rule)
{
	struct embargo_policy_state *state = policy->state;
	int r;

	if (rule->file >= policy->set.file_count || !rule_is_sound(rule))
		return -EINVAL;
	if (policy->set.rule_count >= EMBARGO_RULES_MAX)
		return -E2BIG;
	r = embargo_array_grow(&state->rules, &state->rule_capacity, policy->set.rule_count,
			       sizeof(*state->rules));
	if (r < 0)
		return r;
	state->rules[policy->set.rule_count++] = *rule;
	state->files[rule->file].rules++;
	embargo_policy_publish(policy);
	return 0;
}

static __u64 resolved_hash(const __u8 sha256[EMBARGO_SHA256_SIZE], __u32 rule)
{
	__u64 word;

	memcpy(&word, sha256, sizeof(word));
	return embargo_mix(word + rule);
}

static uint64_t resolved_hash_at(const void *context, uint32_t number)
{
	const struct embargo_resolved *entry = (const struct embargo_resolved *)context + number;

	return resolved_hash(entry->sha256, entry->rule);
}

int embargo_policy_resolve_new(struct embargo_policy *policy, __u32 rule,
			       const __u8 sha256[EMBARGO_SHA256_SIZE], __u64 size, __u32 formats)
{
	struct embargo_policy_state *state = policy->state;
	const __u64 hash = resolved_hash(sha256, rule);
	struct embargo_resolved *entry;
	size_t probe = 0;
	uint32_t number;
	int r;

	if (rule >= policy->set.rule_count || !formats || formats & ~EMBARGO_FORMAT_ANY)
		return -EINVAL;
	if (policy->set.resolved_count >= EMBARGO_RULES_MAX)
		return -E2BIG;
	r = embargo_hash_table_grow(&state->resolved_table, resolved_hash_at, state->resolved);
	if (r < 0)
		return r;
	r = embargo_array_grow(&state->resolved, &state->resolved_capacity, policy->set.resolved_count,
			       sizeof(*state->resolved));
	if (r < 0)
		return r;
	while (embargo_hash_table_next(&state->resolved_table, hash, &probe, &number)) {
		entry = &state->resolved[number];
		if (entry->rule != rule || memcmp(entry->sha256, sha256, EMBARGO_SHA256_SIZE))
			continue;
		if ((entry->size == size || entry->size == EMBARGO_SIZE_UNKNOWN) &&
		    (entry->formats & formats) == formats)
			return 0;
		entry->formats |= formats;
		if (entry->size != size)
			entry->size = EMBARGO_SIZE_UNKNOWN;
		embargo_policy_publish(policy);
		return 1;
	}
	entry = &state->resolved[policy->set.resolved_count];
	*entry = (struct embargo_resolved){.size = size, .rule = rule, .formats = formats};
	memcpy(entry->sha256, sha256, EMBARGO_SHA256_SIZE);
	embargo_hash_table_put(&state->resolved_table, hash, policy->set.resolved_count++);
	embargo_policy_publish(policy);
	return 1;
}

int embargo_policy_resolve(struct embargo_policy *policy, __u32 rule, const __u8 sha256[EMBARGO_SHA256_SIZE],
			   __u64 size, __u32 formats)
{
	int r = embargo_policy_resolve_new(policy, rule, sha256, size, formats);

	return r < 0 ? r : 0;
}
