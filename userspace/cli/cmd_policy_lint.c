// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy lint */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "policy/plural.h"
#include "userspace/cli/command.h"
#include "userspace/check/guard.h"
#include "userspace/check/paths.h"
#include "userspace/inventory/inventory.h"
#include "userspace/scan/scan.h"
#include "userspace/base/log.h"

/* Where programs are; all of / would take as long as a scan. */
#define PLACES "/opt, /usr/bin, /usr/sbin, /usr/local, /usr/libexec"
static const char *const program_places[] = {"/opt", "/usr/bin", "/usr/sbin", "/usr/local", "/usr/libexec"};

/* Who is refused a program has a right to know on whose word. */
static void sources_check(struct embargo_policy *policy)
{
	const struct embargo_ruleset *set = &policy->set;
	const struct embargo_rule *rule;
	__u32 i;

	for (i = 0; i < set->rule_count; i++) {
		rule = &set->rules[i];
		if (rule->action == EMBARGO_ACTION_BAN && rule->kind != EMBARGO_KIND_INTERPRETER &&
		    !rule->source)
			embargo_policy_report(policy, EMBARGO_WARNING, embargo_rule_file(set, rule),
					      rule->line, "add source=\"…\"",
					      "the ban does not say where it comes from");
	}
}

/* What of a host a policy hits: by it, its writer sees whether it says what he means. */
struct hits {
	size_t count[EMBARGO_FOUND_PACKAGE + 1];
};

static void hit(void *context, const struct embargo_finding *finding)
{
	struct hits *hits = context;

	if (finding->kind <= EMBARGO_FOUND_PACKAGE && embargo_inventory_banned(&finding->result))
		hits->count[finding->kind]++;
}

/* What runs, is loaded, starts or is installed, and the files where programs are. */
static int hits_count(const struct embargo_evaluator *evaluator, struct hits *hits)
{
	_cleanup_(embargo_findings_freep) struct embargo_findings *findings = NULL;
	_cleanup_(embargo_scan_totals_clear) struct embargo_scan_totals totals = {.complete = true};
	struct embargo_inventory present = {.evaluator = evaluator, .root = "/"};
	struct embargo_scan_settings settings = {.evaluator = evaluator};
	char *paths[sizeof(program_places) / sizeof(*program_places) + 1] = {NULL};
	size_t i, count = 0;
	int r = embargo_findings_new(NULL, false, evaluator, &findings);

	if (r)
		return r;
	embargo_findings_watch(findings, hit, hits);
	present.findings = settings.findings = findings;
	embargo_inventory_all(&present);
	embargo_inventory_clear(&present);
	for (i = 0; i < sizeof(program_places) / sizeof(*program_places); i++)
		if (!access(program_places[i], R_OK | X_OK))
			paths[count++] = (char *)program_places[i];
	return count ? embargo_scan(&settings, paths, &totals) : 0;
}

static void hits_print(const struct hits *hits)
{
	static const struct {
		enum embargo_finding_kind kind;
		const char *one, *many;
	} words[] = {
		{EMBARGO_FOUND_FILE, "file in " PLACES, "files in " PLACES},
		{EMBARGO_FOUND_PROCESS, "process", "processes"},
		{EMBARGO_FOUND_LIBRARY, "of their libraries", "of their libraries"},
		{EMBARGO_FOUND_MODULE, "loaded module", "loaded modules"},
		{EMBARGO_FOUND_UNIT, "unit", "units"},
		{EMBARGO_FOUND_CRON, "cron table", "cron tables"},
		{EMBARGO_FOUND_PACKAGE, "installed package", "installed packages"},
	};
	size_t i, count;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		count = hits->count[words[i].kind];
		printf("%s%zu %s", i ? ", " : "here it hits ", count,
		       embargo_plural(count, words[i].one, words[i].many));
	}
	printf("%s\n", geteuid() ? " (of what you may read)" : "");
}

static int hits_say(struct embargo_policy *policy)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	struct hits hits = {0};
	int r = embargo_evaluator_policy(policy, &evaluator) ?: hits_count(evaluator, &hits);

	if (r)
		return r;
	hits_print(&hits);
	return 0;
}

static enum embargo_exit lint_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	int r = embargo_policies_parse(arguments->operands, EMBARGO_READ_ANY_OWNER, &policy);

	if (policy) {
		sources_check(policy);
		if (embargo_paths_check(
			    policy, EMBARGO_ERROR,
			    EMBARGO_PATHS_REACH |
				    (embargo_given(arguments, "no-host") ? 0 : EMBARGO_PATHS_HERE)) &&
		    !r)
			r = -EINVAL;
		embargo_policies_report(policy, EMBARGO_NOTE, r);
	}
	if (!r && !embargo_given(arguments, "no-host"))
		r = embargo_guard_policy(policy, EMBARGO_MODE_ENFORCE) ?: hits_say(policy);
	return r ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "no-host",
	 .help = "ask nothing of this host: neither whether it would be locked out, nor what is hit"},
	{0},
};

const struct embargo_command embargo_cmd_policy_lint = {
	.name = "lint",
	.usage = "[--no-host] POLICY…",
	.summary = "Report everything that is wrong or odd in a policy, whether it would lock this host out, "
		   "and what it would hit here.",
	.details = "Needs no root and changes nothing. Warnings alone leave the exit status 0.\n",
	.options = options,
	.operands_min = 1,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.run = lint_run,
};
