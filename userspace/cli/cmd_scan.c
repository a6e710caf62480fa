// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo scan */
#include <errno.h>
#include <linux/ioprio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "userspace/base/config.h"
#include "userspace/cli/command.h"
#include "userspace/base/log.h"
#include "userspace/inventory/inventory.h"
#include "userspace/scan/scan.h"
#include "userspace/scan/enforce.h"
#include "userspace/scan/sbom.h"

#define NICE 10
#define JOBS_MAX 64

static volatile sig_atomic_t stop;

/* The next one ends it at once. */
static void on_signal(int number)
{
	stop = 1;
	signal(number, SIG_DFL);
}

static void signals_take(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

/* The value of an option that is a number; @other if it was not given, -1: it is none. */
static long number_given(const struct embargo_arguments *arguments, const char *option, long least, long most,
			 long other)
{
	_cleanup_free_ char **values = embargo_values(arguments, option);
	char *end;
	long number;

	if (!values || !*values)
		return other;
	errno = 0;
	number = strtol(*values, &end, 10);
	if (!errno && end != *values && !*end && number >= least && number <= most)
		return number;
	embargo_log_error("--%s takes a number from %ld to %ld", option, least, most);
	return -1;
}

static bool scan_usable(const struct embargo_arguments *arguments)
{
	if (!arguments->operand_count && !embargo_given(arguments, "present")) {
		embargo_log_error("an argument is missing: PATH, or --present");
		return false;
	}
	if (!strcmp(embargo_value(arguments, "sbom") ?: "", "-")) {
		embargo_log_error("--sbom needs a file: standard output is for what is found");
		return false;
	}
	if (embargo_given(arguments, "network") && !embargo_given(arguments, "all-filesystems")) {
		embargo_log_error(
			"--network goes with --all-filesystems: without it no file system below PATH is "
			"entered");
		return false;
	}
	return number_given(arguments, "nice", 0, 19, NICE) >= 0 &&
	       number_given(arguments, "jobs", 1, JOBS_MAX, 0) >= 0;
}

/* A scan takes what others leave. Of the disk too: the last of the best-effort class. */
static void priority_lower(long nice)
{
	if (setpriority(PRIO_PROCESS, 0, nice))
		embargo_log_warning("the priority cannot be lowered: %s", strerror(errno));
	if (nice)
		(void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7));
}

/* Of a whole host it is part of the answer. */
static bool present_wanted(const struct embargo_arguments *arguments)
{
	char *const *path;

	for (path = arguments->operands; *path; path++)
		if (!strcmp(*path, "/"))
			return true;
	return embargo_given(arguments, "present");
}

static void present_scan(const struct embargo_evaluator *evaluator, struct embargo_findings *findings)
{
	struct embargo_inventory present = {
		.evaluator = evaluator, .findings = findings, .root = "/", .stop = &stop};

	embargo_inventory_all(&present);
	embargo_inventory_clear(&present);
}

/*
 * What earlier scans of this host, by its own policy, found clean. One that puts what it finds into force
 * reads everything: the live policy may have forgotten what an earlier scan put there.
 */
static struct embargo_scan_memory *memory_open(const struct embargo_arguments *arguments,
					       const struct embargo_evaluator *evaluator)
{
	if (geteuid() || embargo_given(arguments, "policy") || embargo_given(arguments, "enforce") ||
	    access(EMBARGO_STATE_DIR, W_OK))
		return NULL;
	if (embargo_given(arguments, "full"))
		unlink(EMBARGO_SCAN_MEMORY);
	return embargo_scan_memory_open(EMBARGO_SCAN_MEMORY, evaluator, embargo_given(arguments, "archives"));
}

static void memory_save(const struct embargo_arguments *arguments, struct embargo_scan_memory *memory,
			bool complete)
{
	struct embargo_reason reason = {""};
	bool whole = complete && arguments->operand_count == 1 && !strcmp(arguments->operands[0], "/");

	if (memory && embargo_scan_memory_save(memory, whole, &reason))
		embargo_log_warning(EMBARGO_SCAN_MEMORY ": the next scan reads everything again: %s",
				    reason.text);
}

