// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy diff */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "userspace/cli/command.h"
#include "userspace/base/log.h"
#include "userspace/cli/policy_lines.h"

/* Both are sorted. */
static bool lines_compare(const struct embargo_lines *before, const struct embargo_lines *after)
{
	bool differ = false;
	size_t i = 0, j = 0;
	int order;

	while (i < before->count || j < after->count) {
		if (i == before->count)
			order = 1;
		else if (j == after->count)
			order = -1;
		else
			order = strcmp(before->list[i], after->list[j]);
		if (order < 0)
			printf("- %s\n", before->list[i]);
		else if (order > 0)
			printf("+ %s\n", after->list[j]);
		differ |= order != 0;
		i += order <= 0;
		j += order >= 0;
	}
	return differ;
}

/* @path, or what is in force if it is NULL. */
static int side_read(char *path, struct embargo_lines *ret_lines)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	char *paths[] = {path, NULL};
	int r;

	if (path)
		r = embargo_evaluator_new(paths, &evaluator);
	else
		r = embargo_evaluator_in_force(&evaluator);
	if (r == -ENOENT && !path)
		embargo_log_error("no policy is in force to compare with: name two policies");
	return r ?: embargo_lines_make(evaluator, ret_lines);
}

static enum embargo_exit diff_run(const struct embargo_arguments *arguments)
{
	bool both = arguments->operand_count == 2;
	_cleanup_(embargo_lines_clear) struct embargo_lines before = {0};
	_cleanup_(embargo_lines_clear) struct embargo_lines after = {0};
	bool differ = false;
	int r;

	r = side_read(both ? arguments->operands[0] : NULL, &before);
	r = r ?: side_read(arguments->operands[both], &after);
	if (!r)
		differ = lines_compare(&before, &after);
	return r || (differ && embargo_given(arguments, "exit-code")) ? EMBARGO_EXIT_FAILED
								      : EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "exit-code", .help = "exit with 1 if they differ, as git diff does"},
	{0},
};

const struct embargo_command embargo_cmd_policy_diff = {
	.name = "diff",
	.usage = "[--exit-code] [POLICY] POLICY",
	.summary = "Show what changes from one policy to another, or from the one in force.",
	.details = "Compares what the policies mean, line by canonical line, not how they are written: `-` "
		   "goes,\n"
		   "`+` comes. Nothing is printed if they mean the same.\n",
	.options = options,
	.operands_min = 1,
	.operands_max = 2,
	.run = diff_run,
};
