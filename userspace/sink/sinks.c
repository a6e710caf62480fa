// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of sinks, and how an entry goes from one to the next. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "policy/plural.h"
#include "userspace/base/clock.h"
#include "userspace/base/log.h"
#include "userspace/sink/sink.h"

#define NOT_CONCERNED 1 /* there is nobody, or it is not for him: neither taken nor missed */

static bool has_taken(unsigned int taken, enum embargo_sink_id id)
{
	return taken & 1U << id;
}

static int journal_take(struct embargo_sinks *sinks, struct embargo_entry *entry, unsigned int taken)
{
	int r;

	(void)taken;
	if (!sinks->config->journal)
		return NOT_CONCERNED;
	r = embargo_journal_take(&sinks->journal, entry);
	/* Not every host has one, and beside syslog it is not waited for. */
	if ((r == -ENOENT || r == -ECONNREFUSED) && sinks->config->syslog != EMBARGO_SYSLOG_OFF)
		return NOT_CONCERNED;
	return r == -ENOENT && !sinks->journal.known ? NOT_CONCERNED : r;
}

/* Where syslog is off it alone is left. Too much for one message would wait for ever. */
static bool journal_must(const struct embargo_sinks *sinks, int error)
{
	return sinks->config->syslog == EMBARGO_SYSLOG_OFF &&
	       (error == -EAGAIN || error == -ECONNREFUSED || error == -ENOENT);
}

static int syslog_take(struct embargo_sinks *sinks, struct embargo_entry *entry, unsigned int taken)
{
	bool enough = sinks->config->syslog == EMBARGO_SYSLOG_AUTO && has_taken(taken, EMBARGO_SINK_JOURNAL);
	int r;

	if (sinks->config->syslog == EMBARGO_SYSLOG_OFF ||
	    (enough && embargo_syslog_is_journal(&sinks->syslog)))
		return NOT_CONCERNED;
	r = embargo_syslog_take(&sinks->syslog, entry);
	if (r == -EMSGSIZE)
		embargo_log_errno(r, "an event cannot be sent to syslog; the history has it");
	/* A host with a journal need not have syslog, too. */
	return r == -ENOENT && enough ? NOT_CONCERNED : r;
}

static bool syslog_must(const struct embargo_sinks *sinks, int error)
{
	(void)sinks;
	return error != -EMSGSIZE;
}

static int audit_take(struct embargo_sinks *sinks, struct embargo_entry *entry, unsigned int taken)
{
	(void)taken;
	if (!sinks->config->audit || !embargo_audit_wants(entry))
		return NOT_CONCERNED;
	return embargo_audit_take(&sinks->audit, entry);
}

static int terminal_take(struct embargo_sinks *sinks, struct embargo_entry *entry, unsigned int taken)
{
	int r;

	(void)taken;
	if (!sinks->config->notices || entry->record->event->verdict != EMBARGO_DENIED)
		return NOT_CONCERNED;
	r = embargo_tty_notice(&sinks->notices, entry->record, embargo_now_ms());
	/* Most have no terminal. */
	return r == -ENOTTY ? NOT_CONCERNED : r;
}

static int stderr_take(struct embargo_sinks *sinks, struct embargo_entry *entry, unsigned int taken)
{
	const char *sentence = embargo_entry_sentence(entry);
	char time[EMBARGO_TIME_SIZE];

	(void)taken;
	if (!sinks->echo)
		return NOT_CONCERNED;
	if (entry->kind == EMBARGO_ENTRY_MESSAGE) {
		embargo_log_note("%s", sentence ?: "?");
	} else if (entry->kind == EMBARGO_ENTRY_LOST) {
		embargo_log_warning("%" PRIu64 " %s lost", entry->lost,
				    embargo_plural(entry->lost, "event found the ring full and is",
						   "events found the ring full and are"));
	} else {
		embargo_time_format(&entry->time, time);
		fprintf(stderr, "%s %s\n", time, sentence ?: "out of memory");
	}
	return 0;
}

/* After those who must have it: a daemon that is killed in between repeats an event, and never drops one. */
static int event_log_take(struct embargo_sinks *sinks, struct embargo_entry *entry, unsigned int taken)
{
	_cleanup_free_ char *line = NULL;
	const json_t *object;

	(void)taken;
	if (!sinks->event_log.path)
		return NOT_CONCERNED;
	object = embargo_entry_json(entry);
	line = object ? json_dumps(object, JSON_COMPACT) : NULL;
	embargo_event_log_write(&sinks->event_log, line);
	return sinks->event_log.failing ? -EIO : 0;
}

