/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Syslog over /dev/log, one message a datagram, in one of three forms:
 *
 *	local	<PRI>Mon DD HH:MM:SS embargo[PID]: MESSAGE
 *	cee	<PRI>Mon DD HH:MM:SS embargo[PID]: @cee: {"key": value, …}
 *	json, ecs, ocsf, cef	the same with what userspace/event/shape.h makes of it
 *	rfc5424	<PRI>1 TIME HOST embargo PID MSGID [embargo@32473 key="value" …] MESSAGE
 *
 * Severity: denied is a warning; audited and would-deny are notices; lost events
 * and a refused policy are errors. MSGID is the verdict, "lost", or that of the note. Keys
 * are those of userspace/event/event_fields.c; what is absent is left out. In values RFC 5424 puts
 * a backslash before `"`, `\` and `]`; before that, bytes that are not UTF-8,
 * control characters and backslashes became \xHH (userspace/base/text.h), so on the
 * wire a newline is `\\x0a`. Whoever undoes both has the bytes back.
 *
 * Nothing here waits: a socket that is full or gone is an errno.
 */
#ifndef EMBARGO_USERSPACE_SINK_SYSLOG_H
#define EMBARGO_USERSPACE_SINK_SYSLOG_H

#include <stdint.h>
#include <time.h>

#include "userspace/base/config.h"
#include "userspace/event/entry.h"

#define EMBARGO_SYSLOG_SIZE 8192    /* RFC 5424: receivers should take that much; rsyslog does */
#define EMBARGO_SYSLOG_SIZE_MIN 480 /* and must take that much */

struct embargo_syslog {
	const char *path;
	int fd;	      /* -1: not connected */
	int format;   /* enum embargo_syslog_format; AUTO is as LOCAL at the journal's socket, else as RFC5424
		       */
	int facility; /* 0: LOG_AUTHPRIV; the kernel's is not for us */
};

void embargo_syslog_close(struct embargo_syslog *syslog);
/*
 * -EAGAIN: the receiver's queue is full, poll .fd for EPOLLOUT; -EMSGSIZE: it takes none that large; other
 * errors: nobody receives, try later.
 */
int embargo_syslog_take(struct embargo_syslog *syslog, struct embargo_entry *entry);

/* syslog_format.c */
/* Is it the journal that listens at the socket? */
bool embargo_syslog_is_journal(const struct embargo_syslog *syslog);
/* The datagram, to be freed; NULL: no memory. That of an event is cut to @limit bytes: its path first. */
char *embargo_syslog_format(const struct embargo_syslog *syslog, struct embargo_entry *entry, size_t limit);
/* @value as RFC 5424 escapes it inside quotes; at most @limit bytes of the notation, then "…". */
char *embargo_syslog_escape(const char *value, size_t limit);

#endif
