// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy import */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "policy/import/import.h"
#include "policy/plural.h"
#include "policy/policy.h"
#include "policy/whole_file.h"
#include "userspace/cli/command.h"
#include "userspace/base/log.h"
#include "userspace/base/progress.h"
#include "userspace/check/policies.h"

/* What became no rule: how many of each cause, and the first of them. */
static void report_causes(const struct embargo_import *import, bool whole)
{
	const struct embargo_import_counts *counts = embargo_import_counts(import);
	const char *example;
	unsigned int cause, i;

	for (cause = 0; cause < EMBARGO_IMPORT_CAUSES; cause++) {
		if (!counts->causes[cause])
			continue;
		embargo_log_note("%" PRIu64 " of the entries: %s", (uint64_t)counts->causes[cause],
				 embargo_import_cause_text(cause));
		for (i = 0; (example = embargo_import_example(import, cause, i)); i++)
			fprintf(stderr, "    %s\n", example);
		if (counts->causes[cause] > i)
			fprintf(stderr, "    … and %" PRIu64 " more%s\n", (uint64_t)counts->causes[cause] - i,
				whole ? "" : "; --report FILE lists all");
	}
}

static void report_rules(const struct embargo_import *import)
{
	const struct embargo_import_counts *counts = embargo_import_counts(import);

	if (counts->unsized)
		embargo_log_warning("%" PRIu64 " %s no size: the kernel has to hash every file of "
				    "%s format; --formats names it where the feed does not",
				    (uint64_t)counts->unsized,
				    embargo_plural(counts->unsized, "rule has", "rules have"),
				    embargo_plural(counts->unsized, "its", "their"));
	embargo_log_note("%" PRIu64 " %s: %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64 " that became none",
			 (uint64_t)counts->entries, embargo_plural(counts->entries, "entry", "entries"),
			 (uint64_t)counts->rules, embargo_plural(counts->rules, "rule", "rules"),
			 (uint64_t)counts->duplicates,
			 embargo_plural(counts->duplicates, "duplicate", "duplicates"),
			 (uint64_t)(embargo_import_sum(counts) - counts->rules - counts->duplicates));
}

static void show_progress(void *bar, __u64 bytes, __u64 total)
{
	embargo_bar_show(bar, bytes, total);
}

static enum embargo_exit import_files(const struct embargo_arguments *arguments,
				      struct embargo_import *import)
{
	size_t i;

	for (i = 0; i < arguments->operand_count; i++)
		if (embargo_import_file(import, arguments->operands[i]))
			return EMBARGO_EXIT_FAILED;
	return embargo_import_finish(import) ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

/* "elf,pe" -> a set; 0: a word of it is unknown */
static __u32 formats_from(const char *text)
{
	__u32 formats = 0, bit;
	size_t size;

	for (; *text; text += size + (text[size] == ',')) {
		size = strcspn(text, ",");
		for (bit = 1; bit & EMBARGO_FORMAT_ANY; bit <<= 1)
			if (strlen(embargo_format_name(bit)) == size &&
			    !strncmp(embargo_format_name(bit), text, size))
				break;
		if (!(bit & EMBARGO_FORMAT_ANY))
			return 0;
		formats |= bit;
	}
	return formats;
}

static bool import_usable(const struct embargo_arguments *arguments)
{
	const char *format = embargo_value(arguments, "format");
	const char *formats = embargo_value(arguments, "formats");
	enum embargo_import_format number;

	if (format && embargo_import_format_number(format, &number)) {
		embargo_log_error("unknown format '%s'", format);
		return false;
	}
	if (formats && !formats_from(formats)) {
		embargo_log_error("unknown formats '%s': elf, pe, script, other, module, firmware, kexec, "
				  "several joined by commas",
				  formats);
		return false;
	}
	return true;
}

static enum embargo_exit import_run(const struct embargo_arguments *arguments)
{
	const char *format = embargo_value(arguments, "format"), *report_path;
	const char *formats = embargo_value(arguments, "formats");
	_cleanup_(embargo_import_freep) struct embargo_import *import = NULL;
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	_cleanup_free_ char **policies = embargo_values(arguments, "policy");
	struct embargo_import_options options = {
		.output = embargo_value(arguments, "output"),
		.name = embargo_value(arguments, "name"),
		.source = embargo_value(arguments, "source"),
		.formats = formats ? formats_from(formats) : 0,
		.broad = embargo_given(arguments, "signers"),
		.all_attributes = embargo_given(arguments, "all-attributes"),
		.column = embargo_value(arguments, "column"),
		.now = time(NULL),
	};
	_cleanup_(embargo_whole_file_close) struct embargo_whole_file report = {0};
	struct embargo_reason reason = {""};
	enum embargo_exit status;
	struct embargo_bar bar;

