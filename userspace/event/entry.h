/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One thing to be told, whatever it is: an event of the kernel, events that were lost, a message of our own.
 * Its sentence, its fields and its JSON are made when somebody first asks for them, and once.
 */
#ifndef EMBARGO_USERSPACE_EVENT_ENTRY_H
#define EMBARGO_USERSPACE_EVENT_ENTRY_H

#include "userspace/event/event.h"
#include "userspace/event/log_message.h"

enum embargo_entry_kind { /* bits, so that a sink can name those that it takes */
			  EMBARGO_ENTRY_EVENT = 1 << 0,
			  EMBARGO_ENTRY_REPEATED = 1 << 1, /* sums up events that were held back */
			  EMBARGO_ENTRY_LOST = 1 << 2,
			  EMBARGO_ENTRY_MESSAGE = 1 << 3,
};

struct embargo_entry {
	enum embargo_entry_kind kind;
	const struct embargo_record *record; /* of an event; NULL: of something else */
	const json_t *message;		     /* of a message */
	const char *id;			     /* the verdict's name, "lost", or that of the message */
	int severity;			     /* as <syslog.h> numbers it */
	struct timespec time;		     /* CLOCK_REALTIME */
	uint64_t lost, lost_total;
	/* Tells it from what waits beside it; the same event has the same number when it is told again. */
	uint64_t identity;

	/* what was asked for already */
	char *sentence;
	json_t *object;
	struct embargo_fields fields;
	bool has_fields;
};

/* What they are made of must outlive the entry. */
void embargo_entry_event(struct embargo_entry *ret_entry, const struct embargo_record *record);
/* @lost events found the ring full, @total since the programs were attached. Its time is now. */
void embargo_entry_lost(struct embargo_entry *ret_entry, uint64_t lost, uint64_t total);
void embargo_entry_message(struct embargo_entry *ret_entry, const struct embargo_log_message *message);
void embargo_entry_clear(struct embargo_entry *entry);

/* All of these are the entry's own. NULL: no memory. */
const char *embargo_entry_sentence(struct embargo_entry *entry);
const struct embargo_fields *embargo_entry_fields(struct embargo_entry *entry);
/* One object: of an event every field, null where there is nothing. */
const json_t *embargo_entry_json(struct embargo_entry *entry);

/* The severity of a verdict, as <syslog.h> numbers it; every receiver is told the same. */
int embargo_severity(unsigned int verdict);

#endif
