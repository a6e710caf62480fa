// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules that a server hands out, a page at a time, and what holds after all of them. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "policy/sync/private.h"
#include "policy/text.h"
#include "policy/trivial.h"

struct word {
	const char *name;
	int number;
};

/* Old names too. Nothing here makes rules for what a compiler writes, and then the protocol has it so. */
static const struct word policies[] = {
	{"REMOVE", EMBARGO_SYNC_REMOVE},
	{"ALLOWLIST", EMBARGO_SYNC_ALLOW},
	{"ALLOWLIST_COMPILER", EMBARGO_SYNC_ALLOW},
	{"WHITELIST", EMBARGO_SYNC_ALLOW},
	{"WHITELIST_COMPILER", EMBARGO_SYNC_ALLOW},
	{"BLOCKLIST", EMBARGO_SYNC_BLOCK},
	{"BLACKLIST", EMBARGO_SYNC_BLOCK},
	{"SILENT_BLOCKLIST", EMBARGO_SYNC_SILENT_BLOCK},
	{"SILENT_BLACKLIST", EMBARGO_SYNC_SILENT_BLOCK},
	{0},
};

static const struct word kinds[] = {
	{"BINARY", EMBARGO_SYNC_BINARY}, {"CERTIFICATE", EMBARGO_SYNC_CERTIFICATE}, {0}};

static const char *const others[] = {
	[EMBARGO_SYNC_OTHER_KIND] = "of a kind that only another system has",
	[EMBARGO_SYNC_OTHER_POLICY] = "that ask for what is not known here",
	[EMBARGO_SYNC_MALFORMED] = "without a SHA-256",
	[EMBARGO_SYNC_TRIVIAL] = "for a file that every host has",
};

const char *embargo_sync_other_text(enum embargo_sync_other other)
{
	return others[other];
}

void embargo_sync_rules_clear(struct embargo_sync_rules *rules)
{
	size_t i;

	for (i = 0; i < rules->count; i++)
		free(rules->list[i].message);
	free(rules->list);
	*rules = (struct embargo_sync_rules){0};
}

static int word_number(const struct word *words, const char *name)
{
	for (; words->name; words++)
		if (!strcasecmp(words->name, name))
			return words->number;
	return -1;
}

static bool digest_read(const char *text, uint8_t digest[EMBARGO_SHA256_SIZE])
{
	size_t i;

	for (i = 0; i < (size_t)EMBARGO_SHA256_SIZE * 2; i++) {
		int digit = embargo_hex_digit(text[i]); /* -1 at the end too */

		if (digit < 0)
			return false;
		digest[i / 2] = i % 2 ? digest[i / 2] | digit : digit << 4;
	}
	return !text[i];
}

/* An entry that does not count here: its kind and its name are kept, as text that a person can read. */
static int other(struct embargo_sync_rules *rules, enum embargo_sync_other why, const char *kind,
		 const char *identifier)
{
	uint64_t number = rules->others[why]++;
	char *text;

	if (number >= EMBARGO_SYNC_EXAMPLES)
		return 0;
	text = rules->examples[why][number];
	snprintf(text, EMBARGO_SYNC_EXAMPLE_SIZE, "%.20s %.72s", kind, identifier);
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
	return 0;
}

/* One line that can be read, cut where a character ends; NULL: nothing is left, or no memory. */
static char *message_copy(const char *text)
{
	size_t size = strlen(text), used = 0, length;
	char clean[EMBARGO_SYNC_MESSAGE_SIZE];
	uint32_t character;

	for (; size; text += length, size -= length) {
		length = embargo_utf8_next(text, size, &character);
		if (!length || embargo_character_hides(character)) {
			length = length ?: 1;
			if (used && clean[used - 1] != ' ' && used + 1 < sizeof(clean))
				clean[used++] = ' ';
			continue;
		}
		if (used + length >= sizeof(clean))
			break;
		memcpy(clean + used, text, length);
		used += length;
	}
	while (used && clean[used - 1] == ' ')
		used--;
	return used ? strndup(clean, used) : NULL;
}

static int add(struct embargo_sync_rules *rules, struct embargo_sync_rule *rule, const char *message)
{
	struct embargo_sync_rule *list;
	size_t capacity;

	if (rules->count >= EMBARGO_SYNC_RULES_MAX)
		return -E2BIG;
	if (rules->count == rules->capacity) {
		capacity = rules->capacity ? rules->capacity * 2 : 64;
		list = reallocarray(rules->list, capacity, sizeof(*list));
		if (!list)
			return -ENOMEM;
		rules->list = list;
		rules->capacity = capacity;
	}
	rule->message = *message ? message_copy(message) : NULL;
	rule->order = rules->count;
	rules->list[rules->count++] = *rule;
	return 0;
}

