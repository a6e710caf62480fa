// SPDX-License-Identifier: GPL-2.0-or-later
/* Counters and settings -> the text format of Prometheus. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "loader/loader.h"
#include "userspace/daemon/metrics.h"
#include "userspace/base/fallback.h"
#include "userspace/base/text.h"

static const char *const sink_names[] = {
	[EMBARGO_SINK_SYSLOG] = "syslog",     [EMBARGO_SINK_JOURNAL] = "journal",
	[EMBARGO_SINK_AUDIT] = "audit",	      [EMBARGO_SINK_TERMINAL] = "terminal",
	[EMBARGO_SINK_EVENT_LOG] = "history",
};

static void family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(FILE *out, const char *name, const char *type, const char *help, int64_t value)
{
	family(out, name, type, help);
	fprintf(out, "%s %" PRId64 "\n", name, value);
}

/* In label values a backslash, a quote and a newline are escaped; embargo_text() leaves no newline. */
static void put_label(FILE *out, const char *name, const char *value)
{
	_cleanup_free_ char *text = embargo_text(value, strlen(value));
	const char *c;

	fprintf(out, "%s=\"", name);
	for (c = text ?: ""; *c; c++)
		fprintf(out, *c == '\\' || *c == '"' ? "\\%c" : "%c", *c);
	fputc('"', out);
}

static void put_policy(FILE *out, const struct embargo_metrics *metrics)
{
	const struct embargo_policydb *policydb = metrics->policydb;
	const struct embargo_image_header *header = policydb ? policydb->image : NULL;
	char version[32];
	unsigned int i;

	family(out, "embargo_policy_info", "gauge", "Files of the policy in force, by name and version.");
	for (i = 0; policydb && i < policydb->set.file_count; i++) {
		const struct embargo_file *file = &policydb->set.files[i];

		snprintf(version, sizeof(version), "%" PRIu64, (uint64_t)file->version);
		fputs("embargo_policy_info{", out);
		put_label(out, "name", embargo_string(&policydb->set, file->name));
		fputc(',', out);
		put_label(out, "version", version);
		fputc(',', out);
		put_label(out, "file", embargo_string(&policydb->set, file->path));
		fputs("} 1\n", out);
	}
	single(out, "embargo_policy_generation", "gauge", "Number of the policy in force; 0: none.",
	       policydb ? (int64_t)policydb->generation : 0);
	single(out, "embargo_policy_age_seconds", "gauge", "Time since the policy was put in force.",
	       policydb && metrics->loaded_at ? metrics->now - metrics->loaded_at : 0);
	family(out, "embargo_rules", "gauge", "Rules of the policy in force, by kind.");
	for (i = 0; i < EMBARGO_KIND_MAX; i++)
		fprintf(out, "embargo_rules{kind=\"%s\"} %u\n", embargo_kind_name(i),
			header ? header->rules_by_kind[i] : 0);
}

static void put_verdicts(FILE *out, const struct embargo_status *status)
{
	unsigned int hook, verdict, cause;

	family(out, "embargo_verdicts_total", "counter", "Verdicts that the kernel gave, by hook.");
	for (hook = 0; hook < EMBARGO_HOOK_MAX; hook++)
		for (verdict = 0; verdict < EMBARGO_VERDICT_MAX; verdict++)
			fprintf(out, "embargo_verdicts_total{hook=\"%s\",verdict=\"%s\"} %" PRIu64 "\n",
				embargo_hook_name(hook), embargo_verdict_name(verdict),
				status->counters[EMBARGO_COUNTER_VERDICT(hook, verdict)]);
	family(out, "embargo_no_verdict_total", "counter", "Times that no rule could be asked, by cause.");
	for (cause = EMBARGO_CAUSE_NONE + 1; cause < EMBARGO_CAUSE_MAX; cause++)
		if (embargo_cause_name(cause))
			fprintf(out, "embargo_no_verdict_total{cause=\"%s\"} %" PRIu64 "\n",
				embargo_cause_name(cause), status->counters[EMBARGO_COUNTER_CAUSE(cause)]);
}

static void put_ring(FILE *out, const struct embargo_status *status)
{
	const uint64_t *counters = status->counters;

	single(out, "embargo_hashed_files_total", "counter", "Files that the kernel hashed.",
	       counters[EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_HASHED)]);
	single(out, "embargo_kept_verdicts_total", "counter", "Verdicts that needed no new hash.",
	       counters[EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_CACHED)]);
	single(out, "embargo_no_policy_total", "counter",
	       "Times that a hook ran while no policy was published.",
	       counters[EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_NO_POLICY)]);
	single(out, "embargo_ring_size_bytes", "gauge", "Room in the ring of events.", status->ring_size);
	single(out, "embargo_ring_used_bytes", "gauge", "What waits in the ring.", status->ring_used);
	single(out, "embargo_ring_events_total", "counter", "Events put into the ring.",
	       counters[EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_EVENTS)]);
	single(out, "embargo_ring_lost_total", "counter", "Events that found the ring full.",
	       counters[EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_LOST)]);
}

