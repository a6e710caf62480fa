/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is told of an event: syslog, or where it is off the journal, must take it
 * before the next one follows; the others get it if they can take it at once.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "userspace/base/clock.h"
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

/* One of .record and .message, or of lost events. */
struct dispatch {
	const struct embargo_record *record;
	const struct embargo_log_message *message;
	uint64_t lost;
	uint64_t lost_total;
};

static int journal_tell(struct embargo_daemon *daemon, const struct dispatch *dispatch)
{
	int r;

	if (!daemon->config.journal || daemon->journal_took)
		return 0;
	r = dispatch->record ? embargo_journal_event(&daemon->journal, dispatch->record)
	    : dispatch->message
		    ? embargo_journal_message(&daemon->journal, dispatch->message)
		    : embargo_journal_lost(&daemon->journal, dispatch->lost, dispatch->lost_total);
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

static int syslog_tell(struct embargo_daemon *daemon, const struct dispatch *dispatch)
{
	bool enough = daemon->config.syslog == EMBARGO_SYSLOG_AUTO && daemon->journal_took;
	int r;

	if (enough && embargo_syslog_is_journal(&daemon->syslog))
		return 0;
	r = dispatch->record	? embargo_syslog_event(&daemon->syslog, dispatch->record)
	    : dispatch->message ? embargo_syslog_message(&daemon->syslog, dispatch->message)
				: embargo_syslog_lost(&daemon->syslog, dispatch->lost, dispatch->lost_total);
	/* A host with a journal need not have syslog, too. */
	if (enough && r == -ENOENT)
		return 0;
	if (!r || r == -EMSGSIZE)
		count(daemon, EMBARGO_SINK_SYSLOG, r);
	if (r == -EMSGSIZE)
		embargo_log_errno(r, "an event cannot be sent to syslog; the history has it");
	return r == -EMSGSIZE ? 0 : r;
}

static int logs_tell(struct embargo_daemon *daemon, const struct dispatch *dispatch)
{
	int r = journal_tell(daemon, dispatch);

	if (daemon->config.syslog != EMBARGO_SYSLOG_OFF)
		r = syslog_tell(daemon, dispatch);
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

int embargo_dispatch_event(struct embargo_daemon *daemon, const struct embargo_record *record)
{
	const struct dispatch dispatch = {.record = record};
	int r = logs_tell(daemon, &dispatch);

	if (r)
		return r;
	if (daemon->config.audit)
		count(daemon, EMBARGO_SINK_AUDIT, embargo_audit_event(&daemon->audit, record));
	if (daemon->config.notices && !record->repeated && record->event->verdict == EMBARGO_DENIED) {
		r = embargo_tty_notice(&daemon->notices, record, embargo_now_ms());
		/* Most have no terminal. */
		if (r != -ENOTTY)
			count(daemon, EMBARGO_SINK_TERMINAL, r);
	}
	if (daemon->echo)
		echo(record);
	return 0;
}

int embargo_dispatch_lost_events(struct embargo_daemon *daemon, uint64_t lost, uint64_t total)
{
	const struct dispatch dispatch = {.lost = lost, .lost_total = total};

	return logs_tell(daemon, &dispatch);
}

int embargo_dispatch_daemon_message(struct embargo_daemon *daemon, const struct embargo_log_message *message)
{
	const struct dispatch dispatch = {.message = message};
	int r = logs_tell(daemon, &dispatch);

	if (!r && daemon->echo)
		embargo_log_note("%s", embargo_log_message_message(message));
	return r;
}

int embargo_dispatch_message(const struct embargo_config *config, const struct embargo_log_message *message)
{
	struct embargo_daemon daemon = {
		.config = *config,
		.syslog = {.path = config->syslog_socket,
			   .fd = -1,
			   .format = config->syslog,
			   .facility = config->syslog_facility},
		.journal = {.fd = -1, .facility = config->syslog_facility},
	};
	const struct dispatch dispatch = {.message = message};
	int r = logs_tell(&daemon, &dispatch);

	embargo_syslog_close(&daemon.syslog);
	embargo_journal_close(&daemon.journal);
	return r;
}
