/* SPDX-License-Identifier: GPL-2.0-or-later */
/* embargo report */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "userspace/cli/command.h"
#include "userspace/base/log.h"
#include "userspace/report/out.h"

#define BAD_SHOWN 10

static const char *value_of(const struct embargo_arguments *arguments, const char *option)
{
	size_t i;

	for (i = 0; i < arguments->given_count; i++)
		if (!strcmp(arguments->given[i].option->name, option))
			return arguments->given[i].value;
	return NULL;
}

static bool date_usable(const struct embargo_arguments *arguments, const char *option)
{
	const char *text = value_of(arguments, option);
	int64_t time;

	if (!text || !embargo_report_date_read(text, &time))
		return true;
	embargo_log_error("--%s '%s' is no date: YYYY-MM-DD", option, text);
	return false;
}

static bool report_usable(const struct embargo_arguments *arguments)
{
	static const char *const files[] = {"html", "csv", "json", "plan"};
	const char *value;
	size_t i, standard = 0;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		value = value_of(arguments, files[i]);
		standard += value && !strcmp(value, "-");
	}
	if (standard > 1) {
		embargo_log_error("only one of --html, --csv, --json and --plan can be standard output");
		return false;
	}
	return date_usable(arguments, "since") && date_usable(arguments, "now");
}

/* The day of the report can be fixed, so that equal input gives equal output. */
static int64_t now_of(const struct embargo_arguments *arguments)
{
	const char *text = value_of(arguments, "now"), *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t now = time(NULL);
	char *end;

	if (text)
		embargo_report_date_read(text, &now);
	else if (epoch && *epoch >= '0' && *epoch <= '9') {
		long long seconds = strtoll(epoch, &end, 10);

		now = *end || seconds > 7258118400LL ? now : seconds; /* the year 2200 */
	}
	return now;
}

struct reading {
	struct embargo_report *report;
	bool failed; /* one could not be read; the others were */
};

static int file_read(void *context, const char *path)
{
	struct reading *reading = context;
	_cleanup_free_ char *why = NULL;
	struct embargo_report_place place = {.file = path};
	int r = embargo_report_read(reading->report, path, &why);

	if (!r || r == -ENOMEM || r == -ENOSPC)
		return r;
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
		embargo_log_warning("… and %llu more lines that could not be read",
				    (unsigned long long)report->bad_count - BAD_SHOWN);
	if (report->passed_over)
		embargo_log_note("%llu files were passed over: their names have no \".json\"",
				 (unsigned long long)report->passed_over);
}

static int read_all(const struct embargo_arguments *arguments, struct reading *reading)
{
	const char *hosts = value_of(arguments, "hosts");
	size_t i;
	int r = 0;

	for (i = 0; !r && i < arguments->operand_count; i++)
		r = embargo_report_files(reading->report, arguments->operands[i], file_read, reading);
	if (r)
		return embargo_log_errno(r, "cannot read all");
	if (hosts) {
		r = embargo_report_expect_file(reading->report, hosts);
		if (r)
			return embargo_log_errno(r, "cannot read '%s'", hosts);
	}
	bad_tell(reading->report);
	r = embargo_report_sum(reading->report);
	return r ? embargo_log_errno(r, "cannot add it up") : 0;
}

/* NULL where the option was not given; -errno, and said so. */
static int out_open(const struct embargo_arguments *arguments, const char *option, FILE **ret_out)
{
	const char *path = value_of(arguments, option);

	if (!path)
		return 0;
	*ret_out = strcmp(path, "-") != 0 ? fopen(path, "we") : stdout;
	return *ret_out ? 0 : embargo_log_errno(-errno, "cannot write '%s'", path);
}

static int out_close(const struct embargo_arguments *arguments, const char *option, FILE *out)
{
	if (!out || out == stdout) /* main() looks at that */
		return 0;
	if (ferror(out) | fclose(out))
		return embargo_log_errno(-EIO, "cannot write '%s'", value_of(arguments, option));
	return 0;
}

static int scripts_directory(const char *path)
{
	if (!path || !mkdir(path, 0777) || errno == EEXIST)
		return 0;
	return embargo_log_errno(-errno, "cannot make '%s'", path);
}

static int write_all(const struct embargo_arguments *arguments, struct embargo_report *report)
{
	struct embargo_report_outputs outputs = {.scripts = value_of(arguments, "scripts")};
	const char *rest = value_of(arguments, "csv") ?: value_of(arguments, "json");
	FILE *html = NULL;
	int r, closed;

	r = out_open(arguments, "html", &html) ?: out_open(arguments, "csv", &outputs.csv)
		?: out_open(arguments, "json", &outputs.json) ?: out_open(arguments, "plan", &outputs.plan)
		?: scripts_directory(outputs.scripts);
	if (!r) {
		r = embargo_report_write(report, &outputs);
		if (!r && html)
			r = embargo_report_html(report, rest, html);
		if (r)
			embargo_log_errno(r, "cannot write the report");
	}
	closed = out_close(arguments, "html", html) | out_close(arguments, "csv", outputs.csv) |
		 out_close(arguments, "json", outputs.json) | out_close(arguments, "plan", outputs.plan);
	if (!r && !closed && outputs.scripts)
		embargo_log_note("%llu scripts in '%s'; read them before you run them",
				 (unsigned long long)outputs.script_count, outputs.scripts);
	if (!r && html != stdout && outputs.csv != stdout && outputs.json != stdout && outputs.plan != stdout)
		embargo_report_text(report, stdout);
	return r ?: closed;
}

static enum embargo_exit report_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = NULL;
	const char *since = value_of(arguments, "since");
	struct reading reading = {0};
	int r = embargo_report_new(&report);

	if (r) {
		embargo_log_errno(r, "cannot keep lines in a temporary file ($TMPDIR, else /var/tmp)");
		return EMBARGO_EXIT_FAILED;
	}
	report->title = value_of(arguments, "title") ?: "Banned software";
	report->now = now_of(arguments);
	if (since)
		embargo_report_date_read(since, &report->since);
	reading.report = report;
	if (read_all(arguments, &reading) || write_all(arguments, report))
		return EMBARGO_EXIT_FAILED;
	return reading.failed ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "html", .argument = "FILE", .help = "write a page for people there"},
	{.name = "csv", .argument = "FILE", .help = "write every finding and event there"},
	{.name = "json", .argument = "FILE", .help = "write everything there"},
	{.name = "plan", .argument = "FILE", .help = "write the removal steps of all hosts there (CSV)"},
	{.name = "scripts", .argument = "DIR", .help = "write a removal script of each host there"},
	{.name = "since", .argument = "DATE", .help = "when the directive was issued: its days 30, 60, 90"},
	{.name = "hosts", .argument = "FILE", .help = "the hosts that there are, one name a line"},
	{.name = "title", .argument = "TEXT", .help = "of the page"},
	{.name = "now",
	 .argument = "DATE",
	 .help = "the day of the report; default: $SOURCE_DATE_EPOCH, today"},
	{0},
};

const struct embargo_command embargo_cmd_report = {
	.name = "report",
	.usage = "[OPTION]… INPUT…",
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
		"FILE may be - for standard output; without that, a summary is printed.\n",
	.options = options,
	.operands_min = 1,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.usable = report_usable,
	.run = report_run,
};
