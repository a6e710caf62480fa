// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy lint */
#include "userspace/cli/command.h"
#include "userspace/check/guard.h"
#include "userspace/base/log.h"

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

static enum embargo_exit lint_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	int r = embargo_policies_parse(arguments->operands, EMBARGO_READ_ANY_OWNER, &policy);

	if (policy) {
		sources_check(policy);
		embargo_policies_report(policy, EMBARGO_NOTE, r);
	}
	if (!r && !embargo_given(arguments, "no-host"))
		r = embargo_guard_policy(policy);
	return r ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "no-host", .help = "do not ask whether it would lock this host out"},
	{0},
};

const struct embargo_command embargo_cmd_policy_lint = {
	.name = "lint",
	.usage = "[--no-host] POLICY…",
	.summary = "Report everything that is wrong or odd in a policy, and whether it would lock this host "
		   "out.",
	.details = "Needs no root and changes nothing. Warnings alone leave the exit status 0.\n",
	.options = options,
	.operands_min = 1,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.run = lint_run,
};
