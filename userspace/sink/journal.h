/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal, by its native protocol (one datagram of `KEY=value` lines; a value
 * with a newline in it is preceded by its length), so that each field of an event
 * is a field of the entry: EMBARGO_ and its name in capitals, with the raw bytes.
 * sd_journal_sendv() says the same, but waits when the journal does not read.
 *
 * MESSAGE_ID says which of embargo.catalog's entries explains it.
 */
#ifndef EMBARGO_USERSPACE_SINK_JOURNAL_H
#define EMBARGO_USERSPACE_SINK_JOURNAL_H

#include "userspace/event/entry.h"

#define EMBARGO_JOURNAL_PATH "/run/systemd/journal/socket"

struct embargo_journal {
	const char *path; /* NULL: EMBARGO_JOURNAL_PATH */
	int fd;		  /* -1: not connected */
	int facility;	  /* 0: LOG_AUTHPRIV */
	bool known;	  /* it took something once: this host has one, and if it is gone it comes back */
};

void embargo_journal_close(struct embargo_journal *journal);
/* 0; -EAGAIN: the journal does not read; -ENOENT, -ECONNREFUSED: there is none; or another -errno. */
int embargo_journal_take(struct embargo_journal *journal, struct embargo_entry *entry);

/* The MESSAGE_ID of events with a verdict; @repeated: of the message that sums up many. "": none */
const char *embargo_journal_id(unsigned int verdict, bool repeated);
extern const char embargo_journal_id_lost[];
/* Of messages; "": none */
const char *embargo_journal_id_message(const char *id);

#endif
