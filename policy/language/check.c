// SPDX-License-Identifier: GPL-2.0-or-later
/* What only the whole policy shows: expiry, duplicates, contradictions, limits. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "policy/array.h"
#include "policy/image/plan.h"
#include "policy/state.h"

/* Finds rules that match the same thing: numbers of rules + 1, open addressing. */
struct same {
	__u32 *slots;
	size_t count;
};

static void same_free(struct same *same)
{
	free(same->slots);
}

/* Two rules match the same thing if these agree; an issuer can be spelled in two ways. */
static bool same_thing(const struct embargo_rule *a, const struct embargo_rule *b)
{
	return a->kind == b->kind && a->match == b->match && a->digest_size == b->digest_size &&
	       !memcmp(a->digest, b->digest, sizeof(a->digest)) &&
	       (a->fields == b->fields || a->match == EMBARGO_MATCH_ISSUER_SERIAL);
}

static bool same_file_content(const struct embargo_rule *a, const struct embargo_rule *b)
{
	return a->match == EMBARGO_MATCH_SHA256 && b->match == EMBARGO_MATCH_SHA256 &&
	       !memcmp(a->digest, b->digest, sizeof(a->digest));
}

static size_t same_home(const struct same *same, const struct embargo_rule *rule)
{
	__u32 fields = rule->match == EMBARGO_MATCH_ISSUER_SERIAL ? 0 : rule->fields;
	__u64 word[4];

	memcpy(word, rule->digest, sizeof(word));
	return embargo_mix(word[0] + word[1] * 3 + word[2] * 5 + word[3] * 7 + ((__u64)fields << 8) +
			   rule->match) &
	       (same->count - 1);
}

static const char *past_name(unsigned int action)
{
	switch (action) {
	case EMBARGO_ACTION_BAN:
		return "banned";
	case EMBARGO_ACTION_AUDIT:
		return "audited";
	default:
		return "allowed";
	}
}

/* The source line is gone by now: the rule's canonical text stands in for it. */
__attribute__((format(printf, 5, 6))) static void report(struct embargo_policy *policy,
							 enum embargo_severity severity,
							 const struct embargo_rule *rule, const char *hint,
							 const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	struct embargo_place place = {
		.file = embargo_rule_file(&policy->set, rule),
		.line = rule->line,
		.column = 1,
	};
	char message[1024];
	va_list arguments;

	if (policy->diagnostics.total[severity] < EMBARGO_DIAGNOSTICS_MAX)
		text = embargo_rule_text(&policy->set, rule);
	place.text = text;
	place.text_size = text ? strlen(text) : 0;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	embargo_policy_report_at(policy, severity, &place, hint, "%s", message);
}

/* @rule against an @earlier one that matches the same thing. Returns whether to drop @rule. */
static bool compare(struct embargo_policy *policy, const struct embargo_rule *rule,
		    const struct embargo_rule *earlier)
{
	const char *file = embargo_rule_file(&policy->set, earlier);

	if (rule->file == earlier->file && rule->action == earlier->action) {
		report(policy, EMBARGO_ERROR, rule, "remove one of them", "the same rule is already in %s:%u",
		       file, earlier->line);
		return true;
	}
	if (rule->file == earlier->file) {
		report(policy, EMBARGO_ERROR, rule, "an exemption from a list goes into a file of its own",
		       "%s here, but %s in %s:%u", past_name(rule->action), past_name(earlier->action), file,
		       earlier->line);
		return true;
	}
	if (rule->action != earlier->action) {
		report(policy, EMBARGO_NOTE, rule, NULL, "%s here and %s in %s:%u: %s decides",
		       past_name(rule->action), past_name(earlier->action), file, earlier->line,
		       embargo_action_name(rule->action > earlier->action ? rule->action : earlier->action));
		return false;
	}
	if (rule->size != earlier->size && rule->size != EMBARGO_SIZE_UNKNOWN &&
	    earlier->size != EMBARGO_SIZE_UNKNOWN)
		report(policy, EMBARGO_WARNING, rule, "one of the two sizes is wrong",
		       "size %llu, but %llu for the same hash in %s:%u", rule->size, earlier->size, file,
		       earlier->line);
	if (rule->size != earlier->size || rule->formats != earlier->formats)
		return false;
	report(policy, EMBARGO_WARNING, rule, NULL, "dropped: the same rule is already in %s:%u", file,
	       earlier->line);
	return true;
}

/* In the kernel one hash has one rule, and what is allowed or audited would be no interpreter any more. */
static void compare_interpreter(struct embargo_policy *policy, const struct embargo_rule *rule,
				const struct embargo_rule *earlier)
{
	const struct embargo_rule *hash = rule->kind == EMBARGO_KIND_HASH ? rule : earlier;

	if (hash->action == EMBARGO_ACTION_BAN)
		return;
	report(policy, EMBARGO_ERROR, rule, "name the interpreter by its path",
	       "%s by its hash, and an interpreter by its hash in %s:%u", past_name(hash->action),
	       embargo_rule_file(&policy->set, earlier), earlier->line);
}