static enum embargo_exit scan_evaluated(const struct embargo_arguments *arguments,
					const struct embargo_evaluator *evaluator)
{
	_cleanup_(embargo_findings_freep) struct embargo_findings *findings = NULL;
	_cleanup_(embargo_scan_totals_clear) struct embargo_scan_totals totals = {.complete = true};
	_cleanup_(embargo_scan_enforce_freep) struct embargo_scan_enforce *enforce = NULL;
	struct embargo_scan_settings settings = {
		.evaluator = evaluator,
		.workers = number_given(arguments, "jobs", 1, JOBS_MAX, 0),
		.scope.present = present_wanted(arguments),
		.scope.archives = embargo_given(arguments, "archives"),
		.scope.all_filesystems = embargo_given(arguments, "all-filesystems"),
		.scope.network = embargo_given(arguments, "network"),
		.bar = isatty(STDERR_FILENO),
		.stop = &stop,
	};
	_cleanup_(embargo_scan_sbom_freep) struct embargo_scan_sbom *sbom = NULL;
	const char *path = embargo_value(arguments, "sbom");
	_cleanup_(embargo_scan_memory_freep) struct embargo_scan_memory *memory = NULL;
	int r, error = 0;

	if (embargo_given(arguments, "enforce") && embargo_scan_enforce_new(evaluator, &enforce))
		return EMBARGO_EXIT_FAILED;
	if (path && embargo_scan_sbom_new(evaluator->set, path, &sbom))
		return EMBARGO_EXIT_FAILED;
	r = embargo_findings_new(stdout, embargo_given(arguments, "json"), evaluator, &findings);
	if (r) {
		embargo_log_errno(r, "cannot start to scan");
		return EMBARGO_EXIT_FAILED;
	}
	if (enforce)
		embargo_findings_watch(findings, embargo_scan_enforce_watch, enforce);
	if (sbom)
		embargo_findings_watch(findings, embargo_scan_sbom_watch, sbom);
	embargo_findings_begin(findings, arguments->operands, &settings.scope);
	settings.findings = findings;
	if (settings.scope.present)
		present_scan(evaluator, findings);
	settings.memory = memory = memory_open(arguments, evaluator);
	if (*arguments->operands)
		r = embargo_scan(&settings, arguments->operands, &totals);
	memory_save(arguments, memory, !r && totals.complete);
	if (enforce)
		error = embargo_scan_enforce_publish(enforce, &totals.pinned, NULL);
	embargo_findings_end(findings, &totals);
	if (sbom && embargo_scan_sbom_finish(sbom))
		error = -EIO;
	if (error)
		return EMBARGO_EXIT_FAILED;
	if (embargo_findings_count(findings))
		return EMBARGO_EXIT_BANNED;
	return r ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

static enum embargo_exit scan_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	_cleanup_free_ char **policies = embargo_values(arguments, "policy");

	if (!policies || embargo_evaluator_new(policies, &evaluator))
		return EMBARGO_EXIT_FAILED;
	priority_lower(number_given(arguments, "nice", 0, 19, NICE));
	signals_take();
	return scan_evaluated(arguments, evaluator);
}

static const struct embargo_option options[] = {
	{.name = "policy",
	 .file = EMBARGO_FILE_READ,
	 .argument = "POLICY",
	 .help = "judge by this policy; may be repeated",
	 .repeats = true,
	 .group = 1},
	{.name = "present", .help = "what runs, is loaded, starts or is installed now; part of a scan of /"},
	{.name = "enforce", .alias = "pin", .help = "put what is found into the policy in force", .group = 1},
	{.name = "json", .help = "print one JSON object a line"},
	{.name = "sbom",
	 .file = EMBARGO_FILE_WRITTEN,
	 .argument = "FILE",
	 .help = "write what is found there, as an SBOM (CycloneDX 1.5)"},
	{.name = "archives", .help = "look into archives and packages too"},
	{.name = "all-filesystems", .help = "enter what is mounted below PATH"},
	{.name = "network", .help = "with --all-filesystems: network file systems and FUSE too"},
	{.name = "full", .help = "read also what an earlier scan found clean and nothing changed since"},
	{.name = "jobs", .argument = "N", .help = "read N files at once (one for each CPU)"},
	{.name = "nice", .argument = "N", .help = "priority, 0 to 19 (10)"},
	{0},
};

const struct embargo_command embargo_cmd_scan = {
	.name = "scan",
	.usage = "[--policy POLICY]… [--json] [--sbom FILE] [--present] [--enforce] [--archives] "
		 "[--all-filesystems "
		 "[--network]] [--full] [--jobs N] [--nice N] [PATH…]",
	.summary = "Find what is banned below each path.",
	.details =
		"Without --policy: by the policy in force, else by " EMBARGO_POLICY_DIR ". Reads only, and\n"
		"only what could match. Stays on the file system of PATH, follows no links, and leaves out\n"
		"what the kernel only shows (/proc, /sys, …). Needs no root, but reads what it may read.\n"
		"\n"
		"--present finds processes, what they have mapped or interpret, deleted files too; loaded\n"
		"modules; units of systemd, cron tables and at jobs that name a banned file; packages.\n"
		"--enforce needs root: files that fall under rules that the kernel cannot match are refused\n"
		"from now on, but for what this host needs.\n"
		"\n"
		"A line is `VERDICT KIND PATH: RULE`. What could not be read is said on stderr and changes "
		"no\n"
		"exit status. Ctrl-C ends it with what was found; the exit status is 1 then if that is "
		"nothing.\n",
	.options = options,
	.finds = true,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.usable = scan_usable,
	.run = scan_run,
};
