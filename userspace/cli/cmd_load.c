// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo load */
#include <errno.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "loader/loader.h"
#include "loader/probe.h"
#include "loader/seal.h"
#include "userspace/cli/change.h"
#include "userspace/cli/command.h"
#include "userspace/base/config.h"
#include "userspace/base/config_edit.h"
#include "userspace/base/fallback.h"
#include "userspace/check/guard.h"
#include "userspace/base/log.h"
#include "userspace/check/paths.h"
#include "userspace/check/roots.h"
#include "userspace/cli/load.h"
#include "userspace/cli/status.h"
#include "userspace/check/trust.h"
#include "userspace/sink/sink.h"

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

/* What one run of load is about. */
struct load {
	const struct embargo_arguments *arguments;
	struct embargo_config config;
	enum embargo_mode mode; /* EMBARGO_MODE_MAX: that in force, else audit */
	bool forced;
	bool persist; /* the mode, in embargo.conf */
	bool replace; /* also what the next boot would bring back */
	bool sealed;  /* the host: only a signed update */
};

/* 1: it is in force, but not all that should come with it could be done. */
static int load_reported(struct embargo_policy *policy, enum embargo_mode mode, uint64_t *ret_generation)
{
	struct embargo_error error = {""};
	int r = embargo_load(policy, mode, ret_generation, &error);

	if (error.text[0])
		embargo_log_error("%s", error.text);
	return r ?: error.text[0] != 0;
}

/* The mode that the policy will be in. */
static enum embargo_mode mode_to_be(const struct load *load)
{
	struct embargo_status status;

	if (load->mode < EMBARGO_MODE_MAX)
		return load->mode;
	/* What cannot be known is taken for the worse. */
	if (embargo_get_status(&status, NULL))
		return EMBARGO_MODE_ENFORCE;
	return status.loaded ? status.mode : EMBARGO_MODE_AUDIT;
}

/* With what it would take over: a rule may ban now what it only watched when that was found. */
static int guard(struct embargo_policy *policy, enum embargo_mode mode)
{
	struct embargo_error error = {""};
	int r = embargo_load_foresee(policy, &error);

	if (r)
		embargo_log_error("%s", error.text);
	return r ?: embargo_guard_policy(policy, mode);
}

/* May it be loaded? Who reads syslog hears of a refusal as the daemon would tell it. */
static int trusted(const struct load *load, const struct embargo_policy *policy,
		   struct embargo_trust **ret_trust)
{
	struct embargo_log_message refusal = {0};
	int r = embargo_trust_check(&embargo_trust_host, policy, ret_trust, &refusal), told;

	if (r != -EKEYREJECTED)
		return r;
	told = refusal.object ? embargo_sinks_tell(&load->config, &refusal) : -ENOMEM;
	if (told)
		embargo_log_errno(told, "syslog was not told");
	embargo_log_message_clear(&refusal);
	return r;
}

static int policy_read(char *const *paths, struct embargo_policy **ret_policy)
{
	int r = embargo_policies_parse(paths, EMBARGO_READ_DIGEST, ret_policy);

	if (!*ret_policy)
		return r;
	(void)embargo_paths_check(*ret_policy, EMBARGO_WARNING, EMBARGO_PATHS_HERE);
	embargo_policies_report(*ret_policy, EMBARGO_WARNING, r);
	return r;
}

/* The policy of the command line. *@in_force: it is, whatever goes wrong then. */
static int load_checked(const struct load *load, char *const *paths, bool *in_force)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *before = NULL;
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	_cleanup_(embargo_trust_freep) struct embargo_trust *trust = NULL;
	struct embargo_error error = {""};
	struct embargo_status status;
	uint64_t generation;
	int r, incomplete;

	r = policy_read(paths, &policy) ?: kernel_fits();
	if (r)
		return r;
	embargo_config_on_error(&load->config, policy);
	r = trusted(load, policy, &trust);
	if (!r && !load->forced)
		r = guard(policy, mode_to_be(load));
	/* Of what cannot be read it cannot be said that it leaves; the load mends that, too. */
	if (!r && !embargo_policydb_open_kept(EMBARGO_POLICYDB_LINK, &before))
		r = embargo_load_may_replace(&before->set, &policy->set, load->replace);
	incomplete = r		    ? r
		     : load->sealed ? embargo_load_sealed(policy, &generation)
				    : load_reported(policy, load->mode, &generation);
	if (incomplete < 0)
		return incomplete;
	*in_force = true;
	if (before)
		embargo_load_say_replaced(&before->set, &policy->set);
	embargo_fallback_forget();
	r = embargo_trust_remember(trust);
	if (r)
		return r;
	r = embargo_get_status(&status, &error);
	/* One that was forced must not come back by itself. */
	if (!r && !load->forced)
		r = embargo_last_good_keep(generation, status.mode, &error);
	/* An initramfs has no such directory. */
	if (r > 0 && !access(EMBARGO_STATE_DIR, F_OK))
		embargo_log_warning(
			"'%s' cannot be written: the policy is in force, but --last-good will not "
			"find it after the next boot",
			EMBARGO_STATE_DIR);
	if (r < 0) {
		embargo_log_error("%s", error.text);
		return r;
	}
	printf("%s, generation %llu, ", embargo_mode_name(status.mode), (unsigned long long)generation);
	embargo_rules_by_kind(&status.header, stdout);
	printf("\n");
	if (load->persist && embargo_config_edit(NULL, "mode", embargo_mode_name(status.mode)))
		return -EIO;
	embargo_load_say_until_boot(status.mode, &policy->set);
	return incomplete;
}

