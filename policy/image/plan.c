// SPDX-License-Identifier: GPL-2.0-or-later
/* The layout of an image, before there is memory for it. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "bpf/match.h"
#include "policy/names.h"
#include "policy/image/table.h"
#include "policy/array.h"
#include "policy/image/plan.h"

/*
 * With two bits set for each size, this many bits a size make one file in
 * seventy be hashed in vain; a power of two makes it at most twice as many.
 */
#define FILTER_BITS_PER_SIZE 16

/* In embargo_string_slot.at while names are collected. */
#define NAME_IS_RULE 0
#define NAME_IS_PATTERN 1

static void set_bit(__u64 *words, size_t bit)
{
	words[bit / 64] |= 1ULL << bit % 64;
}

static int add_name(struct embargo_plan *plan, __u64 hash, __u32 target, __u32 what)
{
	int r;

	r = embargo_array_grow(&plan->names, &plan->name_capacity, plan->name_count, sizeof(*plan->names));
	if (r < 0)
		return r;
	plan->names[plan->name_count++] = (struct embargo_string_slot){hash, target, what};
	return 0;
}

__u64 embargo_plan_modinfo(const char *key, const char *value, size_t value_size, size_t *ret_prefix_size)
{
	enum embargo_string domain = EMBARGO_STRING_MODINFO;
	__u64 hash = EMBARGO_FNV_START;
	size_t i;

	*ret_prefix_size = 0;
	if (value_size && value[value_size - 1] == '*') {
		domain = EMBARGO_STRING_MODINFO_PREFIX;
		value_size--;
		*ret_prefix_size = strlen(key) + 1 + value_size;
	}
	hash = embargo_fnv_byte(hash, domain);
	for (i = 0; key[i]; i++)
		hash = embargo_fnv_byte(hash, key[i]);
	hash = embargo_fnv_byte(hash, '=');
	for (i = 0; i < value_size; i++)
		hash = embargo_fnv_byte(hash, value[i]);
	return embargo_fnv_end(hash);
}

static int plan_module(struct embargo_policy *policy, const struct embargo_rule *rule)
{
	char key[EMBARGO_KEY_MAX], value[EMBARGO_VALUE_MAX];
	const char *cursor = embargo_string(&policy->set, rule->fields);
	struct embargo_plan *plan = &policy->state->plan;
	size_t size, prefix_size, count = 0;
	__u64 hash;
	int r;

	plan->header.module_rules++;
	while ((r = embargo_field_next(&cursor, key, value, &size)) > 0) {
		hash = embargo_plan_modinfo(key, value, size, &prefix_size);
		if (prefix_size >= sizeof(plan->header.modinfo_lengths) * 8 ||
		    ++count > EMBARGO_MODULE_PATTERNS)
			return -EINVAL;
		if (prefix_size)
			set_bit(plan->header.modinfo_lengths, prefix_size);
		r = add_name(plan, hash, 0, NAME_IS_PATTERN);
		if (r < 0)
			return r;
	}
	return r;
}

static int plan_path(struct embargo_policy *policy, const struct embargo_rule *rule, __u32 packed)
{
	struct embargo_plan *plan = &policy->state->plan;
	bool prefix = rule->match == EMBARGO_MATCH_PATH_PREFIX;
	char value[EMBARGO_VALUE_MAX];
	size_t size;
	int r;

	r = embargo_rule_field(&policy->set, rule, prefix ? "prefix" : "path", value);
	if (r < 0)
		return -EINVAL;
	size = strlen(value);
	if (prefix) {
		plan->header.path_rules++;
		set_bit(plan->header.path_lengths, size);
	} else {
		plan->header.interpreter_rules++;
	}
	r = add_name(plan,
		     embargo_name_string(prefix ? EMBARGO_STRING_PATH_PREFIX : EMBARGO_STRING_INTERPRETER,
					 value, size),
		     packed, NAME_IS_RULE);
	if (r < 0)
		return r;
	while (size && value[size - 1] != '/')
		size--;
	if (!size || !value[size])
		return 0; /* all that is in it falls under the rule */
	return add_name(plan, embargo_name_string(EMBARGO_STRING_DIRECTORY, value, size), 1, NAME_IS_RULE);
}

