// SPDX-License-Identifier: GPL-2.0-or-later
/* What the numbers in a rule stand for, in a policy and in a policy database alike. */
#include <errno.h>
#include <string.h>

#include "policy/policy.h"
#include "policy/text.h"

/* A pool ends in a NUL, in memory and in every policy database that opens. */
const char *embargo_string(const struct embargo_ruleset *set, __u32 offset)
{
	return offset < set->pool_size ? set->strings + offset : "";
}

/* The rule's own, or its file's, or that of the file which includes it. */
const char *embargo_rule_authority(const struct embargo_ruleset *set, const struct embargo_rule *rule)
{
	__u32 file = rule->file;
	unsigned int depth;

	if (rule->authority)
		return embargo_string(set, rule->authority);
	for (depth = 0; depth <= EMBARGO_INCLUDE_DEPTH && file < set->file_count; depth++) {
		if (set->files[file].authority)
			return embargo_string(set, set->files[file].authority);
		file = set->files[file].parent;
	}
	return "";
}

const char *embargo_rule_remark(const struct embargo_ruleset *set, const struct embargo_rule *rule,
				const char *key, char value[EMBARGO_VALUE_MAX])
{
	const char *cursor = set->remarkless ? "" : embargo_string(set, rule->remarks);
	char found[EMBARGO_KEY_MAX];

	while (embargo_field_next(&cursor, found, value, NULL) > 0)
		if (!strcmp(found, key))
			return value;
	*value = 0;
	return value;
}

const char *embargo_rule_file(const struct embargo_ruleset *set, const struct embargo_rule *rule)
{
	return rule->file < set->file_count ? embargo_string(set, set->files[rule->file].path) : "";
}

static bool same(const void *a, const void *b, __u32 count, __u32 other_count, size_t size)
{
	return count == other_count && (!count || !memcmp(a, b, count * size));
}

bool embargo_ruleset_same(const struct embargo_ruleset *a, const struct embargo_ruleset *b)
{
	return same(a->files, b->files, a->file_count, b->file_count, sizeof(*a->files)) &&
	       same(a->rules, b->rules, a->rule_count, b->rule_count, sizeof(*a->rules)) &&
	       same(a->strings, b->strings, a->pool_size, b->pool_size, 1);
}

bool embargo_rule_in_kernel(const struct embargo_rule *rule)
{
	switch ((enum embargo_match)rule->match) {
	case EMBARGO_MATCH_SHA256:
	case EMBARGO_MATCH_ISSUER_SERIAL:
	case EMBARGO_MATCH_SKID:
	case EMBARGO_MATCH_MODULE:
	case EMBARGO_MATCH_MODULE_UNSIGNED:
	case EMBARGO_MATCH_PATH_PREFIX:
	case EMBARGO_MATCH_INTERPRETER_PATH:
		return true;
	default:
		return false;
	}
}

bool embargo_rule_for_programs(const struct embargo_ruleset *set, const struct embargo_rule *rule)
{
	const char *cursor = embargo_string(set, rule->fields);
	char key[EMBARGO_KEY_MAX], value[EMBARGO_VALUE_MAX];

	if (rule->kind != EMBARGO_KIND_SIGNER)
		return false;
	if (rule->match != EMBARGO_MATCH_SUBJECT)
		return true;
	return embargo_field_next(&cursor, key, value, NULL) > 0 &&
	       embargo_field_next(&cursor, key, value, NULL) == 0;
}

enum embargo_level embargo_rule_level(const struct embargo_rule *rule)
{
	switch ((enum embargo_match)rule->match) {
	case EMBARGO_MATCH_SHA256:
		return EMBARGO_LEVEL_HASH;
	case EMBARGO_MATCH_PATH_PREFIX:
	case EMBARGO_MATCH_INTERPRETER_PATH:
		return EMBARGO_LEVEL_PATH;
	default:
		return EMBARGO_LEVEL_IDENTITY;
	}
}

embargo_packed_rule embargo_rule_pack(const struct embargo_rule *rule, __u32 number)
{
	return EMBARGO_PACK(number, rule->action, embargo_rule_level(rule), rule->kind);
}

/* Decode the quoted string at *@cursor, as embargo_quote() writes it, and step behind it. */
static int field_value(const char **cursor, char value[EMBARGO_VALUE_MAX], size_t *ret_size)
{
	const char *p = *cursor + 1;
	size_t size = 0;
	char c;

	for (; *p != '"'; p++) {
		if (!*p || size + 1 >= EMBARGO_VALUE_MAX)
			return -EINVAL;
		c = *p;
		if (c == '\\') {
			c = *++p;
			if (c == 'x') {
				int high = embargo_hex_digit(p[1]),
				    low = high < 0 ? -1 : embargo_hex_digit(p[2]);

				if (low < 0 || (!high && !low))
					return -EINVAL;
				c = high << 4 | low;
				p += 2;
			} else if (c == 'n') {
				c = '\n';
			} else if (c == 't') {
				c = '\t';
			} else if (c != '"' && c != '\\') {
				return -EINVAL;
			}
		}
		value[size++] = c;
	}
	value[size] = 0;
	*cursor = p + 1;
	*ret_size = size;
	return 0;
}

int embargo_field_next(const char **cursor, char key[EMBARGO_KEY_MAX], char value[EMBARGO_VALUE_MAX],
		       size_t *ret_size)
{
	const char *p = *cursor;
	size_t size;
	int r;

	while (*p == ' ')
		p++;
	if (!*p)
		return 0;
	size = strcspn(p, "=");
	if (!size || size >= EMBARGO_KEY_MAX || p[size] != '=' || p[size + 1] != '"')
		return -EINVAL;
	memcpy(key, p, size);
	key[size] = 0;
	p += size + 1;
	r = field_value(&p, value, &size);
	if (r < 0)
		return r;
	*cursor = p;
	if (ret_size)
		*ret_size = size;
	return 1;
}

int embargo_rule_field(const struct embargo_ruleset *set, const struct embargo_rule *rule, const char *key,
		       char value[EMBARGO_VALUE_MAX])
{
	const char *cursor = embargo_string(set, rule->fields);
	char found[EMBARGO_KEY_MAX];
	int r;

	while ((r = embargo_field_next(&cursor, found, value, NULL)) > 0)
		if (!strcmp(found, key))
			return 0;
	return r < 0 ? r : -ENOENT;
}

bool embargo_pattern_match(const char *pattern, const char *text)
{
	size_t size = strlen(pattern);

	if (size && pattern[size - 1] == '*')
		return !strncmp(pattern, text, size - 1);
	return !strcmp(pattern, text);
}