static int load_named(const struct load *load, char *const *paths, bool *in_force)
{
	_cleanup_free_ char *files = embargo_change_files(paths);
	struct embargo_change change;
	int r;

	embargo_change_begin(&change);
	r = load_checked(load, paths, in_force);
	if (*in_force)
		embargo_change_loaded(&change, files);
	else if (r != -EKEYREJECTED) /* trusted() told of that, and why */
		embargo_change_failed(&change, files);
	return r;
}

int embargo_load_again(char *const *paths)
{
	struct load load = {.mode = EMBARGO_MODE_MAX, .replace = true};
	struct embargo_error error = {""};
	struct embargo_status status;
	bool in_force = false;
	int r = embargo_config_read(NULL, &load.config);

	/* Nothing is in force yet: then it is what a boot would make of it. */
	if (!r && !embargo_get_status(&status, &error) && !status.loaded)
		load.mode = load.config.mode;
	r = r ?: load_named(&load, paths, &in_force);
	embargo_config_clear(&load.config);
	return in_force ? 0 : r;
}

/* The policy of before. *@ret_said: what was done, for those who must hear of it. */
static int load_last_good(const struct load *load, bool recorded_mode, char **ret_said)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	struct embargo_error error = {""};
	struct embargo_change change;
	enum embargo_mode mode;
	uint64_t generation;
	char date[32] = "?";
	struct tm broken;
	time_t when;
	int r;

	r = embargo_last_good_read(&policy, &mode, &when, &error);
	if (r) {
		embargo_log_error("%s", error.text);
		return r;
	}
	r = kernel_fits();
	if (!r && !load->forced)
		r = guard(policy, recorded_mode ? mode : mode_to_be(load));
	embargo_change_begin(&change);
	r = r ?: load_reported(policy, recorded_mode ? mode : load->mode, &generation);
	if (r < 0)
		return r;
	embargo_change_loaded(&change, "the last good policy");
	if (gmtime_r(&when, &broken))
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &broken);
	if (asprintf(ret_said, "the last good policy, loaded at %s, is in force as generation %llu", date,
		     (unsigned long long)generation) < 0)
		return embargo_log_errno(-ENOMEM, "the last good policy is in force");
	return 0;
}

/* Nobody may look at the journal of a unit that failed at boot: the kernel's log reaches syslog and the
 * console. */
static void say_loudly(const char *what)
{
	embargo_log_error("%s", what);
	if (embargo_log_kernel(LOG_CRIT, what))
		embargo_log_warning("the kernel's log cannot be written");
}

/* Is each of them a directory without a policy? */
static bool all_empty(char *const *paths)
{
	if (!*paths)
		return false;
	for (; *paths; paths++) {
		_cleanup_(embargo_paths_freep) char **files = NULL;

		if (embargo_policies_list(*paths, &files) || *files)
			return false;
	}
	return true;
}

/* The administrator took all policies away: nothing of before, and none of an initramfs, is to be in force.
 */
static enum embargo_exit load_nothing(void)
{
	struct embargo_error error = {""};
	struct embargo_change change;

	embargo_change_begin(&change);
	if (embargo_unload(&error)) {
		embargo_log_error("%s", error.text);
		return EMBARGO_EXIT_FAILED;
	}
	embargo_fallback_forget();
	embargo_change_unloaded(&change);
	printf("there is no policy to put in force; nothing is blocked\n");
	return EMBARGO_EXIT_DONE;
}