/* Of one attribute alone: which of several agree the kernel does not keep. */
static int plan_subject(struct embargo_policy *policy, const struct embargo_rule *rule, __u32 packed)
{
	const char *cursor = embargo_string(&policy->set, rule->fields);
	char key[EMBARGO_KEY_MAX], value[EMBARGO_VALUE_MAX];
	struct embargo_plan *plan = &policy->state->plan;
	__u8 oid[EMBARGO_OID_MAX];
	size_t size, oid_size;

	if (!embargo_rule_for_programs(&policy->set, rule)) {
		plan->header.resolved_signers++;
		return 0;
	}
	if (embargo_field_next(&cursor, key, value, &size) <= 0 ||
	    embargo_attribute_oid(key + strlen("subject."), oid, &oid_size) < 0)
		return -EINVAL;
	plan->header.certificate_rules |= EMBARGO_RULES_SUBJECT;
	return add_name(plan, embargo_name_subject(oid, oid_size, value, size), packed, NAME_IS_RULE);
}

static int plan_digest(struct embargo_plan *plan, const struct embargo_rule *rule, __u32 packed, __u32 rules,
		       enum embargo_string domain)
{
	plan->header.certificate_rules |= rules;
	return add_name(plan, embargo_name_string(domain, rule->digest, rule->digest_size), packed,
			NAME_IS_RULE);
}

static void plan_size(struct embargo_plan *plan, __u64 size, __u32 formats, __u64 *sizes)
{
	if (size == EMBARGO_SIZE_UNKNOWN) {
		plan->header.unsized_formats |= formats;
		return;
	}
	plan->header.sized_formats |= formats;
	++*sizes;
}

static int plan_rule(struct embargo_policy *policy, __u32 number, __u64 *hashes, __u64 *sizes)
{
	const struct embargo_rule *rule = &policy->set.rules[number];
	struct embargo_plan *plan = &policy->state->plan;
	__u32 packed = embargo_rule_pack(rule, number);

	plan->header.rules_by_kind[rule->kind]++;
	plan->header.program_signers +=
		rule->kind == EMBARGO_KIND_SIGNER && rule->action != EMBARGO_ACTION_ALLOW;
	switch ((enum embargo_match)rule->match) {
	case EMBARGO_MATCH_SHA256:
		plan_size(plan, rule->size, rule->formats, sizes);
		plan->header.interpreter_rules += rule->kind == EMBARGO_KIND_INTERPRETER;
		++*hashes;
		return 0;
	case EMBARGO_MATCH_ISSUER_SERIAL:
		plan->header.signer_rules++;
		return add_name(plan, rule->name_hash, packed, NAME_IS_RULE);
	case EMBARGO_MATCH_SKID:
		plan->header.signer_rules++;
		return add_name(plan, embargo_name_key_id(rule->digest, rule->digest_size), packed,
				NAME_IS_RULE);
	case EMBARGO_MATCH_CERT_SHA256:
		return plan_digest(plan, rule, packed, EMBARGO_RULES_CERTIFICATE, EMBARGO_STRING_CERTIFICATE);
	case EMBARGO_MATCH_TBS_SHA256:
		return plan_digest(plan, rule, packed, EMBARGO_RULES_TBS, EMBARGO_STRING_TBS);
	case EMBARGO_MATCH_SPKI_SHA256:
		return plan_digest(plan, rule, packed, EMBARGO_RULES_SPKI, EMBARGO_STRING_SPKI);
	case EMBARGO_MATCH_SUBJECT:
		return plan_subject(policy, rule, packed);
	case EMBARGO_MATCH_MODULE:
		return plan_module(policy, rule);
	case EMBARGO_MATCH_MODULE_UNSIGNED:
		plan->header.unsigned_rule = embargo_stronger(plan->header.unsigned_rule, packed);
		return 0;
	case EMBARGO_MATCH_PATH_PREFIX:
	case EMBARGO_MATCH_INTERPRETER_PATH:
		return plan_path(policy, rule, packed);
	default:
		return 0;
	}
}

