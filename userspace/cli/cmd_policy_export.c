// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy export */
#include <errno.h>
#include <string.h>

#include "policy/export/export.h"
#include "policy/plural.h"
#include "policy/whole_file.h"
#include "userspace/base/clock.h"
#include "userspace/base/config.h"
#include "userspace/base/log.h"
#include "userspace/check/policies.h"
#include "userspace/cli/command.h"

/* What OVAL takes as part of an identifier. */
static bool is_namespace(const char *text)
{
	return *text &&
	       !text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")];
}

static bool export_usable(const struct embargo_arguments *arguments)
{
	const char *format = embargo_value(arguments, "format"),
		   *namespace = embargo_value(arguments, "namespace");
	enum embargo_export_format number;

	if (!format) {
		embargo_log_error("--format is needed: oval, yara, clamav, santa, appcontrol, stix or csv");
		return false;
	}
	if (embargo_export_format_number(format, &number)) {
		embargo_log_error("unknown format '%s': oval, yara, clamav, santa, appcontrol, stix or csv",
				  format);
		return false;
	}
	if (number != EMBARGO_EXPORT_OVAL && (namespace || embargo_given(arguments, "directory"))) {
		embargo_log_error("--namespace and --directory are for --format oval");
		return false;
	}
	if (namespace && !is_namespace(namespace)) {
		embargo_log_error("--namespace '%s': letters, digits, '-', '_' and '.'", namespace);
		return false;
	}
	return true;
}

static void causes_tell(const struct embargo_ruleset *set, const struct embargo_export_counts *counts)
{
	__u32 i;
	int cause;

	for (cause = 0; cause < EMBARGO_EXPORT_CAUSES; cause++) {
		if (!counts->causes[cause])
			continue;
		embargo_log_note("%u of the rules: %s", counts->causes[cause],
				 embargo_export_cause_text(cause));
		for (i = 0; i < counts->causes[cause] && i < EMBARGO_EXPORT_EXAMPLES; i++) {
			const struct embargo_rule *rule = &set->rules[counts->examples[cause][i]];
			_cleanup_free_ char *line = embargo_rule_text(set, rule);

			fprintf(stderr, "    %s:%u: %.150s\n", embargo_rule_file(set, rule), rule->line,
				line ?: "");
		}
		if (counts->causes[cause] > i)
			fprintf(stderr, "    … and %u more\n", counts->causes[cause] - i);
	}
	embargo_log_note("%u %s: %u written, %u left out", counts->rules,
			 embargo_plural(counts->rules, "rule", "rules"), counts->written,
			 counts->rules - counts->written);
}

/* What the format can say of nothing in it would be taken for "nothing is banned". */
static int export_check(const struct embargo_export_counts *counts)
{
	if (counts->written)
		return 0;
	embargo_log_error("no rule can be written in this format; nothing was written");
	return -ENODATA;
}

static int export_to(const struct embargo_export_options *options, const struct embargo_ruleset *set,
		     const char *path, struct embargo_export_counts *ret_counts)
{
	_cleanup_(embargo_whole_file_close) struct embargo_whole_file file = {0};
	struct embargo_reason reason = {""};
	int r = embargo_whole_file_open(path, &file, &reason);

	if (!r) {
		r = embargo_export(options, set, file.stream, ret_counts);
		if (r && embargo_whole_file_error(&file, &reason) == 0)
			return embargo_log_errno(r, "cannot write the export");
	}
	if (!r && export_check(ret_counts))
		return -ENODATA;
	r = r ?: embargo_whole_file_publish(&file, &reason);
	if (r)
		embargo_log_error("cannot write '%s': %s", path, reason.text);
	return r;
}

static int export_print(const struct embargo_export_options *options, const struct embargo_ruleset *set,
			struct embargo_export_counts *ret_counts)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int r = out ? embargo_export(options, set, out, ret_counts) : -ENOMEM;

	if (out && fclose(out) && !r)
		r = -ENOMEM;
	if (r)
		return embargo_log_errno(r, "cannot write the export");
	if (export_check(ret_counts))
		return -ENODATA;
	fwrite(text, 1, size, stdout); /* main() says if it fails */
	return 0;
}

static enum embargo_exit export_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	_cleanup_free_ char **directories = embargo_values(arguments, "directory");
	const char *output = embargo_value(arguments, "output");
	struct embargo_export_options options = {
		.now = embargo_clock_written(),
		.namespace = embargo_value(arguments, "namespace"),
		.directories = directories,
	};
	struct embargo_export_counts counts = {0};
	int r;

	embargo_export_format_number(embargo_value(arguments, "format"), &options.format);
	if (output && !strcmp(output, "-"))
		output = NULL;
	if (!directories || embargo_is_operand(arguments, output) ||
	    embargo_evaluator_new(arguments->operands, &evaluator))
		return EMBARGO_EXIT_FAILED;
	r = output ? export_to(&options, evaluator->set, output, &counts)
		   : export_print(&options, evaluator->set, &counts);
	if (!r || r == -ENODATA)
		causes_tell(evaluator->set, &counts);
	return r ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "oval, yara, clamav, santa, appcontrol, stix or csv; must be given",
	 .values = "oval yara clamav santa appcontrol stix csv"},
	{.name = "output",
	 .file = EMBARGO_FILE_WRITTEN,
	 .argument = "FILE",
	 .help = "write it there, whole or not at all"},
	{.name = "directory",
	 .argument = "DIR",
	 .help = "of OVAL: where to look for files by hash; default: /opt /srv /usr /var/opt",
	 .repeats = true},
	{.name = "namespace", .argument = "NAME", .help = "of OVAL: in its identifiers; default: embargo"},
	{0},
};

const struct embargo_command embargo_cmd_policy_export = {
	.name = "export",
	.usage = "--format FORMAT [--output FILE] [--directory DIR]… [--namespace NAME] [POLICY…]",
	.summary = "Write the rules in the format of another tool.",
	.details = "Without POLICY: what is in force, else " EMBARGO_POLICY_DIR
		   ". Other tools know fewer kinds of\n"
		   "rules: what is left out or loses a part is counted and listed on standard error.\n",
	.options = options,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.usable = export_usable,
	.run = export_run,
};
