// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo report */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/whole_file.h"
#include "policy/plural.h"
#include "userspace/cli/command.h"
#include "userspace/base/clock.h"
#include "userspace/base/log.h"
#include "userspace/cli/report_progress.h"
#include "userspace/cli/report_store.h"
#include "userspace/report/oscal.h"

#define BAD_SHOWN 10

/* The files that a report is written to, by the options that name them. */
enum { HTML, CSV, JSON, PLAN, OSCAL, POAM, OUTPUTS };
static const char *const output_options[OUTPUTS] = {"html", "csv", "json", "plan", "oscal", "poam"};

static bool date_usable(const struct embargo_arguments *arguments, const char *option)
{
	const char *text = embargo_value(arguments, option);
	int64_t time;

	if (!text || !embargo_report_date_read(text, &time))
		return true;
	embargo_log_error("--%s '%s' is no date: YYYY-MM-DD", option, text);
	return false;
}

/* The day of the report can be fixed, so that equal input gives equal output. */
static int64_t now_of(const struct embargo_arguments *arguments)
{
	const char *text = embargo_value(arguments, "now");
	int64_t now = embargo_clock_written();

	if (text)
		embargo_report_date_read(text, &now);
	return now;
}

static bool report_usable(const struct embargo_arguments *arguments)
{
	const char *value;
	size_t i, standard = 0;
	int64_t since;

	for (i = 0; i < OUTPUTS; i++) {
		value = embargo_value(arguments, output_options[i]);
		standard += value && !strcmp(value, "-");
	}
	if (standard > 1) {
		embargo_log_error("only one of --html, --csv, --json, --plan, --oscal and --poam can be "
				  "standard output");
		return false;
	}
	value = embargo_value(arguments, "approve");
	if (value && !value[strspn(value, " \t\n")]) {
		embargo_log_error("--approve needs the name of who approves");
		return false;
	}
	if (!embargo_report_store_usable(arguments))
		return false;
	if (!date_usable(arguments, "since") || !date_usable(arguments, "now"))
		return false;
	if (!embargo_value(arguments, "since"))
		return true;
	embargo_report_date_read(embargo_value(arguments, "since"), &since);
	if (since <= now_of(arguments))
		return true;
	embargo_log_error("--since '%s' is after the day of the report", embargo_value(arguments, "since"));
	return false;
}

struct reading {
	const struct embargo_arguments *arguments;
	struct embargo_report *report;
	bool failed; /* one could not be read; the others were */
	struct embargo_report_progress progress;
};

/* A report of a directory may be written into it: it is not read, and above all not replaced by what is read
 * of it. */
static bool is_output(const struct reading *reading, const char *path)
{
	const char *output;
	size_t i;

	for (i = 0; i < OUTPUTS; i++) {
		output = embargo_value(reading->arguments, output_options[i]);
		if (!output || !strcmp(output, "-") || !embargo_same_file(output, path))
			continue;
		embargo_log_error("'%s' is read, so it cannot be written: name another file for --%s", output,
				  output_options[i]);
		return true;
	}
	return false;
}

static int file_read(void *context, const char *path)
{
	struct reading *reading = context;
	_cleanup_free_ char *why = NULL;
	struct embargo_report_place place = {.file = path};
	int r = is_output(reading, path) ? -EEXIST : embargo_report_read(reading->report, path, &why);

	if (!r || r == -ENOMEM || r == -ENOSPC || r == -EEXIST)
		return r;
	embargo_bar_end(&reading->progress.bar);
	embargo_log_error("cannot read '%s': %s", path, why ?: strerror(-r));
	reading->failed = true;
	return embargo_report_bad(reading->report, &place, why ?: "it cannot be read");
}