static void put_events(FILE *out, const struct embargo_tally *tally)
{
	unsigned int hook, kind, mode, verdict;
	uint64_t count;

	family(out, "embargo_events_total", "counter",
	       "Events that the daemon took out of the ring, by hook, kind of rule, mode and verdict.");
	for (hook = 0; hook < EMBARGO_HOOK_MAX; hook++)
		for (kind = 0; kind <= EMBARGO_KIND_MAX; kind++)
			for (mode = 0; mode < EMBARGO_MODE_MAX; mode++)
				for (verdict = 0; verdict < EMBARGO_VERDICT_MAX; verdict++) {
					count = tally->events[hook][kind][mode][verdict];
					if (count)
						fprintf(out,
							"embargo_events_total{hook=\"%s\",kind=\"%s\",mode="
							"\"%s\","
							"verdict=\"%s\"} %" PRIu64 "\n",
							embargo_hook_name(hook),
							kind < EMBARGO_KIND_MAX ? embargo_kind_name(kind)
										: "none",
							embargo_mode_name(mode),
							embargo_verdict_name(verdict), count);
				}
}

static void put_delivery(FILE *out, const struct embargo_sinks *sinks, const struct embargo_tally *tally)
{
	unsigned int sink;

	family(out, "embargo_delivered_total", "counter", "Messages that a receiver took.");
	for (sink = 0; sink < EMBARGO_SINK_MAX; sink++)
		fprintf(out, "embargo_delivered_total{sink=\"%s\"} %" PRIu64 "\n", sink_names[sink],
			sinks->delivered[sink]);
	family(out, "embargo_delivery_failed_total", "counter", "Messages that a receiver did not get.");
	for (sink = 0; sink < EMBARGO_SINK_MAX; sink++)
		fprintf(out, "embargo_delivery_failed_total{sink=\"%s\"} %" PRIu64 "\n", sink_names[sink],
			sinks->failed[sink]);
	single(out, "embargo_limited_total", "counter",
	       "Events that were not told one by one, for the same was told just before.", tally->limited);
}

static void put_watch_counts(FILE *out, const struct embargo_watch_shared *watch)
{
	static const struct {
		const char *name, *help;
	} counts[EMBARGO_WATCH_COUNTS] = {
		[EMBARGO_WATCH_SEEN] = {"events", "Events of files that were written, made or moved."},
		[EMBARGO_WATCH_CLASSIFIED] = {"classified", "New files that were looked at."},
		[EMBARGO_WATCH_WARNINGS] = {"unreadable", "New files that could not be read."},
		[EMBARGO_WATCH_PINNED] = {"pinned", "Entries that new files brought into the policy."},
		[EMBARGO_WATCH_OVERFLOWS] = {"overflows", "Times that something was not seen."},
		[EMBARGO_WATCH_RESCANS] = {"rescans", "Scans of what was not seen, completed."},
		[EMBARGO_WATCH_RESTARTS] = {"restarts", "Times that the watcher died and was started again."},
		[EMBARGO_WATCH_PENDING] = {"untold", "Messages of the watch that did not come to the logs."},
	};
	char name[64];
	size_t i;

	for (i = 0; i < EMBARGO_WATCH_COUNTS; i++) {
		snprintf(name, sizeof(name), "embargo_watch_%s_total", counts[i].name);
		single(out, name, "counter", counts[i].help, watch->counts[i]);
	}
}

/* Prometheus wants the base unit. */
static void seconds(FILE *out, const char *name, const char *type, const char *help, uint64_t ns)
{
	family(out, name, type, help);
	fprintf(out, "%s %" PRIu64 ".%06" PRIu64 "\n", name, ns / 1000000000, ns / 1000 % 1000000);
}

static void put_watch(FILE *out, const struct embargo_watch_shared *watch)
{
	single(out, "embargo_watch_active", "gauge",
	       "Whether new files are watched: the policy has rules that the kernel cannot match.",
	       watch->active != 0);
	single(out, "embargo_watch_filesystems", "gauge", "File systems that are watched.",
	       watch->filesystems);
	single(out, "embargo_watch_queue", "gauge", "New files that wait to be looked at.", watch->queued);
	single(out, "embargo_watch_rescan_due", "gauge",
	       "Whether something was not seen and is to be scanned.", watch->lost != 0);
	put_watch_counts(out, watch);
	single(out, "embargo_watch_in_force_files_total", "counter",
	       "New files that were banned by what was found.", watch->force_count);
	seconds(out, "embargo_watch_in_force_seconds_total", "counter",
		"Time from the event of their closing to the rule in force, all together.", watch->force_ns);
	seconds(out, "embargo_watch_in_force_most_seconds", "gauge", "The longest of these times.",
		watch->force_ns_max);
}

