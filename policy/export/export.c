// SPDX-License-Identifier: GPL-2.0-or-later
/* From a policy to one foreign format: which rules go to its writer, and what is counted. */
#include <errno.h>
#include <string.h>

#include "policy/export/private.h"

static const struct embargo_exporter *const exporters[EMBARGO_EXPORT_FORMATS] = {
	[EMBARGO_EXPORT_CSV] = &embargo_exporter_csv,
	[EMBARGO_EXPORT_STIX] = &embargo_exporter_stix,
	[EMBARGO_EXPORT_CLAMAV] = &embargo_exporter_clamav,
	[EMBARGO_EXPORT_SANTA] = &embargo_exporter_santa,
	[EMBARGO_EXPORT_APPCONTROL] = &embargo_exporter_appcontrol,
	[EMBARGO_EXPORT_YARA] = &embargo_exporter_yara,
	[EMBARGO_EXPORT_OVAL] = &embargo_exporter_oval,
};

const char *embargo_export_format_name(enum embargo_export_format format)
{
	return format < EMBARGO_EXPORT_FORMATS ? exporters[format]->name : NULL;
}

int embargo_export_format_number(const char *name, enum embargo_export_format *ret_format)
{
	int i;

	for (i = 0; i < EMBARGO_EXPORT_FORMATS; i++) {
		if (!strcmp(exporters[i]->name, name)) {
			*ret_format = i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *embargo_export_cause_text(enum embargo_export_cause cause)
{
	static const char *const texts[EMBARGO_EXPORT_CAUSES] = {
		[EMBARGO_EXPORT_NO_BAN] =
			"left out: they allow or only watch, and what they except is banned there",
		[EMBARGO_EXPORT_NO_KIND] = "left out: the format has no rule of their kind",
		[EMBARGO_EXPORT_NO_WORD] = "left out: the format cannot say a part of them",
		[EMBARGO_EXPORT_PART] = "written, but they reach less far there",
		[EMBARGO_EXPORT_SIZE] = "written without their size, which the format cannot say",
		[EMBARGO_EXPORT_KIND] =
			"written without the format of their files, which the format cannot say",
		[EMBARGO_EXPORT_EXPIRES] = "written without their last day: there they hold for ever",
	};

	return cause < EMBARGO_EXPORT_CAUSES ? texts[cause] : "";
}

/* What was written, but not as it is. */
static void note_losses(struct embargo_export *export, const struct embargo_rule *rule, unsigned int loses)
{
	if (embargo_export_is_hash(rule) && rule->size != EMBARGO_SIZE_UNKNOWN &&
	    loses & 1U << EMBARGO_EXPORT_SIZE)
		embargo_export_note(export, rule, EMBARGO_EXPORT_SIZE);
	if (embargo_export_is_hash(rule) && rule->formats != EMBARGO_FORMAT_ANY &&
	    loses & 1U << EMBARGO_EXPORT_KIND)
		embargo_export_note(export, rule, EMBARGO_EXPORT_KIND);
	if (rule->expires && loses & 1U << EMBARGO_EXPORT_EXPIRES)
		embargo_export_note(export, rule, EMBARGO_EXPORT_EXPIRES);
}

static int export_rules(struct embargo_export *export, const struct embargo_exporter *exporter)
{
	const struct embargo_rule *rule;
	int r = 0;
	__u32 i;

	for (i = 0; i < export->set->rule_count; i++) {
		rule = &export->set->rules[i];
		if (rule->action != EMBARGO_ACTION_BAN) {
			embargo_export_note(export, rule, EMBARGO_EXPORT_NO_BAN);
			continue;
		}
		r = exporter->rule(export, rule);
		if (r < 0)
			return r;
		if (r)
			continue;
		export->counts.written++;
		note_losses(export, rule, exporter->loses);
	}
	return 0;
}

int embargo_export(const struct embargo_export_options *options, const struct embargo_ruleset *set, FILE *out,
		   struct embargo_export_counts *ret_counts)
{
	const struct embargo_exporter *exporter = exporters[options->format];
	struct embargo_export export = {.options = options, .set = set, .out = out};
	int r = exporter->begin ? exporter->begin(&export) : 0;

	export.counts.rules = set->rule_count;
	if (!r)
		r = export_rules(&export, exporter);
	if (!r && exporter->end)
		r = exporter->end(&export);
	if (exporter->clear)
		exporter->clear(&export);
	if (!r && ferror(out))
		r = -EIO;
	if (!r)
		*ret_counts = export.counts;
	return r;
}
