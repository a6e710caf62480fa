// SPDX-License-Identifier: GPL-2.0-or-later
/* What a rule is called when people are told of it. */
#include <stdio.h>
#include <string.h>

#include "userspace/base/label.h"
#include "userspace/base/text.h"

char *embargo_rule_label(const struct embargo_ruleset *set, const struct embargo_rule *rule, bool place)
{
	const char *const why[] = {
		embargo_string(set, rule->reason),
		embargo_rule_authority(set, rule),
		embargo_string(set, rule->source),
	};
	_cleanup_free_ char *text = NULL;
	const char *name = embargo_string(set, rule->name), *before = " (";
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs("rule", out);
	if (*name)
		fprintf(out, " \"%s\"", name);
	else if (!place)
		fprintf(out, " at %s:%u", embargo_rule_file(set, rule), rule->line);
	for (i = 0; i < sizeof(why) / sizeof(*why); i++) {
		if (!*why[i])
			continue;
		fprintf(out, "%s%s", before, why[i]);
		before = "; ";
	}
	if (*before == ';')
		fputc(')', out);
	if (place)
		fprintf(out, " at %s:%u", embargo_rule_file(set, rule), rule->line);
	if (fclose(out))
		return NULL;
	return embargo_text_escape(text, strlen(text), "");
}
