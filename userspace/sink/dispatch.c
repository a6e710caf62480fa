/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is told of an event: syslog, or where it is off the journal, must take it
 * before the next one follows; the others get it if they can take it at once.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "userspace/daemon/daemon.h"
#include "userspace/base/log.h"
#include "userspace/sink/dispatch.h"

static int count(struct embargo_daemon *daemon, enum embargo_sink sink, int r)
{
	if (r)
		daemon->tally.failed[sink]++;
	else
		daemon->tally.delivered[sink]++;
	return r;
}

/* One of .record and .note, or of lost events. */
struct message {
	const struct embargo_record *record;
	const struct embargo_note *note;
	uint64_t lost;
	uint64_t lost_total;
};

static int journal_tell(struct embargo_daemon *daemon, const struct message *message)
{
	int r;

	if (!daemon->config.journal || daemon->journal_took)
		return 0;
	r = message->record ? embargo_journal_event(&daemon->journal, message->record)
	    : message->note ? embargo_journal_note(&daemon->journal, message->note)
			    : embargo_journal_lost(&daemon->journal, message->lost, message->lost_total);
	/* Not every host has one. */
	if (r != -ENOENT && r != -ECONNREFUSED)
		count(daemon, EMBARGO_SINK_JOURNAL, r);
	daemon->journal_took = !r;
	daemon->journal_known |= !r;
	return r;
}

/* Where syslog is off: does the event wait? Too much for one message, it would wait for ever. */
static int journal_must(const struct embargo_daemon *daemon, int r)
{
	if (r == -EAGAIN || r == -ECONNREFUSED || (r == -ENOENT && daemon->journal_known))
		return r;
	return 0;
}

static int syslog_tell(struct embargo_daemon *daemon, const struct message *message)
{
	bool enough = daemon->config.syslog == EMBARGO_SYSLOG_AUTO && daemon->journal_took;
	int r;

	if (enough && embargo_syslog_is_journal(&daemon->syslog))
		return 0;
	r = message->record ? embargo_syslog_event(&daemon->syslog, message->record)
	    : message->note ? embargo_syslog_note(&daemon->syslog, message->note)
			    : embargo_syslog_lost(&daemon->syslog, message->lost, message->lost_total);
	/* A host with a journal need not have syslog, too. */
	if (enough && r == -ENOENT)
		return 0;
	if (!r || r == -EMSGSIZE)
		count(daemon, EMBARGO_SINK_SYSLOG, r);
	if (r == -EMSGSIZE)
		embargo_log_errno(r, "an event cannot be sent to syslog; the history has it");
	return r == -EMSGSIZE ? 0 : r;
}

static int logs_tell(struct embargo_daemon *daemon, const struct message *message)
{
	int r = journal_tell(daemon, message);

	if (daemon->config.syslog != EMBARGO_SYSLOG_OFF)
		r = syslog_tell(daemon, message);
	else
		r = journal_must(daemon, r);
	if (!r)
		daemon->journal_took = false;
	return r;
}

static void echo(const struct embargo_record *record)
{
	_cleanup_free_ char *text = embargo_record_text(record, SIZE_MAX);
	char time[EMBARGO_TIME_SIZE];

	embargo_time_format(&record->time, time);
	fprintf(stderr, "%s %s\n", time, text ?: "out of memory");
}

int embargo_daemon_tell(struct embargo_daemon *daemon, const struct embargo_record *record)
{
	const struct message message = {.record = record};
	int r = logs_tell(daemon, &message);

	if (r)
		return r;
	if (daemon->config.audit)
		count(daemon, EMBARGO_SINK_AUDIT, embargo_audit_event(&daemon->audit, record));
	if (daemon->config.notices && !record->repeated && record->event->verdict == EMBARGO_DENIED) {
		r = embargo_notice(&daemon->notices, record, embargo_now_ms());
		/* Most have no terminal. */
		if (r != -ENOTTY)
			count(daemon, EMBARGO_SINK_TERMINAL, r);
	}
	if (daemon->echo)
		echo(record);
	return 0;
}

int embargo_daemon_tell_lost_events(struct embargo_daemon *daemon, uint64_t lost, uint64_t total)
{
	const struct message message = {.lost = lost, .lost_total = total};

	return logs_tell(daemon, &message);
}

int embargo_daemon_tell_note(struct embargo_daemon *daemon, const struct embargo_note *note)
{
	const struct message message = {.note = note};
	int r = logs_tell(daemon, &message);

	if (!r && daemon->echo)
		embargo_log_note("%s", embargo_note_message(note));
	return r;
}

int embargo_tell_note(const struct embargo_config *config, const struct embargo_note *note)
{
	struct embargo_daemon daemon = {
		.config = *config,
		.syslog = {.path = config->syslog_socket,
			   .fd = -1,
			   .format = config->syslog,
			   .facility = config->syslog_facility},
		.journal = {.fd = -1, .facility = config->syslog_facility},
	};
	const struct message message = {.note = note};
	int r = logs_tell(&daemon, &message);

	embargo_syslog_close(&daemon.syslog);
	embargo_journal_close(&daemon.journal);
	return r;
}
