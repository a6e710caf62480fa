// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo unload */
#include <stdio.h>
#include <string.h>

#include "loader/loader.h"
#include "userspace/cli/change.h"
#include "userspace/cli/command.h"
#include "userspace/base/fallback.h"
#include "userspace/base/log.h"
#include "userspace/base/text.h"
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

/* Of the policies in force, which shells may offer to anybody: their database can be read. */
static void names_print(void)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;
	__u32 i;

	if (embargo_policydb_open(EMBARGO_POLICYDB_LINK, &policydb))
		return;
	for (i = 0; i < policydb->set.file_count; i++) {
		const char *name = embargo_string(&policydb->set, policydb->set.files[i].name);
		_cleanup_free_ char *safe = embargo_text(name, strlen(name));

		/* One that has to be escaped is none that could be typed. */
		if (safe && *name && !strcmp(safe, name))
			printf("%s\n", name);
	}
}

const struct embargo_command embargo_cmd_unload = {
	.name = "unload",
	.usage = "[NAME]",
	.summary = "Take the policy out of force and leave nothing behind.",
	.details =
		"With NAME: only the policy of that name (`policy NAME` in its file). The others are read\n"
		"again and stay. The next boot puts in force what is in " EMBARGO_POLICY_DIR ".\n",
	.complete = names_print,
	.operands_max = 1,
	.root = true,
	.run = unload_run,
};
