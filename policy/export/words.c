// SPDX-License-Identifier: GPL-2.0-or-later
/* What all formats need: notes of losses, and parts of rules as others spell them. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "policy/export/private.h"
#include "policy/text.h"

int embargo_export_note(struct embargo_export *export, const struct embargo_rule *rule,
			enum embargo_export_cause cause)
{
	struct embargo_export_counts *counts = &export->counts;

	if (counts->causes[cause] < EMBARGO_EXPORT_EXAMPLES)
		counts->examples[cause][counts->causes[cause]] = rule - export->set->rules;
	counts->causes[cause]++;
	return 1;
}

bool embargo_export_is_hash(const struct embargo_rule *rule)
{
	return rule->kind == EMBARGO_KIND_HASH && rule->match == EMBARGO_MATCH_SHA256;
}

const char *embargo_export_hex(const struct embargo_rule *rule, char text[EMBARGO_EXPORT_HEX])
{
	size_t i;

	*text = 0;
	for (i = 0; i < rule->digest_size && i < EMBARGO_DIGEST_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", rule->digest[i]);
	return text;
}

const char *embargo_export_expires(const struct embargo_rule *rule, char text[16])
{
	time_t seconds = (time_t)rule->expires * 86400;
	struct tm day;

	*text = 0;
	if (rule->expires && gmtime_r(&seconds, &day))
		strftime(text, 16, "%Y-%m-%d", &day);
	return text;
}

const char *embargo_export_title(const struct embargo_ruleset *set, const struct embargo_rule *rule,
				 char *text, size_t room)
{
	static const char *const keys[] = {"name", "prefix", "path", "vendor", "maintainer", NULL};
	char value[EMBARGO_VALUE_MAX];
	const char *name = embargo_string(set, rule->name);
	int i;

	for (i = 0; !*name && keys[i]; i++)
		if (!embargo_rule_field(set, rule, keys[i], value))
			name = value;
	if (!*name)
		name = embargo_rule_authority(set, rule);
	snprintf(text, room, "%s", *name ? name : "banned software");
	return text;
}

/* The next character of @text, or 0; its bytes are "?" if XML cannot have it. */
static size_t xml_next(const char *text, size_t size, bool *ret_usable)
{
	uint32_t character = 0;
	size_t length = embargo_utf8_next(text, size, &character);

	*ret_usable = length && (character >= 0x20 || strchr("\t\n", character)) && character != 0xfffe &&
		      character != 0xffff;
	return length ?: 1;
}

static void xml_put(const char *text, const char *escaped, FILE *out)
{
	size_t size = strlen(text), length;
	bool usable;

	for (; size; text += length, size -= length) {
		length = xml_next(text, size, &usable);
		if (!usable) {
			fputc('?', out);
			continue;
		}
		if (length == 1 && strchr(escaped, *text))
			fputc('\\', out);
		if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '"')
			fputs("&quot;", out);
		else if (*text == '\n' || *text == '\t')
			fprintf(out, "&#%d;", *text); /* in an attribute it would become a blank */
		else
			fwrite(text, 1, length, out);
	}
}

void embargo_export_xml(const char *text, FILE *out)
{
	xml_put(text, "", out);
}

void embargo_export_xml_regex(const char *text, FILE *out)
{
	xml_put(text, "\\^$.|?*+()[]{}", out);
}

bool embargo_export_is_text(const char *text)
{
	size_t size = strlen(text), length;
	bool usable;

	for (; size; text += length, size -= length) {
		length = xml_next(text, size, &usable);
		if (!usable)
			return false;
	}
	return true;
}

void embargo_export_json(json_t *object, const char *key, const char *text)
{
	if (*text)
		json_object_set_new(object, key, json_string(text)); /* NULL if it is no UTF-8: not set */
}

int embargo_export_json_item(struct embargo_export *export, json_t *item, const char *before)
{
	int r;

	if (!item)
		return -ENOMEM;
	fputs(before, export->out);
	r = json_dumpf(item, export->out, JSON_COMPACT);
	json_decref(item);
	return r ? -EIO : 0;
}
