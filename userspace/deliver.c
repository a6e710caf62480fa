/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the ring to syslog and the history file. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "userspace/daemon.h"
#include "userspace/log.h"

#define BATCH 256 /* then signals are looked at */
#define TOLD EMBARGO_RUN_DIR "/lost-told"

static void echo(const struct embargo_record *record)
{
	_cleanup_free_ char *text = embargo_record_text(record, SIZE_MAX);
	char time[EMBARGO_TIME_SIZE];

	embargo_time_format(&record->time, time);
	fprintf(stderr, "%s %s\n", time, text ?: "out of memory");
}

static int event_deliver(struct embargo_daemon *daemon, const struct embargo_event *event, const char *path)
{
	struct embargo_key key = embargo_event_key(event);
	_cleanup_free_ char *line = NULL;
	struct embargo_record record;
	int r;

	if (embargo_key_equal(&key, &daemon->filed))
		return 0;
	embargo_record_make(&record, event, path, &daemon->books);
	r = embargo_syslog_event(&daemon->syslog, &record);
	if (r == -EMSGSIZE)
		embargo_log_errno(r, "the event of pid %u at %" PRIu64 " ns cannot be sent to syslog",
				  event->tgid, (uint64_t)event->time_ns);
	else if (r)
		return r;
	/* In this order a daemon that is killed in between repeats an event, and never drops one. */
	line = embargo_record_json_line(&record);
	embargo_spool_write(&daemon->spool, line);
	if (daemon->echo)
		echo(&record);
	return 0;
}

int embargo_daemon_deliver(struct embargo_daemon *daemon)
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
		r = event_deliver(daemon, &event, path);
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

void embargo_daemon_recall(struct embargo_daemon *daemon)
{
	_cleanup_fclose_ FILE *file = fopen(TOLD, "re");
	uint64_t of = 0, told = 0;

	daemon->instance = instance();
	daemon->lost_told = 0;
	if (file && fscanf(file, "%" SCNu64 " %" SCNu64, &of, &told) == 2 && of == daemon->instance)
		daemon->lost_told = told;
}

int embargo_daemon_tell_lost(struct embargo_daemon *daemon)
{
	uint64_t total = embargo_ring_lost(daemon->ring);
	_cleanup_fclose_ FILE *file = NULL;
	int r;

	if (total <= daemon->lost_told)
		return 0;
	r = embargo_syslog_lost(&daemon->syslog, total - daemon->lost_told, total);
	if (r)
		return r;
	if (daemon->echo)
		embargo_log_warning("%" PRIu64 " events found the ring full and are lost",
				    total - daemon->lost_told);
	daemon->lost_told = total;
	file = fopen(TOLD, "we");
	if (file)
		fprintf(file, "%" PRIu64 " %" PRIu64 "\n", daemon->instance, total);
	return 0;
}
