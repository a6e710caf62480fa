// SPDX-License-Identifier: GPL-2.0-or-later
/* The rule that keeps out what was found: by hash, which needs nothing to be resolved. */
#include <string.h>

#include "policy/policy.h"
#include "userspace/report/plan.h"
#include "userspace/base/text.h"

static bool is_plain(const char *text)
{
	_cleanup_free_ char *shown = embargo_text_escape(text, strlen(text), "");

	return shown && !strcmp(shown, text);
}

static bool is_format(const char *text)
{
	unsigned int bit;

	for (bit = 1; bit & EMBARGO_FORMAT_ANY; bit <<= 1)
		if (!strcmp(embargo_format_name(bit), text))
			return true;
	return false;
}

static void put(FILE *out, const char *key, const char *text)
{
	if (!*text)
		return;
	fprintf(out, " %s=", key);
	embargo_quote(out, text, strlen(text));
}

char *embargo_report_rule(const struct embargo_report_row *row)
{
	const char *hash = row->text[EMBARGO_ROW_SHA256], *format = row->text[EMBARGO_ROW_FORMAT];
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out;

	if (!*hash) /* the rule that found it, if it can stand on a line */
		return !strncmp(row->text[EMBARGO_ROW_RULE], "ban ", 4) &&
				       is_plain(row->text[EMBARGO_ROW_RULE])
			       ? strdup(row->text[EMBARGO_ROW_RULE])
			       : NULL;
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fprintf(out, "ban hash sha256:%s", hash);
	if (row->size > 0)
		fprintf(out, " size=%lld", (long long)row->size);
	if (is_format(format))
		fprintf(out, " format=%s", format);
	put(out, "name", row->product);
	put(out, "reason", row->text[EMBARGO_ROW_REASON]);
	put(out, "authority", row->text[EMBARGO_ROW_AUTHORITY]);
	put(out, "scope", row->text[EMBARGO_ROW_SCOPE]);
	put(out, "effective", row->text[EMBARGO_ROW_EFFECTIVE]);
	put(out, "cpe", row->text[EMBARGO_ROW_CPE]);
	put(out, "source", row->text[EMBARGO_ROW_SOURCE]);
	if (fclose(out))
		return NULL;
	return TAKE_PTR(text);
}
