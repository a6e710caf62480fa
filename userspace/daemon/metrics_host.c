// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What alerts ask of a host. Times are timestamps: how old something is by now is the reader's to say, by
 * its own clock, also when the answer is an old one.
 */
#include <inttypes.h>
#include <stdio.h>

#include "loader/seal.h"
#include "userspace/daemon/metrics.h"

static void gauge(FILE *out, const char *name, const char *help, int64_t value)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRId64 "\n", name, help, name, name, value);
}

static void histogram(FILE *out, const char *name, const char *help,
		      const uint64_t within[EMBARGO_WATCH_BUCKETS], uint64_t count, uint64_t sum_ns)
{
	size_t i;

	fprintf(out, "# HELP %s %s\n# TYPE %s histogram\n", name, help, name);
	for (i = 0; i < EMBARGO_WATCH_BUCKETS; i++)
		fprintf(out, "%s_bucket{le=\"%u.%03u\"} %" PRIu64 "\n", name,
			embargo_watch_bucket_ms[i] / 1000, embargo_watch_bucket_ms[i] % 1000, within[i]);
	fprintf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
	fprintf(out, "%s_sum %" PRIu64 ".%06" PRIu64 "\n", name, sum_ns / 1000000000,
		sum_ns / 1000 % 1000000);
	fprintf(out, "%s_count %" PRIu64 "\n", name, count);
}

/* Programs that a policy needs attached and that are not: somebody took them away. */
static void put_hooks(const struct embargo_metrics *metrics, FILE *out)
{
	const struct embargo_image_header *header = metrics->policydb ? metrics->policydb->image : NULL;
	unsigned int expected =
		header ? embargo_links_expected(header->rules_by_kind[EMBARGO_KIND_INTERPRETER] > 0) : 0;

	gauge(out, "embargo_hooks_attached", "Programs that are attached to hooks of the kernel.",
	      metrics->status->links);
	gauge(out, "embargo_hooks_expected", "So many must be attached for the policy in force; 0: none is.",
	      metrics->status->other_build ? metrics->status->links : expected);
	gauge(out, "embargo_ftrace_enabled", "Whether the kernel calls programs that are attached.",
	      !metrics->status->ftrace_off);
}

static void put_seal(FILE *out)
{
	struct embargo_seal_status seal;
	unsigned int i;

	embargo_seal_read(&seal);
	gauge(out, "embargo_sealed", "Whether root is kept from changing what is in force, until reboot.",
	      seal.sealed);
	fprintf(out, "# HELP embargo_tamper_total What was refused to who would change a sealed host.\n"
		     "# TYPE embargo_tamper_total counter\n");
	for (i = EMBARGO_TAMPER_NONE + 1; embargo_tamper_name(i); i++)
		fprintf(out, "embargo_tamper_total{what=\"%s\"} %" PRIu64 "\n", embargo_tamper_name(i),
			seal.refused[i]);
}

void embargo_metrics_host(const struct embargo_metrics *metrics, FILE *out)
{
	const struct embargo_tally *tally = metrics->tally;
	const struct embargo_watch_shared *watch = metrics->watch;

	put_hooks(metrics, out);
	put_seal(out);
	gauge(out, "embargo_policy_broken",
	      "Whether the policy of the host is broken, and the last good one or none is in force.",
	      metrics->broken);
	gauge(out, "embargo_policy_loaded_timestamp_seconds",
	      "When the policy was put in force; 0: not known.",
	      metrics->loaded_at ? metrics->real - (metrics->now - metrics->loaded_at) : 0);
	gauge(out, "embargo_config_last_reload_successful",
	      "Whether the configuration was right when it was read last.", !metrics->reload_failed);
	gauge(out, "embargo_config_last_reload_success_timestamp_seconds",
	      "When the configuration was read last without an error.", metrics->reload_since);
	gauge(out, "embargo_last_denial_timestamp_seconds",
	      "When something was denied last, of what this daemon told; 0: never.", tally->last_denied);
	fprintf(out,
		"# HELP embargo_selftest_events_total Events that embargo selftest caused, in no other count "
		"of "
		"events.\n# TYPE embargo_selftest_events_total counter\nembargo_selftest_events_total "
		"%" PRIu64 "\n",
		tally->selftest);
	histogram(out, "embargo_delivery_seconds", "Time from a verdict of the kernel to its delivery.",
		  tally->told_within, tally->told, tally->told_ns);
	if (!watch)
		return;
	gauge(out, "embargo_watch_not_watching",
	      "Whether a limit of the kernel is used up, and new files are found by scans only.",
	      watch->blind != 0);
	gauge(out, "embargo_watch_complete_timestamp_seconds",
	      "What came into being before was looked at; 0: not known.", watch->complete / 1000000000);
	histogram(out, "embargo_watch_in_force_seconds",
		  "Time from the event of a new file's closing to the rule in force.", watch->force_within,
		  watch->force_count, watch->force_ns);
}
