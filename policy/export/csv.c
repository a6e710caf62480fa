// SPDX-License-Identifier: GPL-2.0-or-later
/* Hashes as comma-separated values (RFC 4180), in the columns that `policy import' knows. */
#include <inttypes.h>
#include <string.h>

#include "policy/export/private.h"

static void cell(const char *text, const char *before, FILE *out)
{
	fputs(before, out);
	if (!strpbrk(text, "\",\r\n#;\t")) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static int begin(struct embargo_export *export)
{
	fputs("sha256,size,kind,name,reason,source,authority,expires,scope,effective,cpe\n", export->out);
	return 0;
}

static int write_rule(struct embargo_export *export, const struct embargo_rule *rule)
{
	static const char *const remarks[] = {"scope", "effective", "cpe", NULL};
	const struct embargo_ruleset *set = export->set;
	char hex[EMBARGO_EXPORT_HEX], formats[EMBARGO_FORMATS_TEXT], day[16], value[EMBARGO_VALUE_MAX];
	FILE *out = export->out;
	int i;

	if (!embargo_export_is_hash(rule))
		return embargo_export_note(export, rule, EMBARGO_EXPORT_NO_KIND);
	fprintf(out, "%s,", embargo_export_hex(rule, hex));
	if (rule->size != EMBARGO_SIZE_UNKNOWN)
		fprintf(out, "%" PRIu64, (uint64_t)rule->size);
	cell(rule->formats == EMBARGO_FORMAT_ANY ? "" : embargo_formats_text(rule->formats, formats), ",",
	     out);
	cell(embargo_string(set, rule->name), ",", out);
	cell(embargo_string(set, rule->reason), ",", out);
	cell(embargo_string(set, rule->source), ",", out);
	cell(embargo_rule_authority(set, rule), ",", out);
	cell(embargo_export_expires(rule, day), ",", out);
	for (i = 0; remarks[i]; i++)
		cell(embargo_rule_remark(set, rule, remarks[i], value), ",", out);
	fputc('\n', out);
	return 0;
}

const struct embargo_exporter embargo_exporter_csv = {.name = "csv", .begin = begin, .rule = write_rule};
