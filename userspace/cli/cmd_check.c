// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo check */
#include <stdio.h>
#include <string.h>

#include "loader/loader.h"
#include "userspace/base/config.h"
#include "userspace/cli/command.h"
#include "userspace/check/evaluate.h"
#include "userspace/base/colour.h"
#include "userspace/base/log.h"
#include "userspace/base/text.h"

static enum embargo_exit file_check(const struct embargo_evaluator *evaluator, const char *path)
{
	_cleanup_free_ char *name = embargo_text(path, strlen(path)), *ground = NULL;
	struct embargo_check_result result;
	struct embargo_reason reason = {""};
	const char *verdict, *colour, *end;

	if (embargo_evaluate_file(evaluator, path, &result, &reason)) {
		embargo_log_error("%s: %s", path, reason.text);
		return EMBARGO_EXIT_FAILED;
	}
	ground = embargo_check_result_text(evaluator, &result);
	verdict = embargo_verdict_name(result.verdict);
	colour = embargo_colour(stdout, verdict, strlen(verdict), &end);
	printf("%s%s%s %s%s%s\n", colour, verdict, end, name ?: path, ground && *ground ? ": " : "",
	       ground ?: "");
	return result.verdict == EMBARGO_DENIED ? EMBARGO_EXIT_BANNED : EMBARGO_EXIT_DONE;
}

static enum embargo_exit check_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	_cleanup_free_ char **policies = embargo_values(arguments, "policy");
	enum embargo_exit status = EMBARGO_EXIT_DONE, one;
	size_t i;

	if (!policies || embargo_evaluator_new(policies, &evaluator))
		return EMBARGO_EXIT_FAILED;
	for (i = 0; i < arguments->operand_count; i++) {
		one = file_check(evaluator, arguments->operands[i]);
		/* What is banned was found, whatever else could not be read. */
		status = one > status ? one : status;
	}
	return status;
}

static const struct embargo_option options[] = {
	{.name = "policy",
	 .argument = "POLICY",
	 .help = "judge by this policy; may be repeated",
	 .repeats = true},
	{0},
};

const struct embargo_command embargo_cmd_check = {
	.name = "check",
	.usage = "[--policy POLICY]… FILE…",
	.summary = "Say what the kernel's verdict on each file is, without running it.",
	.details =
		"Without --policy: by the policy in force, else by " EMBARGO_POLICY_DIR
		". The verdict is that of\n"
		"enforce mode. A line is `VERDICT FILE: RULE`, with denied, audited, exempted or allowed.\n"
		"Needs no root. A file that cannot be read is said; the exit status is 3 all the same if\n"
		"another one is banned.\n",
	.options = options,
	.finds = true,
	.operands_min = 1,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.run = check_run,
};
