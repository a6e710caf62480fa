// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo: blocks banned software on Linux. The table of commands, and main(). */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "loader/loader.h"
#include "userspace/base/log.h"
#include "userspace/check/modules.h"
#include "userspace/cli/command.h"

static const struct embargo_command *const commands[] = {
	/* clang-format off */
	&embargo_cmd_load,
	&embargo_cmd_unload,
	&embargo_cmd_mode,
	&embargo_cmd_seal,
	&embargo_cmd_status,
	&embargo_cmd_run,
	&embargo_cmd_events,
	&embargo_cmd_id,
	&embargo_cmd_check,
	&embargo_cmd_scan,
	&embargo_cmd_report,
	&embargo_cmd_policy,
	&embargo_cmd_fetch,
	&embargo_cmd_doctor,
	&embargo_cmd_selftest,
	NULL,
	/* clang-format on */
};

/*
 * A full disk or a closed pipe must not look like success. If it was an earlier write that failed, its errno
 * is long gone: what is written now fails of the same, and what is there is broken already.
 */
static bool output_failed(void)
{
	bool earlier = ferror(stdout);

	errno = 0;
	if (!fflush(stdout) && !earlier)
		return false;
	if (!errno && write(STDOUT_FILENO, "\n", 1) >= 0)
		errno = EIO;
	embargo_log_errno(-errno, "cannot write to standard output");
	return true;
}

int main(int argc, char **argv)
{
	enum embargo_exit status;

	embargo_module_open = embargo_module_file;
	status = embargo_dispatch(commands, "embargo", argc ? argc - 1 : 0, argv + 1);

	return output_failed() ? EMBARGO_EXIT_FAILED : status;
}
