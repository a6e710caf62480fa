// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy: commands about policies, in force or in files. */
#include "userspace/cli/command.h"

static const struct embargo_command *const commands[] = {
	/* clang-format off */
	&embargo_cmd_policy_lint,
	&embargo_cmd_policy_show,
	&embargo_cmd_policy_diff,
	&embargo_cmd_policy_explain,
	&embargo_cmd_policy_suggest,
	&embargo_cmd_policy_import,
	&embargo_cmd_policy_export,
	&embargo_cmd_policy_sign,
	&embargo_cmd_policy_verify,
	&embargo_cmd_policy_channel,
	NULL,
	/* clang-format on */
};

const struct embargo_command embargo_cmd_policy = {
	.name = "policy",
	.usage = "COMMAND",
	.summary = "Check, show, compare, explain and convert policies.",
	.commands = commands,
};