static void put_fetch(FILE *out, const struct embargo_fetch_state *fetch, int64_t today)
{
	unsigned int cause;

	if (fetch->serial)
		single(out, "embargo_policy_expires_seconds", "gauge",
		       "Time until the channel that this host's policy came by expires; negative: it has.",
		       fetch->expires - today);
	single(out, "embargo_fetch_serial", "gauge", "Serial of the channel; 0: none came.",
	       (int64_t)fetch->serial);
	single(out, "embargo_fetch_last_attempt_seconds", "gauge",
	       "When a policy was last looked for, in Unix time.", fetch->attempt);
	single(out, "embargo_fetch_last_success_seconds", "gauge",
	       "When all was as it should be, in Unix time; 0: never.", fetch->success);
	single(out, "embargo_fetch_failures_total", "counter", "Fetches that failed.",
	       (int64_t)fetch->failures);
	family(out, "embargo_fetch_failed", "gauge", "Why the last fetch failed; none is 1: it did not.");
	for (cause = 0; cause < EMBARGO_FETCH_CAUSE_MAX; cause++)
		fprintf(out, "embargo_fetch_failed{cause=\"%s\"} %d\n", embargo_fetch_cause_name(cause),
			fetch->cause == cause);
}

char *embargo_metrics_text(const struct embargo_metrics *metrics)
{
	const struct embargo_status *status = metrics->status;
	_cleanup_free_ char *text = NULL;
	unsigned int mode;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	family(out, "embargo_build_info", "gauge",
	       "Version of the daemon, and build of the programs in the kernel.");
	fprintf(out, "embargo_build_info{version=\"" EMBARGO_VERSION "\",programs=\"%016" PRIx64 "\"} 1\n",
		status->build);
	single(out, "embargo_loaded", "gauge", "Whether a policy is in force.", status->loaded);
	family(out, "embargo_mode", "gauge", "The mode that is 1 is in force.");
	for (mode = 0; mode < EMBARGO_MODE_MAX; mode++)
		fprintf(out, "embargo_mode{mode=\"%s\"} %d\n", embargo_mode_name(mode),
			status->loaded && status->mode == mode);
	put_policy(out, metrics);
	put_verdicts(out, status);
	put_ring(out, status);
	put_events(out, metrics->tally);
	put_delivery(out, metrics->sinks, metrics->tally);
	if (metrics->watch)
		put_watch(out, metrics->watch);
	embargo_metrics_host(metrics, out);
	if (metrics->fetch)
		put_fetch(out, metrics->fetch, metrics->real);
	return fclose(out) ? NULL : TAKE_PTR(text);
}

static int64_t seconds_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec;
}

/*
 * The link in /run tells by a clock that can be set. So the difference is taken once, when the policy is
 * first seen, and goes on by one that cannot; the link is of this boot.
 */
void embargo_metrics_note_policy(struct embargo_daemon *daemon)
{
	const struct embargo_policydb *policydb = embargo_policydb_cache_newest(&daemon->policydbs);
	int64_t now = seconds_of(CLOCK_BOOTTIME), age;
	struct stat st;

	if (!policydb || policydb->generation == daemon->metrics.policy)
		return;
	age = lstat(EMBARGO_POLICYDB_LINK, &st) ? 0 : seconds_of(CLOCK_REALTIME) - st.st_mtime;
	age = age < 0 ? 0 : age;
	daemon->metrics.policy = policydb->generation;
	daemon->metrics.policy_since = age < now ? now - age : 0;
}

char *embargo_daemon_metrics(struct embargo_daemon *daemon)
{
	struct embargo_status status = {0};
	struct embargo_metrics metrics = {.status = &status,
					  .tally = &daemon->tally,
					  .sinks = &daemon->sinks,
					  .watch = daemon->new_files.shared,
					  .reload_failed = daemon->metrics.reload_failed,
					  .reload_since = daemon->metrics.reload_since,
					  .real = seconds_of(CLOCK_REALTIME),
					  .now = seconds_of(CLOCK_BOOTTIME)};
	_cleanup_(embargo_fetch_state_clear) struct embargo_fetch_state fetch = {0};
	_cleanup_free_ char *fallback = embargo_fallback_read();
	struct embargo_reason reason;
	struct embargo_error error;

	metrics.broken = fallback != NULL;
	/* One that cannot be read has no attempt: an alert on the last success should go off. */
	if (*daemon->config.fetch_url) {
		(void)embargo_fetch_state_read(EMBARGO_FETCH_STATE, &fetch, &reason);
		metrics.fetch = &fetch;
	}
	/* What cannot be read is as if nothing were loaded: an alert on embargo_loaded should go off. */
	if (embargo_get_counts(&status, &error))
		status = (struct embargo_status){0};
	if (status.loaded) {
		embargo_metrics_note_policy(daemon);
		metrics.policydb = embargo_policydb_cache_newest(&daemon->policydbs);
		metrics.loaded_at = daemon->metrics.policy_since;
	}
	return embargo_metrics_text(&metrics);
}
