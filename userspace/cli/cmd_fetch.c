// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo fetch */
#include <inttypes.h>
#include <stdio.h>

#include "policy/plural.h"
#include "userspace/base/config_edit.h"
#include "userspace/base/fallback.h"
#include "userspace/base/log.h"
#include "userspace/check/roots.h"
#include "userspace/cli/change.h"
#include "userspace/cli/command.h"
#include "userspace/cli/load.h"
#include "userspace/event/event_log.h"
#include "userspace/fetch/fetch.h"
#include "userspace/fetch/sync.h"

/* Is there while the host is sealed, whether or not it can be asked. */
#define SEAL EMBARGO_PIN_DIR "/seal/embargo_seal_config"

/* The server took its last rule back, and there is no policy but its. */
static int unload(void)
{
	struct embargo_error error = {""};
	struct embargo_change change;
	int r;

	embargo_change_begin(&change);
	r = embargo_unload(&error);
	if (r) {
		embargo_log_error("%s", error.text);
		return r;
	}
	embargo_fallback_forget();
	embargo_change_unloaded(&change);
	return 0;
}

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
	return kept ? embargo_load_again(all) : unload();
}

/* For the next boots too: who runs the server says it for this host. */
static int mode_set(enum embargo_mode mode)
{
	struct embargo_error error = {""};
	struct embargo_status status;
	struct embargo_change change;
	int r;

	embargo_change_begin(&change);
	r = embargo_get_status(&status, &error);
	if (!r && status.loaded && status.mode != mode) {
		r = embargo_set_mode(mode, &error);
		if (!r)
			embargo_change_mode(&change, mode);
	}
	if (r) {
		embargo_log_error("%s", error.text);
		return r;
	}
	return embargo_config_edit(NULL, "mode", embargo_mode_name(mode));
}

/* In force, else that of the next load. */
static enum embargo_mode mode_now(const struct embargo_config *config)
{
	struct embargo_error error = {""};
	struct embargo_status status;

	if (!embargo_get_status(&status, &error) && status.loaded)
		return status.mode;
	return config->mode;
}

static void sync_print(const struct embargo_sync *sync, const struct embargo_sync_result *result)
{
	size_t why, i;

	printf("%s: %zu %s of files, %zu of certificates%s\n", sync->config->sync_url, result->binary,
	       embargo_plural(result->binary, "rule", "rules"), result->certificate,
	       !result->changed ? ", as they are here already"
	       : sync->dry	? ", which could be put in force"
	       : sync->load	? ", in force"
				: ", which the next boot puts in force");
	for (why = 0; why < EMBARGO_SYNC_OTHERS; why++) {
		if (!result->said.others[why])
			continue;
		printf("%" PRIu64 " %s left out, %s:\n", result->said.others[why],
		       embargo_plural(result->said.others[why], "rule was", "rules were"),
		       embargo_sync_other_text(why));
		for (i = 0; i < EMBARGO_SYNC_EXAMPLES && *result->said.examples[why][i]; i++)
			printf("  %s\n", result->said.examples[why][i]);
	}
	if (result->mode != EMBARGO_SYNC_MODE_UNKNOWN)
		printf("the server has this host in %s\n", embargo_sync_mode_name(result->mode));
	if (result->events || result->unnamed)
		printf("%" PRIu64 " %s went up, %" PRIu64 " without a SHA-256 did not\n", result->events,
		       embargo_plural(result->events, "event", "events"), result->unnamed);
}

static enum embargo_exit sync_run(const struct embargo_arguments *arguments,
				  const struct embargo_config *config)
{
	bool later = embargo_given(arguments, "no-load");
	struct embargo_sync sync = {
		.config = config,
		.dry = embargo_given(arguments, "dry-run"),
		.state = EMBARGO_FETCH_DIR,
		.trust = &embargo_trust_host,
		.policies = EMBARGO_POLICY_DIR,
		.events = EMBARGO_EVENT_LOG,
		.sealed = !access(SEAL, F_OK),
		.mode = mode_now(config),
		.load = later ? NULL : load_all,
		.set_mode = later ? NULL : mode_set,
	};
	struct embargo_sync_result result;
	int r = embargo_sync(&sync, &result);

	if (r)
		embargo_log_error("%s: %s", result.changed ? "not all was done" : "nothing was changed",
				  result.fetch.reason.text);
	else
		sync_print(&sync, &result);
	embargo_sync_result_clear(&result);
	return r ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
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
	if (*config.sync_url) {
		enum embargo_exit status = sync_run(arguments, &config);

		embargo_config_clear(&config);
		return status;
	}
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
		"force stays, and syslog says why. embargo-fetch.timer does it, once it is enabled.\n"
		"With sync-url the policy comes from a server that speaks Santa's sync protocol instead.\n",
	.options = options,
	.root = true,
	.run = fetch_run,
};
