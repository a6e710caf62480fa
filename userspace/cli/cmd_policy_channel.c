// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy channel: commands about the file that tells a fleet's hosts which policy is theirs. */
#include "userspace/cli/command.h"

static const struct embargo_command *const commands[] = {
	/* clang-format off */
	&embargo_cmd_policy_channel_make,
	&embargo_cmd_policy_channel_sign,
	&embargo_cmd_policy_channel_verify,
	&embargo_cmd_policy_channel_show,
	NULL,
	/* clang-format on */
};

const struct embargo_command embargo_cmd_policy_channel = {
	.name = "channel",
	.usage = "COMMAND",
	.summary = "Make, sign and check channels, which hand out policies in rings.",
	.commands = commands,
};