static void bad_tell(const struct embargo_report *report)
{
	uint64_t i;

	for (i = 0; i < report->bad_count && i < BAD_SHOWN; i++)
		embargo_log_warning("%s", report->bad[i]);
	if (report->bad_count > BAD_SHOWN)
		embargo_log_warning("… and %llu more %s that could not be read",
				    (unsigned long long)report->bad_count - BAD_SHOWN,
				    embargo_plural(report->bad_count - BAD_SHOWN, "line", "lines"));
	if (report->passed_over)
		embargo_log_note("%llu %s no \".json\"", (unsigned long long)report->passed_over,
				 embargo_plural(report->passed_over, "file was passed over: its name has",
						"files were passed over: their names have"));
}

/* A disk that is full is the one that lines wait on, and that is none of those that were named. */
static int failed(const struct embargo_report *report, int error, const char *what)
{
	if (error == -ENOSPC || error == -EDQUOT || error == -EFBIG)
		embargo_log_error(
			"%s: cannot write in '%s', where lines wait: %s; TMPDIR names another directory",
			what, report->spool.directory, strerror(-error));
	else
		embargo_log_errno(error, "%s", what);
	return error;
}

static int read_all(const struct embargo_arguments *arguments, struct reading *reading)
{
	const char *hosts = embargo_value(arguments, "hosts");
	size_t i;
	int r = 0;

	if (embargo_given(arguments, "from"))
		r = embargo_report_store_read(arguments, reading->report);
	if (r)
		return r;
	for (i = 0; !r && i < arguments->operand_count; i++)
		r = embargo_report_files(reading->report, arguments->operands[i], file_read, reading);
	if (r)
		embargo_bar_end(&reading->progress.bar);
	if (r == -EEXIST) /* said where it was found */
		return r;
	if (r)
		return failed(reading->report, r, "cannot read all");
	if (hosts) {
		_cleanup_free_ char *why = NULL;

		r = embargo_report_expect_file(reading->report, hosts, &why);
		if (r) {
			embargo_log_error("cannot read '%s': %s", hosts, why ?: strerror(-r));
			return r;
		}
	}
	embargo_bar_end(&reading->progress.bar);
	bad_tell(reading->report);
	if (!reading->report->hosts.count && !hosts) {
		embargo_log_error(
			"nothing was read that tells of a host: no line of scan --json, events --json or "
			"status --json; no report was made");
		return -ENODATA;
	}
	r = embargo_report_sum(reading->report);
	return r ? failed(reading->report, r, "cannot add it up") : 0;
}

struct outputs {
	struct embargo_whole_file files[OUTPUTS];
	FILE *streams[OUTPUTS]; /* stdout, that of the file, or NULL */
};

static void outputs_close(struct outputs *outputs)
{
	size_t i;

	for (i = 0; i < OUTPUTS; i++)
		embargo_whole_file_close(&outputs->files[i]);
}

/* All before anything is written: what cannot be written must not cost the others. */
static int outputs_open(const struct embargo_arguments *arguments, struct outputs *outputs)
{
	struct embargo_reason reason = {""};
	const char *path;
	size_t i;
	int r;

	for (i = 0; i < OUTPUTS; i++) {
		path = embargo_value(arguments, output_options[i]);
		if (!path)
			continue;
		outputs->streams[i] = stdout;
		if (!strcmp(path, "-"))
			continue;
		r = embargo_whole_file_open(path, &outputs->files[i], &reason);
		if (r) {
			embargo_log_error("cannot write '%s': %s", path, reason.text);
			return r;
		}
		outputs->streams[i] = outputs->files[i].stream;
	}
	return 0;
}

/* Which of them could not be written, and why; else @r is of something else. Nothing is published. */
static int outputs_error(const struct embargo_arguments *arguments, const struct outputs *outputs, int r)
{
	struct embargo_reason reason = {""};
	size_t i;

	for (i = 0; i < OUTPUTS; i++) {
		if (!outputs->files[i].stream || !embargo_whole_file_error(&outputs->files[i], &reason))
			continue;
		embargo_log_error("cannot write '%s': %s", embargo_value(arguments, output_options[i]),
				  reason.text);
		return r;
	}
	return embargo_log_errno(r, "cannot write the report");
}