	if (!policies || (*policies && embargo_policies_read(policies, 0, &policy)))
		return EMBARGO_EXIT_FAILED;
	options.policy = policy ? &policy->set : NULL;
	report_path = embargo_value(arguments, "report");
	if (format)
		embargo_import_format_number(format, &options.format);
	if (options.output && !strcmp(options.output, "-"))
		options.output = NULL;
	if (embargo_is_operand(arguments, options.output) || embargo_is_operand(arguments, report_path))
		return EMBARGO_EXIT_FAILED;
	if (report_path && embargo_whole_file_open(report_path, &report, &reason)) {
		embargo_log_error("cannot write '%s': %s", report_path, reason.text);
		return EMBARGO_EXIT_FAILED;
	}
	options.report = report.stream;
	embargo_bar_begin(&bar, "import");
	options.progress = bar.terminal ? show_progress : NULL;
	options.progress_context = &bar;
	if (embargo_import_new(&options, &import)) {
		embargo_log_error("%s", import ? embargo_import_error(import) : "out of memory");
		return EMBARGO_EXIT_FAILED;
	}
	status = import_files(arguments, import);
	embargo_bar_end(&bar);
	report_causes(import, report.stream);
	if (status) {
		embargo_log_error("%s; nothing was written", embargo_import_error(import));
	} else {
		report_rules(import);
		if (!options.output && embargo_import_copy(import, stdout))
			status = EMBARGO_EXIT_FAILED; /* main() says why */
	}
	if (report.stream && embargo_whole_file_publish(&report, &reason)) {
		embargo_log_error("cannot write '%s': %s", report_path, reason.text);
		status = EMBARGO_EXIT_FAILED;
	}
	return status;
}

static const struct embargo_option options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "csv, stix, misp, clamav, loldrivers, santa, appcontrol, sha256sum, package or sbom; "
		 "default: by content",
	 .values = "csv stix misp clamav loldrivers santa appcontrol sha256sum package sbom"},
	{.name = "output",
	 .file = EMBARGO_FILE_WRITTEN,
	 .argument = "FILE",
	 .help = "write the policy there, whole or not at all"},
	{.name = "name", .argument = "NAME", .help = "of the policy; default: after the first FILE"},
	{.name = "source", .argument = "TEXT", .help = "where the feed is from; default: the file's name"},
	{.name = "formats",
	 .argument = "LIST",
	 .help = "what the files are, where the feed does not say: elf,pe",
	 .values = "elf pe script other module firmware kexec"},
	{.name = "column",
	 .argument = "NAME|N",
	 .help = "of CSV: the column of hashes, by its name or counted from 1, whatever it is called"},
	{.name = "all-attributes", .help = "of MISP: also attributes that are not marked for detection"},
	{.name = "signers", .help = "rules, not comments, for signers that also signed other things"},
	{.name = "policy",
	 .file = EMBARGO_FILE_READ,
	 .argument = "POLICY",
	 .help = "of an SBOM: take only what falls under this policy; may be repeated",
	 .repeats = true},
	{.name = "report",
	 .file = EMBARGO_FILE_WRITTEN,
	 .argument = "FILE",
	 .help = "list every entry there that became no rule"},
	{0},
};

const struct embargo_command embargo_cmd_policy_import = {
	.name = "import",
	.usage = "[--format FORMAT] [--output FILE] [--name NAME] [--source TEXT] [--formats LIST] "
		 "[--column NAME|N] [--all-attributes] [--signers] [--policy POLICY]… [--report FILE] FILE…",
	.summary = "Make a policy of lists that others publish, or of a vendor's packages.",
	.details =
		"FILE may be compressed, and - is standard input. A package (.deb, .rpm, .tar.*, .zip, or a\n"
		"script with one of these behind it) gives the hashes of all that can run in it. Of an SBOM\n"
		"(CycloneDX, SPDX 2) what has no SHA-256 becomes a proposal, in a comment. An entry\n"
		"that cannot become a rule is counted and listed; a feed that is broken changes nothing.\n",
	.options = options,
	.operands_min = 1,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.usable = import_usable,
	.run = import_run,
};
