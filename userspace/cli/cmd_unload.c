// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo unload */
#include <stdio.h>

#include "loader/loader.h"
#include "userspace/cli/change.h"
#include "userspace/cli/command.h"
#include "userspace/base/fallback.h"
#include "userspace/base/log.h"
#include "userspace/check/boot.h"
#include "userspace/check/roots.h"
#include "userspace/cli/load.h"

static enum embargo_exit unload_run(const struct embargo_arguments *arguments)
{
	struct embargo_status before;
	struct embargo_error error = {""};
	struct embargo_change change;

	if (arguments->operand_count) {
		_cleanup_(embargo_paths_freep) char **paths = NULL;

		if (embargo_load_paths(arguments->operands[0], NULL, &paths))
			return EMBARGO_EXIT_FAILED;
		if (*paths)
			return embargo_load_again(paths) ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
	}
	embargo_change_begin(&change);
	if (embargo_get_status(&before, &error) || embargo_unload(&error)) {
		embargo_log_error("%s", error.text);
		return EMBARGO_EXIT_FAILED;
	}
	embargo_fallback_forget();
	embargo_change_unloaded(&change);
	printf("%s\n", before.loaded || before.interrupted ? "unloaded: nothing is blocked any more"
							   : "nothing was loaded");
	return EMBARGO_EXIT_DONE;
}

const struct embargo_command embargo_cmd_unload = {
	.name = "unload",
	.usage = "[NAME]",
	.summary = "Take the policy out of force and leave nothing behind.",
	.details =
		"With NAME: only the policy of that name (`policy NAME` in its file). The others are read\n"
		"again and stay. The next boot puts in force what is in " EMBARGO_POLICY_DIR ".\n",
	.operands_max = 1,
	.root = true,
	.run = unload_run,
};
