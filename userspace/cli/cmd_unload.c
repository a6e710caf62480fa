/* SPDX-License-Identifier: GPL-2.0-or-later */
/* embargo unload */
#include <stdio.h>

#include "loader/loader.h"
#include "userspace/cli/command.h"
#include "userspace/base/fallback.h"
#include "userspace/base/log.h"

static enum embargo_exit unload_run(const struct embargo_arguments *arguments)
{
	struct embargo_status before;
	struct embargo_error error = {""};

	(void)arguments;
	if (embargo_get_status(&before, &error) || embargo_unload(&error)) {
		embargo_log_error("%s", error.text);
		return EMBARGO_EXIT_FAILED;
	}
	embargo_fallback_forget();
	printf("%s\n", before.loaded || before.interrupted ? "unloaded: nothing is blocked any more"
							   : "nothing was loaded");
	return EMBARGO_EXIT_DONE;
}

const struct embargo_command embargo_cmd_unload = {
	.name = "unload",
	.usage = "",
	.summary = "Take the policy out of force and leave nothing behind.",
	.root = true,
	.run = unload_run,
};