static int outputs_publish(const struct embargo_arguments *arguments, struct outputs *outputs)
{
	struct embargo_reason reason = {""};
	size_t i;
	int r = 0;

	for (i = 0; !r && i < OUTPUTS; i++) {
		if (!outputs->files[i].stream)
			continue;
		r = embargo_whole_file_publish(&outputs->files[i], &reason);
		if (r)
			embargo_log_error("cannot write '%s': %s",
					  embargo_value(arguments, output_options[i]), reason.text);
	}
	return r;
}

static int scripts_directory(const char *path)
{
	if (!path || !mkdir(path, 0777) || errno == EEXIST)
		return 0;
	return embargo_log_errno(-errno, "cannot make '%s'", path);
}

static int write_all(const struct embargo_arguments *arguments, struct embargo_report *report)
{
	_cleanup_(outputs_close) struct outputs files = {0};
	struct embargo_report_outputs outputs = {.scripts = embargo_value(arguments, "scripts")};
	const char *rest = embargo_value(arguments, "csv") ?: embargo_value(arguments, "json");
	bool printed = false;
	size_t i;
	int r = outputs_open(arguments, &files) ?: scripts_directory(outputs.scripts);

	if (r)
		return r;
	outputs.csv = files.streams[CSV];
	outputs.json = files.streams[JSON];
	outputs.plan = files.streams[PLAN];
	for (i = 0; i < OUTPUTS; i++)
		printed |= files.streams[i] == stdout;
	r = report->inputs.file ? embargo_report_inputs_sort(&report->inputs) : 0;
	r = r ?: embargo_report_write(report, &outputs);
	if (report->progress)
		embargo_bar_end(&((struct embargo_report_progress *)report->progress_context)->bar);
	if (!r && files.streams[HTML])
		r = embargo_report_html(report, rest, files.streams[HTML]);
	if (!r && files.streams[OSCAL])
		r = embargo_report_oscal(report, files.streams[OSCAL]);
	if (!r && files.streams[POAM])
		r = embargo_report_poam(report, files.streams[POAM]);
	if (r)
		return outputs_error(arguments, &files, r);
	r = outputs_publish(arguments, &files);
	if (r)
		return r;
	if (outputs.scripts)
		embargo_log_note("%llu scripts in '%s'; read them before you run them",
				 (unsigned long long)outputs.script_count, outputs.scripts);
	if (!printed)
		embargo_report_text(report, stdout);
	return 0;
}

/* What the page and OSCAL have more: how it was before, and what it is made of. */
static int page_prepare(const struct embargo_arguments *arguments, struct embargo_report *report)
{
	const char *before = embargo_value(arguments, "before");
	int r = before ? embargo_report_trend_read(before, &report->trend) : 0;

	if (r == -EBADMSG)
		embargo_log_error("'%s' is not what `embargo report --json' writes", before);
	else if (r)
		embargo_log_errno(r, "cannot read '%s'", before);
	if (r || !(embargo_value(arguments, "html") ?: embargo_value(arguments, "oscal")
							  ?: embargo_value(arguments, "poam")))
		return r;
	r = embargo_report_inputs_begin(&report->inputs, report->spool.directory);
	return r ? embargo_log_errno(r, "cannot keep a list of the inputs in a temporary file") : 0;
}

