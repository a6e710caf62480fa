// SPDX-License-Identifier: GPL-2.0-or-later
/* What was found for the rules of one policy, for the same rules of another. */
#include <errno.h>
#include <string.h>

#include "policy/private.h"

bool embargo_rule_resolvable(const struct embargo_rule *rule)
{
	switch ((enum embargo_kind)rule->kind) {
	case EMBARGO_KIND_SIGNER:
	case EMBARGO_KIND_PACKAGE:
	case EMBARGO_KIND_VENDOR:
	case EMBARGO_KIND_BUILD_ID:
		return true;
	default:
		return false;
	}
}

/* The resolvable rules of a policy, by a number that is the same for rules that match the same thing. */
struct indexed {
	__u64 hash;
	__u32 rule;
};

struct index {
	struct indexed *list;
	size_t count;
};

static void index_free(struct index *index)
{
	free(index->list);
}

/* An issuer can be spelled in two ways, and is in .name_hash. */
static const char *fields(const struct embargo_ruleset *set, const struct embargo_rule *rule)
{
	return rule->match == EMBARGO_MATCH_ISSUER_SERIAL ? "" : embargo_string(set, rule->fields);
}

static __u64 rule_hash(const struct embargo_ruleset *set, const struct embargo_rule *rule)
{
	__u64 hash = embargo_fnv_byte(EMBARGO_FNV_START, rule->match);
	const char *text = fields(set, rule);
	int i;

	for (i = 0; i < EMBARGO_DIGEST_SIZE; i++)
		hash = embargo_fnv_byte(hash, rule->digest[i]);
	while (*text)
		hash = embargo_fnv_byte(hash, *text++);
	return hash;
}

static bool same_thing(const struct embargo_ruleset *set, const struct embargo_rule *rule,
		       const struct embargo_ruleset *other_set, const struct embargo_rule *other)
{
	return rule->match == other->match && rule->digest_size == other->digest_size &&
	       !memcmp(rule->digest, other->digest, sizeof(rule->digest)) &&
	       !strcmp(fields(set, rule), fields(other_set, other));
}

static int compare_indexed(const void *left, const void *right)
{
	const struct indexed *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->rule < b->rule ? -1 : a->rule > b->rule;
}

static int index_make(const struct embargo_ruleset *set, struct index *index)
{
	size_t count = 0;
	__u32 i;

	for (i = 0; i < set->rule_count; i++)
		count += embargo_rule_resolvable(&set->rules[i]);
	index->list = calloc(count ?: 1, sizeof(*index->list));
	if (!index->list)
		return -ENOMEM;
	for (i = 0; i < set->rule_count; i++)
		if (embargo_rule_resolvable(&set->rules[i]))
			index->list[index->count++] = (struct indexed){rule_hash(set, &set->rules[i]), i};
	qsort(index->list, index->count, sizeof(*index->list), compare_indexed);
	return 0;
}

/* The first heir of @hash, or where it would be. */
static size_t index_find(const struct index *index, __u64 hash)
{
	size_t low = 0, high = index->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (index->list[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* @bans: also by heirs that ban. Returns how many entries came to be or changed. */
static int inherit_one(struct embargo_policy *policy, const struct index *index,
		       const struct embargo_ruleset *from, const struct embargo_resolved *entry, bool bans)
{
	const struct embargo_rule *rule = &from->rules[entry->rule];
	__u64 hash = rule_hash(from, rule);
	int changed = 0, r;
	size_t i;

	for (i = index_find(index, hash); i < index->count && index->list[i].hash == hash; i++) {
		const struct embargo_rule *indexed = &policy->set.rules[index->list[i].rule];

		if (!same_thing(from, rule, &policy->set, indexed) ||
		    (!bans && indexed->action == EMBARGO_ACTION_BAN))
			continue;
		r = embargo_policy_resolve_new(policy, index->list[i].rule, entry->sha256, entry->size,
					       entry->formats);
		if (r < 0)
			return r;
		changed += r;
	}
	return changed;
}

int embargo_policy_inherit(struct embargo_policy *policy, const struct embargo_ruleset *from,
			   const struct embargo_resolved *found, __u32 count, __u32 needed)
{
	_cleanup_(index_free) struct index index = {0};
	int changed = 0, r;
	__u32 i;

	if (!count)
		return 0;
	r = index_make(&policy->set, &index);
	if (r < 0)
		return r;
	for (i = 0; i < count; i++) {
		/* A damaged policy database, or one of another version, does not refuse a
		 * policy. */
		if (found[i].rule >= from->rule_count ||
		    !embargo_rule_resolvable(&from->rules[found[i].rule]) || !found[i].formats ||
		    found[i].formats & ~(__u32)EMBARGO_FORMAT_ANY)
			continue;
		r = inherit_one(policy, &index, from, &found[i], i >= needed);
		if (r < 0)
			return r;
		changed += r;
	}
	return changed;
}
