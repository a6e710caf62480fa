// SPDX-License-Identifier: GPL-2.0-or-later
/* YARA 4: a rule for each hash (module hash), and for each vendor that a PE file can name (module pe). */
#include <inttypes.h>
#include <string.h>

#include "policy/export/private.h"

static int begin(struct embargo_export *export)
{
	fputs("import \"hash\"\nimport \"pe\"\n", export->out);
	return 0;
}

/* A string of YARA; its bytes above ASCII and control characters as \xHH. */
static void quote(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if (*text < 0x20 || *text > 0x7e)
			fprintf(out, "\\x%02x", (unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void meta_put(const char *key, const char *value, FILE *out)
{
	if (!*value)
		return;
	fprintf(out, "\t\t%s = ", key);
	quote(value, out);
	fputc('\n', out);
}

static void head_put(const struct embargo_export *export, const struct embargo_rule *rule)
{
	const struct embargo_ruleset *set = export->set;
	char title[300], day[16], value[EMBARGO_VALUE_MAX];
	FILE *out = export->out;

	fputs("\n{\n\tmeta:\n", out);
	meta_put("name", embargo_export_title(set, rule, title, sizeof(title)), out);
	meta_put("reason", embargo_string(set, rule->reason), out);
	meta_put("source", embargo_string(set, rule->source), out);
	meta_put("authority", embargo_rule_authority(set, rule), out);
	meta_put("cpe", embargo_rule_remark(set, rule, "cpe", value), out);
	meta_put("expires", embargo_export_expires(rule, day), out);
	fputs("\tcondition:\n\t\t", out);
}

static int write_hash(struct embargo_export *export, const struct embargo_rule *rule)
{
	char hex[EMBARGO_EXPORT_HEX];

	fprintf(export->out, "\nrule Banned_%s", embargo_export_hex(rule, hex));
	head_put(export, rule);
	if (rule->size != EMBARGO_SIZE_UNKNOWN)
		fprintf(export->out, "filesize == %" PRIu64 " and ", (uint64_t)rule->size);
	fprintf(export->out, "hash.sha256(0, filesize) == \"%s\"\n}\n", hex);
	return 0;
}

/* The module pe makes ASCII of what the file has in UTF-16. */
static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

static int write_vendor(struct embargo_export *export, const struct embargo_rule *rule)
{
	char name[EMBARGO_VALUE_MAX];
	size_t size;
	bool prefix;

	if (embargo_rule_field(export->set, rule, "name", name) || !is_ascii(name))
		return embargo_export_note(export, rule, EMBARGO_EXPORT_NO_WORD);
	size = strlen(name);
	prefix = size && name[size - 1] == '*';
	if (prefix)
		name[size - 1] = 0;
	fprintf(export->out, "\nrule Banned_vendor_%" PRIu32, export->counts.written + 1);
	head_put(export, rule);
	fprintf(export->out, "pe.version_info[\"CompanyName\"] %s ", prefix ? "startswith" : "==");
	quote(name, export->out);
	fputs("\n}\n", export->out);
	embargo_export_note(export, rule, EMBARGO_EXPORT_PART);
	return 0;
}

static int write_rule(struct embargo_export *export, const struct embargo_rule *rule)
{
	if (embargo_export_is_hash(rule))
		return write_hash(export, rule);
	if (rule->match == EMBARGO_MATCH_VENDOR)
		return write_vendor(export, rule);
	return embargo_export_note(export, rule, EMBARGO_EXPORT_NO_KIND);
}

const struct embargo_exporter embargo_exporter_yara = {
	.name = "yara",
	.loses = 1U << EMBARGO_EXPORT_KIND | 1U << EMBARGO_EXPORT_EXPIRES,
	.begin = begin,
	.rule = write_rule,
};
