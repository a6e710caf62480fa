// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules -> the kernel's pages, written once and in place. */
#include <errno.h>
#include <string.h>

#include "policy/image/table.h"
#include "policy/image/plan.h"

int embargo_image_pages(struct embargo_policy *policy, size_t *ret_pages)
{
	int r = 0;

	if (!policy->state->plan.valid)
		r = embargo_plan_image(policy);
	if (r == -ENOSPC)
		embargo_policy_report(policy, EMBARGO_ERROR, "policy", 0,
				      "look for a feed that lists made-up hashes",
				      "too many hashes fall into one place of the table");
	if (r < 0)
		return r;
	*ret_pages = policy->state->plan.header.pages;
	return 0;
}

static int compare_hash(const void *key, const void *slot)
{
	const __u64 *hash = key;
	const struct embargo_string_slot *name = slot;

	if (*hash == name->hash)
		return 0;
	return *hash < name->hash ? -1 : 1;
}

static void build_module(const struct embargo_policy *policy, __u32 number, struct embargo_module_rule *to)
{
	const struct embargo_rule *rule = &policy->set.rules[number];
	const struct embargo_plan *plan = &policy->state->plan;
	char key[EMBARGO_KEY_MAX], value[EMBARGO_VALUE_MAX];
	const char *cursor = embargo_string(&policy->set, rule->fields);
	const struct embargo_string_slot *name;
	size_t size, prefix_size;
	__u64 hash;

	to->rule = embargo_rule_pack(rule, number);
	while (to->patterns < EMBARGO_MODULE_PATTERNS && embargo_field_next(&cursor, key, value, &size) > 0) {
		hash = embargo_plan_modinfo(key, value, size, &prefix_size);
		name = bsearch(&hash, plan->names, plan->name_count, sizeof(*plan->names), compare_hash);
		to->pattern[to->patterns++] = name->target - 1;
	}
}

static void build_rules(const struct embargo_policy *policy, char *pages)
{
	const struct embargo_image_header *header = &policy->state->plan.header;
	struct embargo_module_rule *modules =
		(void *)(pages + header->modules.page * (size_t)EMBARGO_PAGE_SIZE);
	const struct embargo_rule *rule;
	__u32 i;

	for (i = 0; i < policy->set.rule_count; i++) {
		rule = &policy->set.rules[i];
		if (rule->match == EMBARGO_MATCH_MODULE)
			build_module(policy, i, modules++);
		if (rule->match != EMBARGO_MATCH_SHA256)
			continue;
		embargo_table_put_bucket(pages, header, rule->digest, embargo_rule_pack(rule, i));
		if (rule->size != EMBARGO_SIZE_UNKNOWN)
			embargo_table_put_size(pages, &header->filter, rule->size);
	}
}

/* What userspace found falls under its rule at the level of identity, whatever kind it is. */
static void build_resolved(const struct embargo_policy *policy, char *pages)
{
	const struct embargo_image_header *header = &policy->state->plan.header;
	const struct embargo_resolved *entry;
	const struct embargo_rule *rule;
	__u32 i;

	for (i = 0; i < policy->set.resolved_count; i++) {
		entry = &policy->set.resolved[i];
		rule = &policy->set.rules[entry->rule];
		embargo_table_put_bucket(
			pages, header, entry->sha256,
			EMBARGO_PACK(entry->rule, rule->action, EMBARGO_LEVEL_IDENTITY, rule->kind));
		if (entry->size != EMBARGO_SIZE_UNKNOWN)
			embargo_table_put_size(pages, &header->filter, entry->size);
	}
}

static void build_name(const struct embargo_policy *policy, const struct embargo_string_slot *name,
		       char *pages)
{
	const struct embargo_image_header *header = &policy->state->plan.header;
	struct embargo_string_slot slot = {.hash = name->hash, .target = name->target};
	char value[EMBARGO_VALUE_MAX];

	if (name->at && embargo_plan_spelling(policy, name->target, value)) {
		slot.at = header->spellings.page * EMBARGO_PAGE_SIZE + name->at - 1;
		memcpy(pages + slot.at, value, strlen(value) + 1);
	}
	embargo_table_put_string(pages, &header->strings, &slot);
}

int embargo_image_build(struct embargo_policy *policy, void *pages, size_t count, __u64 generation)
{
	const struct embargo_plan *plan = &policy->state->plan;
	struct embargo_image_header *header = pages;
	size_t i, needed;
	int r;

	r = embargo_image_pages(policy, &needed);
	if (r < 0)
		return r;
	if (count < needed)
		return -ENOSPC;
	build_rules(policy, pages);
	build_resolved(policy, pages);
	for (i = 0; i < plan->name_count; i++)
		build_name(policy, &plan->names[i], pages);
	*header = plan->header;
	header->generation = generation;
	return 0;
}
