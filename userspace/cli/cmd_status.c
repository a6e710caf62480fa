// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo status */
#include <errno.h>

#include "userspace/check/boot.h"
#include "userspace/cli/command.h"
#include "userspace/base/fallback.h"
#include "userspace/base/log.h"
#include "userspace/base/config.h"
#include "userspace/base/confine.h"
#include "userspace/base/output.h"
#include "userspace/cli/status.h"
#include "userspace/daemon/status.h"

/* What was loaded before the policy came is not stopped by it, so it is said. */
static void evaluate_modules(struct embargo_policydb *policydb, struct embargo_loaded_modules *modules)
{
	struct embargo_evaluator evaluator = {.image = policydb->image, .set = &policydb->set};

	if (embargo_modules_read(modules) || embargo_modules_evaluate(modules, &evaluator) < 0)
		embargo_log_warning("the modules that are loaded could not all be judged");
}

static enum embargo_exit status_print(const struct embargo_arguments *arguments,
				      const struct embargo_status *status, struct embargo_policydb *policydb,
				      const json_t *told)
{
	_cleanup_(embargo_modules_clear) struct embargo_loaded_modules modules = {0};
	struct embargo_watch_shared watch;
	bool watched = embargo_watch_shared_read(EMBARGO_WATCH_STATE, &watch);
	_cleanup_free_ char *fallback = embargo_fallback_read();
	json_auto_t *boot = embargo_boot_state(status, policydb ? &policydb->set : NULL);
	json_auto_t *host = embargo_status_host(status, policydb, told);
	struct embargo_status_view view = {.status = status,
					   .policydb = policydb,
					   .modules = &modules,
					   .watch = watched ? &watch : NULL,
					   .boot = boot,
					   .host = host};
	json_t *json;

	if (policydb)
		evaluate_modules(policydb, &modules);
	if (embargo_given(arguments, "json")) {
		json = embargo_status_json(&view);
		if (fallback && json)
			json_object_set_new(json, "broken_policy", json_string(fallback));
		return embargo_json_print(json, JSON_INDENT(2));
	}
	if (fallback)
		printf("BROKEN      %s\n", fallback);
	embargo_status_text(&view, stdout);
	if (embargo_given(arguments, "verbose"))
		embargo_status_verbose(&view, stdout);
	return EMBARGO_EXIT_DONE;
}

/*
 * Who may not ask the kernel asks the daemon, which tells the group embargo. The policy's header is then that
 * of its database, which everybody may read. *@ret_told stays NULL where the kernel was asked.
 */
static int status_get(struct embargo_status *status, json_t **ret_told, struct embargo_error *error)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;
	struct embargo_reason reason = {""};
	struct embargo_config config;
	int r = embargo_get_status(status, error);

	if (r != -EACCES && r != -EPERM)
		return r;
	if (embargo_config_read(NULL, &config))
		return r;
	if (*config.metrics_socket && embargo_status_ask(config.metrics_socket, status, ret_told, &reason))
		embargo_log_note("members of the group " EMBARGO_GROUP " are told by the daemon, at '%s': %s",
				 config.metrics_socket, reason.text);
	embargo_config_clear(&config);
	if (!*ret_told)
		return r;
	if (!status->loaded)
		embargo_log_note("only root is told of programs whose pins are hidden");
	else if (!embargo_policydb_open(EMBARGO_POLICYDB_LINK, &policydb)) {
		status->header = *(const struct embargo_image_header *)policydb->image;
		status->policy_memory = (uint64_t)status->header.pages * EMBARGO_PAGE_SIZE;
		status->links_expected =
			status->other_build
				? 0
				: embargo_links_expected(
					  status->header.rules_by_kind[EMBARGO_KIND_INTERPRETER] > 0);
	}
	return 0;
}

static enum embargo_exit status_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;
	struct embargo_error error = {""};
	json_auto_t *told = NULL;
	struct embargo_status status;
	int r = 0;

	if (status_get(&status, &told, &error)) {
		embargo_log_error("%s", error.text);
		return EMBARGO_EXIT_FAILED;
	}
	if (status.header.magic) {
		r = embargo_policydb_open(EMBARGO_POLICYDB_LINK, &policydb);
		if (!r && policydb->generation != status.header.generation)
			r = -ESTALE;
		if (r)
			embargo_log_warning("the names of the policies are not known: '%s' is not that of "
					    "the policy in force; load again",
					    EMBARGO_POLICYDB_LINK);
	}
	if (status_print(arguments, &status, r ? NULL : policydb, told))
		return EMBARGO_EXIT_FAILED;
	/* A policy is in force that nobody is asked about: whoever looks at the exit status alone is to know.
	 */
	return status.header.magic && status.ftrace_off ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "json", .help = "print one JSON object", .group = 1},
	{.name = "verbose", .help = "also the hooks, verdicts by hook, hashes and memory", .group = 1},
	{0},
};

const struct embargo_command embargo_cmd_status = {
	.name = "status",
	.usage = "[--json | --verbose]",
	.summary = "Show what is in force, since when, what it denied last, and who would tell.",
	.details = "Counters count since the programs were attached. With nothing loaded it says so\n"
		   "and the exit status is 0 (in JSON: \"loaded\": false). It is 1 if kernel.ftrace_enabled\n"
		   "is 0, since then the kernel asks nothing. Needs root, or the group embargo while the\n"
		   "daemon runs, which then is asked.\n",
	.options = options,
	.run = status_run,
};