static bool load_usable(const struct embargo_arguments *arguments)
{
	if (embargo_given(arguments, "persist") && !embargo_given(arguments, "audit") &&
	    !embargo_given(arguments, "enforce")) {
		embargo_log_error("--persist goes with --audit or --enforce");
		return false;
	}
	if (arguments->operand_count || embargo_given(arguments, "last-good"))
		return true;
	embargo_log_error("an argument is missing: POLICY…");
	return false;
}

static enum embargo_exit load_run(const struct embargo_arguments *arguments)
{
	struct load load = {.arguments = arguments, .mode = EMBARGO_MODE_MAX};
	bool fall_back = embargo_given(arguments, "last-good"), mode_known, in_force = false;
	_cleanup_(embargo_paths_freep) char **all = NULL;
	_cleanup_free_ char *done = NULL, *said = NULL;
	struct embargo_seal_status seal;
	int r, wrong;

	/* Before anything else that a policy may be refused for. */
	embargo_seal_read(&seal);
	if (seal.sealed && !embargo_load_sealed_usable(arguments))
		return EMBARGO_EXIT_FAILED;
	load.sealed = seal.sealed;
	r = wrong = embargo_config_read(NULL, &load.config);
	if (fall_back && all_empty(arguments->operands)) {
		if (!wrong)
			embargo_config_clear(&load.config);
		return load_nothing();
	}
	mode_known = !wrong;
	if (!wrong)
		load.mode = load.config.mode;
	if (embargo_given(arguments, "audit"))
		load.mode = EMBARGO_MODE_AUDIT;
	if (embargo_given(arguments, "enforce") || load.sealed)
		load.mode = EMBARGO_MODE_ENFORCE;
	mode_known = mode_known || load.mode < EMBARGO_MODE_MAX;
	load.forced = embargo_given(arguments, "force");
	load.replace = embargo_given(arguments, "replace") || fall_back;
	load.persist = embargo_given(arguments, "persist");
	if (!r && embargo_given(arguments, "add"))
		r = embargo_load_paths(NULL, arguments->operands, &all);
	if (!r && arguments->operand_count)
		r = load_named(&load, all ?: arguments->operands, &in_force);
	embargo_config_clear(&load.config);
	if (!fall_back || in_force)
		return r ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
	r = load_last_good(&load, !mode_known, &done);
	if (!r && !wrong && !arguments->operand_count) {
		printf("%s\n", done);
		return EMBARGO_EXIT_DONE;
	}
	if (asprintf(&said,
		     "THE POLICY OF THIS HOST COULD NOT BE PUT IN FORCE; %s. What is wrong: embargo policy "
		     "lint " EMBARGO_POLICY_DIR ", systemctl status embargo-load",
		     done ?: "nor could the last good one, what was in force before stays") >= 0)
		say_loudly(said);
	if (!r && said && embargo_fallback_note(said))
		embargo_log_warning("embargo status will not say so");
	return EMBARGO_EXIT_FAILED;
}

static const struct embargo_option options[] = {
	{.name = "audit", .help = "let run what is banned, and log it", .group = 1},
	{.name = "enforce", .help = "refuse what is banned", .group = 1},
	{.name = "persist", .help = "the mode for the next boots too: write it into " EMBARGO_CONFIG},
	{.name = "add", .help = "beside what is in force, which is read again", .group = 2},
	{.name = "replace", .help = "also what is in force from " EMBARGO_POLICY_DIR, .group = 2},
	{.name = "force", .help = "load it though it bans what this host needs"},
	{.name = "last-good", .help = "if it cannot be loaded, the last that could; alone, just that"},
	{0},
};

const struct embargo_command embargo_cmd_load = {
	.name = "load",
	.usage = "[--audit|--enforce] [--persist] [--add|--replace] [--force] [--last-good] [POLICY…]",
	.summary = "Put one policy, made of all POLICY files, in force.",
	.details = "A directory stands for its *.policy files, in the order of their names. Without\n"
		   "--audit or --enforce it is the mode of " EMBARGO_CONFIG ", which is, unless\n"
		   "set there: what is in force, and audit when nothing is.\n"
		   "It takes the place of what was in force, and says what that was; a policy that the\n"
		   "next boot would bring back leaves only with --replace, or if a terminal agrees.\n"
		   "Whatever goes wrong, what was in force before stays in force. --last-good is for\n"
		   "the boot, when nothing is: then the last policy that was loaded without --force is\n"
		   "put in force, the kernel's log says so, and the exit status is 1 all the same.\n"
		   "A sealed host takes one POLICY only, of the name that it was sealed with, newer, and\n"
		   "with what `policy sign --sealed' made beside it.\n",
	.options = options,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.usable = load_usable,
	.root = true,
	.run = load_run,
};