static int compare_names(const void *left, const void *right)
{
	const struct embargo_string_slot *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (EMBARGO_PACKED_RANK(a->target) != EMBARGO_PACKED_RANK(b->target))
		return EMBARGO_PACKED_RANK(a->target) > EMBARGO_PACKED_RANK(b->target) ? -1 : 1;
	return a->target < b->target ? -1 : a->target > b->target;
}

/* Of equal strings the strongest rule stays; patterns get their numbers. */
static int settle_names(struct embargo_plan *plan)
{
	size_t i, kept = 0;
	__u32 patterns = 0;

	if (plan->name_count)
		qsort(plan->names, plan->name_count, sizeof(*plan->names), compare_names);
	for (i = 0; i < plan->name_count; i++)
		if (!kept || plan->names[kept - 1].hash != plan->names[i].hash)
			plan->names[kept++] = plan->names[i];
	plan->name_count = kept;
	for (i = 0; i < kept; i++) {
		if (plan->names[i].at == NAME_IS_PATTERN)
			plan->names[i].target = ++patterns;
		plan->names[i].at = 0;
	}
	return patterns > EMBARGO_PATTERNS_MAX ? -E2BIG : 0;
}

bool embargo_plan_spelling(const struct embargo_policy *policy, __u32 target, char value[EMBARGO_VALUE_MAX])
{
	const struct embargo_rule *rule = &policy->set.rules[EMBARGO_PACKED_RULE(target)];
	bool prefix = rule->match == EMBARGO_MATCH_PATH_PREFIX;

	if (!EMBARGO_PACKED_ACTION(target) || (!prefix && rule->match != EMBARGO_MATCH_INTERPRETER_PATH))
		return false; /* a pattern's number, or a name that is a claim anyway */
	return embargo_rule_field(&policy->set, rule, prefix ? "prefix" : "path", value) >= 0;
}

/* Where each path is spelled out, from the beginning of .spellings. Returns the bytes that they take. */
static __u32 place_spellings(struct embargo_policy *policy)
{
	struct embargo_plan *plan = &policy->state->plan;
	char value[EMBARGO_VALUE_MAX];
	__u32 at = 0, size;
	size_t i;

	for (i = 0; i < plan->name_count; i++) {
		if (!embargo_plan_spelling(policy, plan->names[i].target, value))
			continue;
		size = strlen(value) + 1;
		if (at % EMBARGO_PAGE_SIZE + size > EMBARGO_PAGE_SIZE)
			at += EMBARGO_PAGE_SIZE - at % EMBARGO_PAGE_SIZE;
		plan->names[i].at = at + 1; /* 0: none */
		at += size;
	}
	return at;
}

/* Adds one home slot to @homes. */
static void count_home(__u8 *homes, __u32 home)
{
	homes[home] += homes[home] != UINT8_MAX;
}

static void count_homes(const struct embargo_policy *policy, bool strings, __u8 *homes, __u32 slots)
{
	const struct embargo_plan *plan = &policy->state->plan;
	const struct embargo_ruleset *set = &policy->set;
	__u64 seed = plan->header.seed;
	size_t i;

	for (i = 0; strings && i < plan->name_count; i++)
		count_home(homes, embargo_string_home(plan->names[i].hash, slots));
	for (i = 0; !strings && i < set->rule_count; i++)
		if (set->rules[i].match == EMBARGO_MATCH_SHA256)
			count_home(homes, embargo_bucket_home(set->rules[i].digest, seed, slots));
	for (i = 0; !strings && i < set->resolved_count; i++)
		count_home(homes, embargo_bucket_home(set->resolved[i].sha256, seed, slots));
}

/* Not blocking, at boot neither: an image is built before the kernel has gathered what it likes to. */
static int draw_seed(struct embargo_policy *policy)
{
	__u64 seed = policy->seed;

	if (!seed && getrandom(&seed, sizeof(seed), GRND_INSECURE) != sizeof(seed))
		return -errno;
	policy->state->plan.header.seed = seed | 1;
	return 0;
}

