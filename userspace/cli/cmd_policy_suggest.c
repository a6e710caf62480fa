// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy suggest */
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/base/log.h"
#include "userspace/cli/command.h"
#include "userspace/cli/suggest.h"

static struct embargo_suggestion *suggestion; /* for nftw(), which passes nothing on */

static int file_take(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)ftw;
	if (type == FTW_DNR || type == FTW_NS) {
		embargo_log_error("'%s' cannot be read", path);
		return -EACCES;
	}
	return type == FTW_F && S_ISREG(st->st_mode) ? embargo_suggestion_sample(suggestion, path) : 0;
}

static int samples_take(char *const *paths)
{
	int r = 0;

	for (; !r && *paths; paths++) {
		r = nftw(*paths, file_take, 32, FTW_PHYS);
		if (r == -1)
			r = embargo_log_errno(-errno, "cannot read '%s'", *paths);
	}
	return r;
}

/* What is not there would be counted as hit by nothing. */
static int hosts_check(char *const *hosts)
{
	for (; *hosts; hosts++)
		if (access(*hosts, F_OK))
			return embargo_log_errno(-errno, "cannot look at '%s'", *hosts);
	return 0;
}

static enum embargo_exit suggest_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_suggestion_freep) struct embargo_suggestion *own = embargo_suggestion_new();
	_cleanup_free_ char **hosts = embargo_values(arguments, "host");
	int r = own && hosts ? 0 : embargo_log_errno(-ENOMEM, "cannot suggest");

	suggestion = own;
	r = r ?: hosts_check(hosts) ?: samples_take(arguments->operands) ?: embargo_suggestion_choose(own);
	if (!r && *hosts)
		r = embargo_suggestion_hits(own, hosts, arguments->operands);
	if (!r)
		embargo_suggestion_print(own, *hosts, stdout);
	return r ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "host",
	 .argument = "PATH",
	 .help = "say what each rule would hit there: / is the whole host; may be repeated",
	 .repeats = true},
	{0},
};

const struct embargo_command embargo_cmd_policy_suggest = {
	.name = "suggest",
	.usage = "[--host PATH]… SAMPLES…",
	.summary = "Propose the fewest rules that cover samples of what is to be banned.",
	.details = "SAMPLES are files or directories. By signers first, then vendors, then hashes: each rule "
		   "that is\n"
		   "chosen covers most of what is left. The rules go to standard output, with what each "
		   "covers.\n",
	.options = options,
	.operands_min = 1,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.run = suggest_run,
};
