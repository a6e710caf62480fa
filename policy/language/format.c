// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules -> the one text that everybody writes them in. */
#include <errno.h>
#include <string.h>

#include "policy/policy.h"
#include "policy/text.h"

void embargo_quote(FILE *out, const void *bytes, size_t size)
{
	const char *text = bytes;
	uint32_t character;
	size_t i, length, left;

	fputc('"', out);
	for (; size; text += left, size -= left) {
		left = length = embargo_utf8_next(text, size, &character);
		if (!length)
			left = 1;
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '\t')
			fputs("\\t", out);
		else if (!length || embargo_character_hides(character))
			for (i = 0; i < left; i++)
				fprintf(out, "\\x%02x", (unsigned char)text[i]);
		else
			fwrite(text, 1, length, out);
	}
	fputc('"', out);
}

static void put_text(FILE *out, const struct embargo_ruleset *set, const char *key, __u32 offset)
{
	const char *text = embargo_string(set, offset);

	if (!*text)
		return;
	fprintf(out, " %s=", key);
	embargo_quote(out, text, strlen(text));
}

static void put_hex(FILE *out, const char *key, const __u8 *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char text[EMBARGO_DIGEST_SIZE * 2 + 1];
	size_t i;

	for (i = 0; i < size && i < EMBARGO_DIGEST_SIZE; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * i] = 0;
	fprintf(out, " %s%s", key, text);
}

/* Days since 1970-01-01 -> the date; years counted from March, as in value.c. */
static void put_date(FILE *out, __u32 days)
{
	__u64 shifted = (__u64)days + 719468, era = shifted / 146097, day = shifted % 146097;
	__u64 year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	__u64 day_of_year = day - (365 * year + year / 4 - year / 100);
	__u64 month = (5 * day_of_year + 2) / 153;

	fprintf(out, " expires=%04llu-%02llu-%02llu", era * 400 + year + (month >= 10),
		month < 10 ? month + 3 : month - 9, day_of_year - (153 * month + 2) / 5 + 1);
}

static void put_match(FILE *out, const struct embargo_ruleset *set, const struct embargo_rule *rule)
{
	const char *fields = embargo_string(set, rule->fields);

	switch ((enum embargo_match)rule->match) {
	case EMBARGO_MATCH_SHA256:
		put_hex(out, "sha256:", rule->digest, rule->digest_size);
		break;
	case EMBARGO_MATCH_SKID:
		put_hex(out, "skid=", rule->digest, rule->digest_size);
		break;
	case EMBARGO_MATCH_CERT_SHA256:
		put_hex(out, "cert-sha256=", rule->digest, rule->digest_size);
		break;
	case EMBARGO_MATCH_TBS_SHA256:
		put_hex(out, "tbs-sha256=", rule->digest, rule->digest_size);
		break;
	case EMBARGO_MATCH_SPKI_SHA256:
		put_hex(out, "spki-sha256=", rule->digest, rule->digest_size);
		break;
	case EMBARGO_MATCH_BUILD_ID:
		put_hex(out, "", rule->digest, rule->digest_size);
		break;
	case EMBARGO_MATCH_MODULE_UNSIGNED:
		fputs(" unsigned", out);
		break;
	default:
		if (*fields)
			fprintf(out, " %s", fields);
	}
}

/* Of these kinds name= is what they match, and already said. */
static bool name_is_field(const struct embargo_rule *rule)
{
	return rule->kind == EMBARGO_KIND_MODULE || rule->kind == EMBARGO_KIND_PACKAGE ||
	       rule->kind == EMBARGO_KIND_VENDOR;
}

int embargo_rule_format(const struct embargo_ruleset *set, const struct embargo_rule *rule, FILE *out)
{
	const char *action = embargo_action_name(rule->action), *kind = embargo_kind_name(rule->kind);
	char formats[EMBARGO_FORMATS_TEXT];

	if (!action || !kind || rule->match >= EMBARGO_MATCH_MAX)
		return -EINVAL;
	fprintf(out, "%s %s", action, kind);
	put_match(out, set, rule);
	if (rule->match == EMBARGO_MATCH_SHA256 && rule->size != EMBARGO_SIZE_UNKNOWN)
		fprintf(out, " size=%llu", rule->size);
	if (rule->match == EMBARGO_MATCH_SHA256 && rule->formats != EMBARGO_FORMAT_ANY)
		fprintf(out, " format=%s", embargo_formats_text(rule->formats, formats));
	if (!name_is_field(rule))
		put_text(out, set, "name", rule->name);
	put_text(out, set, "reason", rule->reason);
	put_text(out, set, "source", rule->source);
	put_text(out, set, "authority", rule->authority);
	if (!set->remarkless && *embargo_string(set, rule->remarks))
		fprintf(out, " %s", embargo_string(set, rule->remarks));
	if (rule->expires)
		put_date(out, rule->expires);
	return ferror(out) ? -EIO : 0;
}

char *embargo_rule_text(const struct embargo_ruleset *set, const struct embargo_rule *rule)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out;
	int r;

	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	r = embargo_rule_format(set, rule, out);
	if (fclose(out) != 0 || r < 0)
		return NULL;
	return TAKE_PTR(text);
}
