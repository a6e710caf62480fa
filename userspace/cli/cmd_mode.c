// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo mode */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loader/loader.h"
#include "userspace/cli/change.h"
#include "userspace/cli/command.h"
#include "userspace/check/boot.h"
#include "userspace/check/guard.h"
#include "userspace/base/config.h"
#include "userspace/base/config_edit.h"
#include "userspace/base/log.h"

static enum embargo_mode mode_named(const char *name)
{
	unsigned int mode;

	for (mode = 0; mode < EMBARGO_MODE_MAX; mode++)
		if (!strcmp(name, embargo_mode_name(mode)))
			break;
	return mode;
}

static bool mode_usable(const struct embargo_arguments *arguments)
{
	if (mode_named(arguments->operands[0]) < EMBARGO_MODE_MAX)
		return true;
	embargo_log_error("unknown mode '%s': it is audit or enforce", arguments->operands[0]);
	return false;
}

/* A policy that was harmless to audit, or on an older state of the host, may lock out now. */
static int guard_in_force(void)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	struct embargo_error error = {""};
	struct embargo_status status;
	int r;

	if (embargo_get_status(&status, &error) || !status.loaded)
		return 0; /* embargo_set_mode() says what is wrong */
	r = embargo_evaluator_in_force(&evaluator);
	/* A load that was killed may have left the policy database of the policy before. */
	if (r == -ENOENT || (!r && evaluator->policydb->generation != status.header.generation)) {
		embargo_log_error("'%s' is not that of the policy in force, which may lock this host out: "
				  "load the policy again, or use --force",
				  EMBARGO_POLICYDB_LINK);
		return -ESTALE;
	}
	return r ?: embargo_guard(evaluator, EMBARGO_MODE_ENFORCE);
}

static enum embargo_exit mode_run(const struct embargo_arguments *arguments)
{
	enum embargo_mode mode = mode_named(arguments->operands[0]);
	struct embargo_error error = {""};
	struct embargo_change change;

	embargo_change_begin(&change);
	if (mode == EMBARGO_MODE_ENFORCE && !embargo_given(arguments, "force") && guard_in_force())
		return EMBARGO_EXIT_FAILED;
	if (embargo_set_mode(mode, &error)) {
		embargo_log_error("%s", error.text);
		return EMBARGO_EXIT_FAILED;
	}
	embargo_change_mode(&change, mode);
	printf("%s\n", embargo_mode_name(mode));
	if (embargo_given(arguments, "persist"))
		return embargo_config_edit(NULL, "mode", embargo_mode_name(mode)) ? EMBARGO_EXIT_FAILED
										  : EMBARGO_EXIT_DONE;
	if (embargo_boot_mode() != mode)
		embargo_log_note("until the next boot only, for embargo.conf says otherwise: embargo mode "
				 "--persist %s",
				 embargo_mode_name(mode));
	return EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "persist", .help = "for the next boots too: write it into " EMBARGO_CONFIG},
	{.name = "force", .help = "enforce though the policy bans what this host needs"},
	{0},
};

const struct embargo_command embargo_cmd_mode = {
	.name = "mode",
	.usage = "[--persist] [--force] audit|enforce",
	.summary = "Switch the policy in force between audit and enforce.",
	.details =
		"In audit mode what is banned runs, and every denial that enforce mode would give is\n"
		"logged as \"would have denied\". Without --persist the mode is that until the next boot.\n",
	.options = options,
	.words = "audit enforce",
	.operands_min = 1,
	.operands_max = 1,
	.usable = mode_usable,
	.root = true,
	.run = mode_run,
};