static int rule_take(struct embargo_sync_rules *rules, json_t *object)
{
	const char *identifier = embargo_sync_text(object, "identifier", "identifier");
	const char *type = embargo_sync_text(object, "rule_type", "ruleType");
	int kind = word_number(kinds, type);
	int policy = word_number(policies, embargo_sync_text(object, "policy", "policy"));
	struct embargo_sync_rule rule = {.kind = kind, .policy = policy};

	rules->received++;
	if (!*identifier)
		identifier = embargo_sync_text(object, "sha256", "deprecatedSha256");
	if (kind < 0)
		return other(rules, EMBARGO_SYNC_OTHER_KIND, type, identifier);
	if (policy < 0)
		return other(rules, EMBARGO_SYNC_OTHER_POLICY, embargo_sync_text(object, "policy", "policy"),
			     identifier);
	if (!digest_read(identifier, rule.digest))
		return other(rules, EMBARGO_SYNC_MALFORMED, type, identifier);
	if (kind == EMBARGO_SYNC_BINARY && policy >= EMBARGO_SYNC_BLOCK && embargo_trivial_hash(rule.digest))
		return other(rules, EMBARGO_SYNC_TRIVIAL, type, identifier);
	return add(rules, &rule, embargo_sync_text(object, "custom_msg", "customMsg"));
}

int embargo_sync_rules_take(struct embargo_sync_rules *rules, const char *data, size_t size,
			    char **ret_cursor, struct embargo_reason *reason)
{
	json_t *object = embargo_sync_object(data, size, reason), *list, *rule;
	const char *cursor;
	size_t i;
	int r = 0;

	*ret_cursor = NULL;
	if (!object)
		return -EBADMSG;
	list = json_object_get(object, "rules");
	if (list && !json_is_null(list) && !json_is_array(list)) {
		snprintf(reason->text, sizeof(reason->text), "has \"rules\" that are not a list");
		r = -EBADMSG;
	}
	for (i = 0; !r && i < json_array_size(list); i++) {
		rule = json_array_get(list, i);
		r = json_is_object(rule) ? rule_take(rules, rule) : -EBADMSG;
		if (r)
			snprintf(reason->text, sizeof(reason->text), "rule %zu %s", i,
				 r == -EBADMSG ? "is not an object"
				 : r == -E2BIG ? "is one too many"
					       : strerror(-r));
	}
	cursor = embargo_sync_text(object, "cursor", "cursor");
	if (!r && strlen(cursor) > EMBARGO_SYNC_CURSOR_MAX) {
		snprintf(reason->text, sizeof(reason->text), "has a cursor of more than %d bytes",
			 EMBARGO_SYNC_CURSOR_MAX);
		r = -EBADMSG;
	}
	if (!r && *cursor) {
		*ret_cursor = strdup(cursor);
		r = *ret_cursor ? 0 : -ENOMEM;
	}
	json_decref(object);
	return r;
}

static int rule_compare(const void *a, const void *b)
{
	const struct embargo_sync_rule *left = a, *right = b;
	int order = left->kind - right->kind;

	order = order ?: memcmp(left->digest, right->digest, sizeof(left->digest));
	return order ?: left->order < right->order ? -1 : left->order > right->order;
}

static bool same_thing(const struct embargo_sync_rule *a, const struct embargo_sync_rule *b)
{
	return a->kind == b->kind && !memcmp(a->digest, b->digest, sizeof(a->digest));
}

void embargo_sync_rules_settle(struct embargo_sync_rules *rules)
{
	size_t i, kept = 0;

	if (rules->count)
		qsort(rules->list, rules->count, sizeof(*rules->list), rule_compare);
	for (i = 0; i < rules->count; i++) {
		struct embargo_sync_rule *rule = &rules->list[i];
		bool overruled = i + 1 < rules->count && same_thing(rule, rule + 1);

		if (overruled || rule->policy == EMBARGO_SYNC_REMOVE) {
			free(rule->message);
			continue;
		}
		rules->list[kept] = *rule;
		rules->list[kept].order = kept;
		kept++;
	}
	rules->count = kept;
}

size_t embargo_sync_rules_count(const struct embargo_sync_rules *rules, enum embargo_sync_kind kind)
{
	size_t i, count = 0;

	for (i = 0; i < rules->count; i++)
		count += rules->list[i].kind == kind;
	return count;
}