static enum embargo_exit report_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = NULL;
	const char *since = embargo_value(arguments, "since");
	struct reading reading = {0};
	const char *directory = getenv("TMPDIR");
	int r = embargo_report_new(&report);

	if (r) {
		embargo_log_errno(r, "cannot keep lines in a temporary file in '%s'",
				  directory && *directory ? directory : "/var/tmp");
		return EMBARGO_EXIT_FAILED;
	}
	report->title = embargo_value(arguments, "title") ?: "Banned software";
	report->now = now_of(arguments);
	if (since)
		embargo_report_date_read(since, &report->since);
	report->organisation = embargo_value(arguments, "organisation");
	report->directive = embargo_value(arguments, "directive");
	report->approved = embargo_value(arguments, "approve");
	if (page_prepare(arguments, report))
		return EMBARGO_EXIT_FAILED;
	reading.report = report;
	reading.arguments = arguments;
	embargo_report_progress_begin(arguments, report, &reading.progress);
	if (embargo_given(arguments, "to")) {
		r = embargo_report_store_write(arguments, report, file_read, &reading);
		embargo_bar_end(&reading.progress.bar);
		bad_tell(report);
		return r || reading.failed || report->bad_count ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
	}
	if (read_all(arguments, &reading) || write_all(arguments, report))
		return EMBARGO_EXIT_FAILED;
	return reading.failed ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "html",
	 .file = EMBARGO_FILE_WRITTEN,
	 .argument = "FILE",
	 .help = "write a page for people there"},
	{.name = "csv",
	 .file = EMBARGO_FILE_WRITTEN,
	 .argument = "FILE",
	 .help = "write every finding and event there"},
	{.name = "json", .file = EMBARGO_FILE_WRITTEN, .argument = "FILE", .help = "write everything there"},
	{.name = "plan",
	 .file = EMBARGO_FILE_WRITTEN,
	 .argument = "FILE",
	 .help = "write the removal steps of all hosts there (CSV)"},
	{.name = "oscal",
	 .file = EMBARGO_FILE_WRITTEN,
	 .argument = "FILE",
	 .help = "write assessment results of OSCAL there (JSON)"},
	{.name = "poam",
	 .file = EMBARGO_FILE_WRITTEN,
	 .argument = "FILE",
	 .help = "write a plan of action and milestones of OSCAL there (JSON)"},
	{.name = "scripts", .argument = "DIR", .help = "write a removal script of each host there"},
	{.name = "from", .argument = "URL", .help = "read a database too: postgresql://HOST/DATABASE"},
	{.name = "to", .argument = "URL", .help = "write what is read into that database; no report"},
	{.name = "init-db", .help = "make its tables, or bring them up to date"},
	{.name = "purge-before", .argument = "DATE", .help = "remove from it what was over by then"},
	{.name = "since", .argument = "DATE", .help = "when the directive was issued: its days 30, 60, 90"},
	{.name = "hosts",
	 .file = EMBARGO_FILE_READ,
	 .argument = "FILE",
	 .help = "the hosts that there are, one name a line"},
	{.name = "title", .argument = "TEXT", .help = "of the page"},
	{.name = "before",
	 .file = EMBARGO_FILE_READ,
	 .argument = "FILE",
	 .help = "an earlier report (--json): what changed since"},
	{.name = "approve",
	 .argument = "NAME",
	 .help = "who approves the removal plan; without it there is none"},
	{.name = "organisation", .argument = "TEXT", .help = "that reports"},
	{.name = "directive", .argument = "TEXT", .help = "that it reports on: BOD 17-01"},
	{.name = "now",
	 .argument = "DATE",
	 .help = "the day of the report; default: $SOURCE_DATE_EPOCH, today"},
	{0},
};

const struct embargo_command embargo_cmd_report = {
	.name = "report",
	.usage = "[OPTION]… [INPUT]…",
	.summary = "Tell from what many hosts said what is there, and plan its removal.",
	.details =
		"INPUT is a file of lines, a directory of such (*.json*, at any depth), or - for standard\n"
		"input: what scan --json, events --json and status --json print, mixed, and compressed or "
		"not.\n"
		"Lines without a host belong to that of the lines before them, else to that of the file's "
		"name\n"
		"(HOST.jsonl, HOST.events.jsonl, HOST/events.jsonl). A line that cannot be read is a "
		"warning,\n"
		"and stands in the report; an INPUT that cannot be read is a failure, but the report is "
		"made.\n"
		"FILE may be - for standard output; without that, a summary is printed.\n"
		"--to writes scans and events into PostgreSQL, and --from makes the report of what is "
		"there.\n",
	.options = options,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.usable = report_usable,
	.run = report_run,
};
