/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is told of an entry: one table, sinks.c. Some must have taken it before it is dropped where it came
 * from (the ring, the watch); the others get it if they can take it at once, and what they miss is counted.
 * Each has its own place: who took an entry is not told it again while another one is waited for.
 */
#ifndef EMBARGO_USERSPACE_SINK_SINK_H
#define EMBARGO_USERSPACE_SINK_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/base/config.h"
#include "userspace/event/entry.h"
#include "userspace/event/event_log.h"
#include "userspace/sink/audit.h"
#include "userspace/sink/journal.h"
#include "userspace/sink/syslog.h"
#include "userspace/sink/tty_notice.h"

enum embargo_sink_id {
	EMBARGO_SINK_SYSLOG,
	EMBARGO_SINK_JOURNAL,
	EMBARGO_SINK_AUDIT,
	EMBARGO_SINK_TERMINAL,
	EMBARGO_SINK_EVENT_LOG,
	EMBARGO_SINK_MAX,
	EMBARGO_SINK_STDERR = EMBARGO_SINK_MAX, /* not counted */
	EMBARGO_SINKS,
};

/* An entry that not all who must have it have taken yet, and by whom it was taken, as a set of bits. */
struct embargo_sink_place {
	uint64_t entry; /* its identity; 0: free */
	unsigned int taken;
};

/* Entries that can wait at once: one event, one sum of repeated ones, a loss, a message, and some room. */
#define EMBARGO_SINK_PLACES 8

struct embargo_sinks {
	const struct embargo_config *config;
	struct embargo_syslog syslog;
	struct embargo_journal journal;
	struct embargo_audit audit;
	struct embargo_tty_notices notices;
	struct embargo_event_log event_log;
	bool echo; /* tell stderr too */
	struct embargo_sink_place places[EMBARGO_SINK_PLACES];
	unsigned int next_place; /* to be taken back where none is free */
	/* counted since the daemon started */
	uint64_t delivered[EMBARGO_SINK_MAX];
	uint64_t failed[EMBARGO_SINK_MAX];
};

/* Nothing is open. @event_log: NULL: none is written. */
void embargo_sinks_init(struct embargo_sinks *ret_sinks, const struct embargo_config *config,
			const char *event_log);
/* .config was read again. */
void embargo_sinks_configure(struct embargo_sinks *sinks);
void embargo_sinks_close(struct embargo_sinks *sinks);

/*
 * Tell of @entry. -errno: one who must have it takes no more now; tell the same again later. @limited: it is
 * one too many of its kind (rate_limit.h), and only those hear of it who file everything.
 */
int embargo_sinks_take(struct embargo_sinks *sinks, struct embargo_entry *entry, bool limited);

/* Who must take it, for a person, and the socket to wait for; -1: not connected. */
const char *embargo_sinks_receiver(const struct embargo_sinks *sinks);
int embargo_sinks_receiver_fd(const struct embargo_sinks *sinks);

/*
 * Of a command, which has no daemon: to those whom the daemon would tell, in its way. -errno: those who must
 * be told were not; nobody waits for them.
 */
int embargo_sinks_tell(const struct embargo_config *config, const struct embargo_log_message *message);

#endif