/* Compares rule number @number with its equals and adds it. Returns whether to drop it. */
static bool same_add(struct embargo_policy *policy, struct same *same, __u32 number)
{
	const struct embargo_rule *rules = policy->state->rules;
	size_t slot = same_home(same, &rules[number]);

	for (; same->slots[slot]; slot = (slot + 1) & (same->count - 1)) {
		const struct embargo_rule *earlier = &rules[same->slots[slot] - 1];

		if (same_thing(&rules[number], earlier) && compare(policy, &rules[number], earlier))
			return true;
		if (same_file_content(&rules[number], earlier) && rules[number].kind != earlier->kind)
			compare_interpreter(policy, &rules[number], earlier);
	}
	same->slots[slot] = number + 1;
	return false;
}

static bool expired(struct embargo_policy *policy, const struct embargo_rule *rule, __u64 today)
{
	if (!rule->expires || rule->expires >= today)
		return false;
	report(policy, EMBARGO_WARNING, rule, "remove it", "dropped: the rule has expired");
	return true;
}

/* Drops what has no place in the policy in force; the rules behind move up. */
static int drop_rules(struct embargo_policy *policy, __u64 today)
{
	_cleanup_(same_free) struct same same = {.count = 256};
	struct embargo_rule *rules = policy->state->rules;
	__u32 i, kept = 0;

	while (same.count < (size_t)policy->set.rule_count * 3 / 2)
		same.count *= 2;
	same.slots = calloc(same.count, sizeof(*same.slots));
	if (!same.slots)
		return -ENOMEM;
	for (i = 0; i < policy->set.rule_count; i++) {
		if (expired(policy, &rules[i], today))
			continue;
		rules[kept] = rules[i];
		if (!same_add(policy, &same, kept))
			kept++;
	}
	policy->set.rule_count = kept;
	embargo_policy_publish(policy);
	return 0;
}

static int compare_numbers(const void *left, const void *right)
{
	const __u64 *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

static size_t count_distinct(__u64 *numbers, size_t count)
{
	size_t i, distinct = 0;

	if (count)
		qsort(numbers, count, sizeof(*numbers), compare_numbers);
	for (i = 0; i < count; i++)
		distinct += !i || numbers[i] != numbers[i - 1];
	return distinct;
}

/* The kernel keeps one bit for each pattern of module rules. */
static int check_patterns(struct embargo_policy *policy)
{
	char key[EMBARGO_KEY_MAX], value[EMBARGO_VALUE_MAX];
	const struct embargo_ruleset *set = &policy->set;
	_cleanup_free_ __u64 *patterns = NULL;
	size_t count = 0, capacity = 0, size, prefix_size;
	const struct embargo_rule *last = NULL;
	__u32 i;
	int r;

	for (i = 0; i < set->rule_count; i++) {
		const char *cursor = embargo_string(set, set->rules[i].fields);

		if (set->rules[i].match != EMBARGO_MATCH_MODULE)
			continue;
		last = &set->rules[i];
		while (embargo_field_next(&cursor, key, value, &size) > 0) {
			r = embargo_array_grow(&patterns, &capacity, count, sizeof(*patterns));
			if (r < 0)
				return r;
			patterns[count++] = embargo_plan_modinfo(key, value, size, &prefix_size);
		}
	}
	count = count_distinct(patterns, count);
	if (count > EMBARGO_PATTERNS_MAX)
		report(policy, EMBARGO_ERROR, last, NULL,
		       "%zu different patterns in module rules, %u are possible", count,
		       EMBARGO_PATTERNS_MAX);
	return 0;
}

/* Said for everybody, on-error deny also refuses what merely has not been looked at. */
static void check_on_error(struct embargo_policy *policy)
{
	const struct embargo_policy_state *state = policy->state;
	const struct embargo_setting *all = &state->on_error_all;
	static const int unfailing[] = {EMBARGO_CAUSE_UNCLASSIFIED, EMBARGO_CAUSE_NO_PATH};
	char hint[64];
	size_t i;

	if (!all->line || all->value != EMBARGO_ACTION_BAN)
		return;
	for (i = 0; i < sizeof(unfailing) / sizeof(unfailing[0]); i++) {
		if (state->on_error[unfailing[i]].line)
			continue;
		snprintf(hint, sizeof(hint), "add: on-error %s allow", embargo_cause_name(unfailing[i]));
		embargo_policy_report(policy, EMBARGO_WARNING,
				      embargo_string(&policy->set, policy->set.files[all->file].path),
				      all->line, hint, "on-error deny also denies every file that is %s",
				      unfailing[i] == EMBARGO_CAUSE_UNCLASSIFIED
					      ? "signed by nobody knows whom"
					      : "outside of every named mount");
	}
}

int embargo_policy_check(struct embargo_policy *policy, time_t now)
{
	size_t errors = policy->diagnostics.total[EMBARGO_ERROR];
	int r;

	r = drop_rules(policy, now / 86400);
	if (r < 0)
		return r;
	r = check_patterns(policy);
	if (r < 0)
		return r;
	check_on_error(policy);
	return policy->diagnostics.total[EMBARGO_ERROR] > errors ? -EINVAL : 0;
}
