/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Syslog over /dev/log, one message a datagram, in one of three forms:
 *
 *	local	<PRI>Mon DD HH:MM:SS embargo[PID]: MESSAGE
 *	cee	<PRI>Mon DD HH:MM:SS embargo[PID]: @cee: {"key": value, …}
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
#include "userspace/event/event.h"
#include "userspace/event/log_message.h"

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
/* -EAGAIN: the receiver's queue is full, poll .fd for EPOLLOUT; other errors: nobody receives, try later. */
int embargo_syslog_event(struct embargo_syslog *syslog, const struct embargo_record *record);
/* Tell of @lost events that found the ring full, @total since the programs were attached. */
int embargo_syslog_lost(struct embargo_syslog *syslog, uint64_t lost, uint64_t total);
int embargo_syslog_message(struct embargo_syslog *syslog, const struct embargo_log_message *message);

/* Its severity, as <syslog.h> numbers it; every receiver is told the same. */
int embargo_severity(unsigned int verdict);
/* "lost" events: what is said of them, to be freed; NULL: no memory */
char *embargo_lost_text(uint64_t lost, uint64_t total);

/* syslog_format.c */
/* Is it the journal that listens at the socket? */
bool embargo_syslog_is_journal(const struct embargo_syslog *syslog);
/* The messages, at most @limit bytes, to be freed; NULL: no memory */
char *embargo_syslog_format_event(const struct embargo_syslog *syslog, const struct embargo_record *record,
				  size_t limit);
char *embargo_syslog_format_lost(const struct embargo_syslog *syslog, uint64_t lost, uint64_t total,
				 const struct timespec *time);
char *embargo_syslog_format_message(const struct embargo_syslog *syslog,
				    const struct embargo_log_message *message, const struct timespec *time);
/* @value as RFC 5424 escapes it inside quotes; at most @limit bytes of the notation, then "…". */
char *embargo_syslog_escape(const char *value, size_t limit);

#endif
