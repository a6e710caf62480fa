/* SPDX-License-Identifier: GPL-2.0-or-later */
/* embargo status */
#include <errno.h>

#include "userspace/command.h"
#include "userspace/log.h"
#include "userspace/output.h"
#include "userspace/status.h"

static enum embargo_exit status_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_book_closep) struct embargo_book *book = NULL;
	struct embargo_error error = {""};
	struct embargo_status status;
	int r = 0;

	if (embargo_get_status(&status, &error)) {
		embargo_log_error("%s", error.text);
		return EMBARGO_EXIT_FAILED;
	}
	if (status.header.magic) {
		r = embargo_book_open(EMBARGO_BOOK_LINK, &book);
		if (!r && book->generation != status.header.generation)
			r = -ESTALE;
		if (r)
			embargo_log_warning("the names of the policies are not known: '%s' is not that of "
					    "the policy in force; load again",
					    EMBARGO_BOOK_LINK);
	}
	if (embargo_given(arguments, "json"))
		return embargo_json_print(embargo_status_json(&status, r ? NULL : book), JSON_INDENT(2));
	embargo_status_text(&status, r ? NULL : book, stdout);
	return EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "json", .help = "print one JSON object"},
	{0},
};

const struct embargo_command embargo_cmd_status = {
	.name = "status",
	.usage = "[--json]",
	.summary = "Show what is in force and what it did.",
	.details = "Counters count since the programs were attached. With nothing loaded it says so\n"
		   "and the exit status is 0 (in JSON: \"loaded\": false).\n",
	.options = options,
	.run = status_run,
};