/*
 * The number of pages with which every entry is found soon; a larger table, and other places in it, are tried
 * if need be.
 */
static int plan_table(struct embargo_policy *policy, bool strings, __u64 slots, __u32 per_page,
		      __u64 *ret_pages)
{
	__u64 pages = (slots + per_page - 1) / per_page;
	bool fits = false;
	int attempt, r;

	for (attempt = 0; !fits; attempt++) {
		_cleanup_free_ __u8 *homes = NULL;

		if (attempt == 8 || pages * per_page > UINT32_MAX)
			return -ENOSPC;
		r = strings ? 0 : draw_seed(policy);
		if (r < 0)
			return r;
		pages += attempt ? pages / 4 + 1 : 0;
		homes = calloc(pages * per_page, 1);
		if (!homes)
			return -ENOMEM;
		count_homes(policy, strings, homes, pages * per_page);
		fits = embargo_table_fits(homes, pages * per_page);
	}
	*ret_pages = pages;
	return 0;
}

static void place(struct embargo_plan *plan, struct embargo_section *section, __u64 pages, __u32 slots)
{
	section->page = plan->header.pages;
	section->slots = slots;
	plan->header.pages += pages;
}

static int plan_sections(struct embargo_policy *policy, __u64 hashes, __u64 sizes)
{
	struct embargo_plan *plan = &policy->state->plan;
	struct embargo_image_header *header = &plan->header;
	__u64 pages, bits = EMBARGO_FILTER_BITS_PER_PAGE;
	__u32 spelled;
	int r;

	while (bits < sizes * FILTER_BITS_PER_SIZE)
		bits *= 2;
	if (sizes)
		place(plan, &header->filter, bits / EMBARGO_FILTER_BITS_PER_PAGE, bits);
	if (hashes) { /* a load of 3/4 */
		r = plan_table(policy, false, hashes + hashes / 3 + 1, EMBARGO_BUCKETS_PER_PAGE, &pages);
		if (r < 0)
			return r;
		place(plan, &header->buckets, pages, pages * EMBARGO_BUCKETS_PER_PAGE);
	}
	if (plan->name_count) {
		r = plan_table(policy, true, plan->name_count * 2, EMBARGO_STRINGS_PER_PAGE, &pages);
		if (r < 0)
			return r;
		place(plan, &header->strings, pages, pages * EMBARGO_STRINGS_PER_PAGE);
	}
	spelled = place_spellings(policy);
	if (spelled)
		place(plan, &header->spellings, (spelled + EMBARGO_PAGE_SIZE - 1) / EMBARGO_PAGE_SIZE,
		      spelled);
	pages = (header->module_rules + EMBARGO_MODULES_PER_PAGE - 1) / EMBARGO_MODULES_PER_PAGE;
	if (pages)
		place(plan, &header->modules, pages, header->module_rules);
	return 0;
}

int embargo_plan_image(struct embargo_policy *policy)
{
	const struct embargo_ruleset *set = &policy->set;
	struct embargo_plan *plan = &policy->state->plan;
	__u64 hashes = set->resolved_count, sizes = 0;
	__u32 i;
	int r;

	plan->valid = false;
	plan->name_count = 0;
	plan->header = (struct embargo_image_header){
		.magic = EMBARGO_IMAGE_MAGIC,
		.version = EMBARGO_ABI_VERSION,
		.pages = 1,
		.rules = set->rule_count,
		.resolved = set->resolved_count,
		.max_hash_size = policy->max_hash_size,
		.signers_unread = policy->signers_unread,
	};
	memcpy(plan->header.on_error, policy->on_error, sizeof(plan->header.on_error));
	for (i = 0; i < set->rule_count; i++) {
		r = plan_rule(policy, i, &hashes, &sizes);
		if (r < 0)
			return r;
	}
	for (i = 0; i < set->resolved_count; i++)
		plan_size(plan, set->resolved[i].size, set->resolved[i].formats, &sizes);
	r = settle_names(plan);
	if (r < 0)
		return r;
	r = plan_sections(policy, hashes, sizes);
	if (r < 0)
		return r;
	plan->valid = true;
	return 0;
}