/* In the order in which they are told. A new sink is a file beside this one and a row here. */
static const struct embargo_sink {
	enum embargo_sink_id id;
	unsigned int kinds; /* enum embargo_entry_kind, a set */
	bool limited;	    /* also takes entries above the rate limit */
	/* 0: taken; NOT_CONCERNED; -errno. @taken: by whom it was taken before. */
	int (*take)(struct embargo_sinks *sinks, struct embargo_entry *entry, unsigned int taken);
	/* Does the entry wait for it, failed with @error? NULL: never. */
	bool (*must)(const struct embargo_sinks *sinks, int error);
} table[] = {
	{
		.id = EMBARGO_SINK_JOURNAL,
		.kinds = EMBARGO_ENTRY_EVENT | EMBARGO_ENTRY_REPEATED | EMBARGO_ENTRY_LOST |
			 EMBARGO_ENTRY_MESSAGE,
		.take = journal_take,
		.must = journal_must,
	},
	{
		.id = EMBARGO_SINK_SYSLOG,
		.kinds = EMBARGO_ENTRY_EVENT | EMBARGO_ENTRY_REPEATED | EMBARGO_ENTRY_LOST |
			 EMBARGO_ENTRY_MESSAGE,
		.take = syslog_take,
		.must = syslog_must,
	},
	{
		.id = EMBARGO_SINK_AUDIT,
		.kinds = EMBARGO_ENTRY_EVENT | EMBARGO_ENTRY_REPEATED | EMBARGO_ENTRY_MESSAGE,
		.take = audit_take,
	},
	{
		.id = EMBARGO_SINK_TERMINAL,
		.kinds = EMBARGO_ENTRY_EVENT,
		.take = terminal_take,
	},
	{
		.id = EMBARGO_SINK_STDERR,
		.kinds = EMBARGO_ENTRY_EVENT | EMBARGO_ENTRY_REPEATED | EMBARGO_ENTRY_LOST |
			 EMBARGO_ENTRY_MESSAGE,
		.take = stderr_take,
	},
	{
		.id = EMBARGO_SINK_EVENT_LOG,
		.kinds = EMBARGO_ENTRY_EVENT,
		.limited = true,
		.take = event_log_take,
	},
};

/* The place of @entry; NULL: it has none. */
static struct embargo_sink_place *place_of(struct embargo_sinks *sinks, uint64_t entry)
{
	unsigned int i;

	for (i = 0; i < EMBARGO_SINK_PLACES; i++)
		if (sinks->places[i].entry == entry)
			return &sinks->places[i];
	return NULL;
}

/*
 * An entry that is not told again keeps its place for good: the ring that held it is gone, or the watch was
 * started anew. Were places never taken back, what waits after eight of those would be told again at every
 * attempt. The next one to go is taken by turns; if it does wait, somebody is told it twice.
 */
static void place_keep(struct embargo_sinks *sinks, uint64_t entry, unsigned int taken)
{
	struct embargo_sink_place *place = place_of(sinks, entry) ?: place_of(sinks, 0);

	if (!place)
		place = &sinks->places[sinks->next_place++ % EMBARGO_SINK_PLACES];
	*place = (struct embargo_sink_place){entry, taken};
}

static void place_drop(struct embargo_sinks *sinks, uint64_t entry)
{
	struct embargo_sink_place *place = place_of(sinks, entry);

	if (place)
		*place = (struct embargo_sink_place){0};
}

int embargo_sinks_take(struct embargo_sinks *sinks, struct embargo_entry *entry, bool limited)
{
	const struct embargo_sink_place *place = place_of(sinks, entry->identity);
	unsigned int taken = place ? place->taken : 0;
	const struct embargo_sink *sink;
	int r;

	for (sink = table; sink < table + sizeof(table) / sizeof(*table); sink++) {
		if (!(sink->kinds & entry->kind) || (limited && !sink->limited) || has_taken(taken, sink->id))
			continue;
		r = sink->take(sinks, entry, taken);
		if (r < 0 && sink->must && sink->must(sinks, r)) {
			place_keep(sinks, entry->identity, taken);
			return r;
		}
		if (!r)
			taken |= 1U << sink->id;
		if (sink->id < EMBARGO_SINK_MAX) {
			sinks->delivered[sink->id] += !r;
			sinks->failed[sink->id] += r < 0;
		}
	}
	place_drop(sinks, entry->identity);
	return 0;
}

void embargo_sinks_init(struct embargo_sinks *ret_sinks, const struct embargo_config *config,
			const char *event_log)
{
	*ret_sinks = (struct embargo_sinks){
		.config = config,
		.syslog = {.fd = -1},
		.journal = {.fd = -1},
		.audit = {.fd = -1},
		.event_log = {.path = event_log, .fd = -1},
	};
	embargo_sinks_configure(ret_sinks);
}

void embargo_sinks_configure(struct embargo_sinks *sinks)
{
	const struct embargo_config *config = sinks->config;

	embargo_syslog_close(&sinks->syslog);
	sinks->syslog.path = config->syslog_socket;
	sinks->syslog.format = config->syslog;
	sinks->syslog.facility = sinks->journal.facility = config->syslog_facility;
	sinks->event_log.limit = config->event_log_size;
	sinks->notices.text = config->notice_text;
}

void embargo_sinks_close(struct embargo_sinks *sinks)
{
	embargo_syslog_close(&sinks->syslog);
	embargo_journal_close(&sinks->journal);
	embargo_audit_close(&sinks->audit);
	embargo_event_log_close(&sinks->event_log);
}

const char *embargo_sinks_receiver(const struct embargo_sinks *sinks)
{
	return sinks->config->syslog == EMBARGO_SYSLOG_OFF ? "the journal" : "syslog";
}

int embargo_sinks_receiver_fd(const struct embargo_sinks *sinks)
{
	return sinks->config->syslog == EMBARGO_SYSLOG_OFF ? sinks->journal.fd : sinks->syslog.fd;
}

int embargo_sinks_tell(const struct embargo_config *config, const struct embargo_log_message *message)
{
	struct embargo_entry entry;
	struct embargo_sinks sinks;
	int r;

	embargo_sinks_init(&sinks, config, NULL);
	embargo_entry_message(&entry, message);
	r = embargo_sinks_take(&sinks, &entry, false);
	embargo_entry_clear(&entry);
	embargo_sinks_close(&sinks);
	return r;
}
