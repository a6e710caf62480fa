// SPDX-License-Identifier: GPL-2.0-or-later
/* Hash signatures of ClamAV (.hsb): HASH:SIZE:NAME, with `:73', the engine that knows it, where SIZE is `*'.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "policy/export/private.h"

/* A name ends at a blank or colon there; letters, digits and a few marks are safe. */
static void name_put(const char *name, FILE *out)
{
	bool mark = false;

	for (; *name; name++) {
		if (isalnum((unsigned char)*name)) {
			if (mark)
				fputc('_', out);
			mark = false;
			fputc(*name, out);
		} else {
			mark = true;
		}
	}
}

static int write_rule(struct embargo_export *export, const struct embargo_rule *rule)
{
	char hex[EMBARGO_EXPORT_HEX], title[200];

	if (!embargo_export_is_hash(rule))
		return embargo_export_note(export, rule, EMBARGO_EXPORT_NO_KIND);
	fprintf(export->out, "%s:", embargo_export_hex(rule, hex));
	if (rule->size == EMBARGO_SIZE_UNKNOWN)
		fputc('*', export->out);
	else
		fprintf(export->out, "%" PRIu64, (uint64_t)rule->size);
	fputs(":Banned.", export->out);
	name_put(embargo_export_title(export->set, rule, title, sizeof(title)), export->out);
	fputs(rule->size == EMBARGO_SIZE_UNKNOWN ? ":73\n" : "\n", export->out);
	return 0;
}

const struct embargo_exporter embargo_exporter_clamav = {
	.name = "clamav",
	.loses = 1U << EMBARGO_EXPORT_KIND | 1U << EMBARGO_EXPORT_EXPIRES,
	.rule = write_rule,
};
