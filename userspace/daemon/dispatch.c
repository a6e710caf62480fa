// SPDX-License-Identifier: GPL-2.0-or-later
/* From the ring to the sinks. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "userspace/base/clock.h"
#include "userspace/daemon/daemon.h"
#include "userspace/base/log.h"

#define BATCH 256 /* then signals are looked at */
#define TOLD EMBARGO_RUN_DIR "/lost-told"

int embargo_daemon_dispatch_repeated(struct embargo_daemon *daemon, bool all)
{
	struct embargo_rate_bucket *window;
	struct embargo_record record;
	struct embargo_entry entry;
	int r;

	while ((window = embargo_limit_due(&daemon->limit, all ? INT64_MAX : embargo_now_ms()))) {
		if (window->repeated) {
			embargo_record_make(&record, &window->event, window->path, &daemon->policydbs);
			record.repeated = window->repeated;
			record.seconds = (window->last - window->begin + 999) / 1000;
			embargo_entry_event(&entry, &record);
			r = embargo_sinks_take(&daemon->sinks, &entry, false);
			embargo_entry_clear(&entry);
			if (r)
				return r;
		}
		embargo_limit_close(&daemon->limit);
	}
	return 0;
}

/* What selftest had refused is delivered, as it proves, and is no denial to be alarmed of. */
static void tally(struct embargo_tally *tally, const struct embargo_record *record)
{
	const struct embargo_event *event = record->event;
	unsigned int kind = event->rule == EMBARGO_NO_RULE ? EMBARGO_KIND_MAX : event->kind;
	struct timespec now;
	uint64_t took;

	if (embargo_record_selftest(record)) {
		tally->selftest++;
		return;
	}
	if (event->hook < EMBARGO_HOOK_MAX && kind <= EMBARGO_KIND_MAX && event->mode < EMBARGO_MODE_MAX &&
	    event->verdict < EMBARGO_VERDICT_MAX)
		tally->events[event->hook][kind][event->mode][event->verdict]++;
	if (event->verdict == EMBARGO_DENIED)
		tally->last_denied = record->time.tv_sec;
	clock_gettime(CLOCK_BOOTTIME, &now);
	took = now.tv_sec * 1000000000ULL + now.tv_nsec;
	took = took > event->time_ns ? took - event->time_ns : 0;
	tally->told++;
	tally->told_ns += took;
	for (size_t i = 0; i < EMBARGO_WATCH_BUCKETS; i++)
		tally->told_within[i] += took <= embargo_watch_bucket_ms[i] * 1000000ULL;
}

static int event_dispatch(struct embargo_daemon *daemon, const struct embargo_event *event, const char *path)
{
	struct embargo_key key = embargo_event_key(event);
	struct embargo_rate_bucket *bucket;
	struct embargo_record record;
	struct embargo_entry entry;
	bool open;
	int r;

	if (embargo_key_equal(&key, &daemon->filed))
		return 0;
	/* Makes room for one more bucket, too. */
	r = embargo_daemon_dispatch_repeated(daemon, false);
	if (r)
		return r;
	embargo_record_make(&record, event, path, &daemon->policydbs);
	bucket = embargo_rate_bucket(&daemon->limit, event, path, embargo_now_ms());
	open = embargo_limit_open(&daemon->limit, bucket);
	embargo_entry_event(&entry, &record);
	r = embargo_sinks_take(&daemon->sinks, &entry, !open);
	embargo_entry_clear(&entry);
	if (r)
		return r;
	if (!open) {
		embargo_limit_count(bucket, event, embargo_now_ms());
		daemon->tally.limited++;
	} else if (bucket) {
		bucket->told++;
	}
	tally(&daemon->tally, &record);
	return 0;
}

int embargo_daemon_dispatch(struct embargo_daemon *daemon)
{
	struct embargo_event event;
	char path[EMBARGO_PATH_SIZE];
	unsigned int i;
	int r;

	for (i = 0; i < BATCH; i++) {
		r = embargo_ring_next(daemon->ring, &event, path);
		if (!r)
			return 0;
		if (r == -EBADMSG) {
			embargo_log_warning("an event of another version of embargo was passed over");
			continue;
		}
		if (r < 0)
			return embargo_log_errno(r, "cannot read the ring of events");
		r = event_dispatch(daemon, &event, path);
		if (r)
			return r;
		embargo_ring_take(daemon->ring);
	}
	return 1;
}

/* Which instance of the programs counts: the counter starts anew with each. */
static uint64_t instance(void)
{
	struct stat st;

	return stat(EMBARGO_PIN_DIR "/live", &st) ? 0 : st.st_ino;
}

void embargo_daemon_resume(struct embargo_daemon *daemon)
{
	_cleanup_fclose_ FILE *file = fopen(TOLD, "re");
	uint64_t of = 0, told = 0;

	daemon->instance = instance();
	daemon->lost_reported = daemon->lost_waiting = 0;
	if (file && fscanf(file, "%" SCNu64 " %" SCNu64, &of, &told) == 2 && of == daemon->instance)
		daemon->lost_reported = told;
}

int embargo_daemon_dispatch_lost(struct embargo_daemon *daemon)
{
	/* A loss that one has taken and another has not is told as it was, before what was lost since. */
	uint64_t total = daemon->lost_waiting ?: embargo_ring_lost(daemon->ring);
	_cleanup_fclose_ FILE *file = NULL;
	struct embargo_entry entry;
	int r;

	if (total <= daemon->lost_reported)
		return 0;
	embargo_entry_lost(&entry, total - daemon->lost_reported, total);
	r = embargo_sinks_take(&daemon->sinks, &entry, false);
	embargo_entry_clear(&entry);
	daemon->lost_waiting = r ? total : 0;
	if (r)
		return r;
	daemon->lost_reported = total;
	file = fopen(TOLD, "we");
	if (file)
		fprintf(file, "%" PRIu64 " %" PRIu64 "\n", daemon->instance, total);
	return 0;
}
