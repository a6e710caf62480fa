// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * embargo-initramfs: puts the last good policy in force, and nothing else. It is what `embargo load
 * --last-good` does, as a program of its own that needs neither what reads foreign formats nor what reads
 * archives and signatures: an initramfs must not grow by their libraries. The policy passed every check when
 * it was loaded.
 */
#include <errno.h>
#include <stdio.h>
#include <syslog.h>

#include "policy/plural.h"
#include "loader/loader.h"
#include "loader/probe.h"
#include "policy/policy.h"
#include "userspace/base/config.h"
#include "userspace/base/log.h"

/* Where nobody receives syslog yet, the kernel's log does. */
static int tell(int severity, const char *text)
{
	(void)embargo_log_kernel(severity, text);
	if (severity < LOG_NOTICE)
		embargo_log_error("%s", text);
	else
		printf("%s\n", text);
	return severity < LOG_NOTICE;
}

static int failed(const char *why)
{
	char text[640];

	snprintf(text, sizeof(text), "no policy is in force from the initramfs: %s", why);
	return tell(LOG_CRIT, text);
}

/* The mode of embargo.conf; if that cannot be read, the one that the policy was in force with. */
static enum embargo_mode mode_of(enum embargo_mode recorded)
{
	struct embargo_config config;
	enum embargo_mode mode = recorded;

	if (embargo_config_read(NULL, &config))
		return recorded;
	mode = config.mode < EMBARGO_MODE_MAX ? (enum embargo_mode)config.mode : EMBARGO_MODE_AUDIT;
	embargo_config_clear(&config);
	return mode;
}

int main(void)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	struct embargo_probe_result results[EMBARGO_PROBES_COUNT];
	const struct embargo_probe_result *obstacle;
	struct embargo_error error = {""};
	enum embargo_mode mode;
	uint64_t generation;
	char text[256];
	time_t when;

	if (embargo_last_good_read(&policy, &mode, &when, &error))
		return failed(error.text);
	obstacle = embargo_probe_obstacle(results, embargo_probe(results));
	if (obstacle) {
		snprintf(error.text, sizeof(error.text), "%s: %s", obstacle->name, obstacle->found);
		return failed(error.text);
	}
	mode = mode_of(mode);
	if (embargo_load(policy, mode, &generation, &error))
		return failed(error.text);
	snprintf(text, sizeof(text), "the last good policy is in force from the initramfs, %s, %u %s",
		 embargo_mode_name(mode), policy->set.rule_count,
		 embargo_plural(policy->set.rule_count, "rule", "rules"));
	return tell(LOG_NOTICE, text);
}
