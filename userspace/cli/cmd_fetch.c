// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo fetch */
#include <stdio.h>

#include "userspace/base/log.h"
#include "userspace/check/roots.h"
#include "userspace/cli/command.h"
#include "userspace/cli/load.h"
#include "userspace/fetch/fetch.h"

/* What is in force from elsewhere (load --add) stays beside it, if it is still there. */
static int load_all(void)
{
	_cleanup_(embargo_paths_freep) char **directory = NULL, **all = NULL;
	size_t i, kept = 0;
	int r = embargo_policies_list(EMBARGO_POLICY_DIR, &directory);

	r = r ?: embargo_load_paths(NULL, directory, &all);
	if (r)
		return r;
	for (i = 0; all[i]; i++) {
		if (access(all[i], F_OK))
			free(all[i]);
		else
			all[kept++] = all[i];
	}
	all[kept] = NULL;
	return embargo_load_again(all);
}

static enum embargo_exit fetch_run(const struct embargo_arguments *arguments)
{
	struct embargo_fetch fetch = {
		.dry = embargo_given(arguments, "dry-run"),
		.state = EMBARGO_FETCH_DIR,
		.trust = &embargo_trust_host,
		.policies = EMBARGO_POLICY_DIR,
		.load = embargo_given(arguments, "no-load") ? NULL : load_all,
	};
	struct embargo_fetch_result result;
	struct embargo_config config;
	int r;

	if (embargo_config_read(NULL, &config))
		return EMBARGO_EXIT_FAILED;
	fetch.config = &config;
	r = embargo_fetch(&fetch, &result);
	embargo_config_clear(&config);
	if (r) {
		embargo_log_error("nothing was changed: %s", result.reason.text);
		return EMBARGO_EXIT_FAILED;
	}
	printf("channel %llu: ", (unsigned long long)result.serial);
	if (!result.rings)
		printf("no ring of it covers this host\n");
	else if (!result.changed)
		printf("%s, as it is here already\n", result.what);
	else
		printf("%s%s\n", result.what,
		       fetch.dry    ? ", which could be put in force"
		       : fetch.load ? ", in force"
				    : ", which the next boot puts in force");
	return EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "dry-run", .help = "fetch and check everything, change nothing", .group = 1},
	{.name = "no-load", .help = "put it in place for the next boot, not in force now", .group = 1},
	{0},
};

const struct embargo_command embargo_cmd_fetch = {
	.name = "fetch",
	.usage = "[--dry-run|--no-load]",
	.summary = "Fetch the policy of this host from where fetch-url says, and put it in force.",
	.details =
		"A channel says which policy each host of a fleet has (embargo policy channel). It must be\n"
		"signed by a certificate in " EMBARGO_TRUST_DIR ", newer than the one before, and not\n"
		"expired. The files of this host's ring are verified, linted, tried against what the host\n"
		"needs, put into " EMBARGO_POLICY_DIR " and loaded. Whatever is wrong, what was in\n"
		"force stays, and syslog says why. embargo-fetch.timer does it, once it is enabled.\n",
	.options = options,
	.root = true,
	.run = fetch_run,
};
