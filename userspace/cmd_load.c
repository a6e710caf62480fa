/* SPDX-License-Identifier: GPL-2.0-or-later */
/* embargo load */
#include <stdio.h>

#include "loader/loader.h"
#include "loader/probe.h"
#include "userspace/command.h"
#include "userspace/config.h"
#include "userspace/guard.h"
#include "userspace/log.h"
#include "userspace/status.h"
#include "userspace/trust.h"

/* Refuse with doctor's words where enforcement cannot work. What enforces already needs no probe. */
static int kernel_fits(void)
{
	struct embargo_probe_result results[EMBARGO_PROBES_COUNT];
	const struct embargo_probe_result *obstacle;
	struct embargo_error error = {""};
	struct embargo_status status;
	int r;

	r = embargo_get_status(&status, &error);
	if (r) {
		embargo_log_error("%s", error.text);
		return r;
	}
	if (status.loaded)
		return 0;
	obstacle = embargo_probe_obstacle(results, embargo_probe(results));
	if (!obstacle)
		return 0;
	embargo_log_error("enforcement cannot work here: %s: %s%s%s", obstacle->name, obstacle->found,
			  *obstacle->remedy ? "; " : "", obstacle->remedy);
	return -EOPNOTSUPP;
}

static enum embargo_exit load_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	_cleanup_(embargo_trust_freep) struct embargo_trust *trust = NULL;
	_cleanup_(embargo_config_clear) struct embargo_config config = {0};
	enum embargo_mode mode;
	struct embargo_error error = {""};
	struct embargo_status status;
	uint64_t generation;

	if (embargo_config_read(NULL, &config))
		return EMBARGO_EXIT_FAILED;
	mode = config.mode;
	if (embargo_given(arguments, "audit"))
		mode = EMBARGO_MODE_AUDIT;
	if (embargo_given(arguments, "enforce"))
		mode = EMBARGO_MODE_ENFORCE;
	if (embargo_policies_read(arguments->operands, EMBARGO_READ_DIGEST, &policy) || kernel_fits())
		return EMBARGO_EXIT_FAILED;
	embargo_config_on_error(&config, policy);
	if (embargo_trust_check(&embargo_trust_host, policy, &trust))
		return EMBARGO_EXIT_FAILED;
	if (!embargo_given(arguments, "force") && embargo_guard_policy(policy))
		return EMBARGO_EXIT_FAILED;
	if (embargo_load(policy, mode, &generation, &error)) {
		embargo_log_error("%s", error.text);
		return EMBARGO_EXIT_FAILED;
	}
	if (embargo_trust_remember(trust))
		return EMBARGO_EXIT_FAILED;
	if (embargo_get_status(&status, &error)) {
		embargo_log_error("%s", error.text);
		return EMBARGO_EXIT_FAILED;
	}
	printf("%s, generation %llu, ", embargo_mode_name(status.mode), (unsigned long long)generation);
	embargo_rules_by_kind(&status.header, stdout);
	printf("\n");
	return EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "audit", .help = "let run what is banned, and log it", .group = 1},
	{.name = "enforce", .help = "refuse what is banned", .group = 1},
	{.name = "force", .help = "load it though it bans what this host needs"},
	{0},
};

const struct embargo_command embargo_cmd_load = {
	.name = "load",
	.usage = "[--audit|--enforce] [--force] POLICY…",
	.summary = "Put one policy, made of all POLICY files, in force.",
	.details = "A directory stands for its *.policy files, in the order of their names. Without\n"
		   "--audit or --enforce it is the mode of " EMBARGO_CONFIG ", which is, unless\n"
		   "set there: what is in force, and audit when nothing is.\n"
		   "Whatever goes wrong, what was in force before stays in force.\n",
	.options = options,
	.operands_least = 1,
	.operands_most = EMBARGO_OPERANDS_ANY,
	.root = true,
	.run = load_run,
};
