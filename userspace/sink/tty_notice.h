/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telling the person at the terminal why a program was refused. The process is
 * often gone when we hear of it, so its parent's terminal will do. Only a terminal
 * that belongs to the person is written to, and only if it takes messages
 * (mesg(1)); nothing that came from outside reaches it unescaped, and nothing waits.
 */
#ifndef EMBARGO_USERSPACE_SINK_TTY_NOTICE_H
#define EMBARGO_USERSPACE_SINK_TTY_NOTICE_H

#include "userspace/event/event.h"

#define EMBARGO_NOTICES_KEPT 64
#define EMBARGO_NOTICES_LIMIT 5		/* on one terminal */
#define EMBARGO_NOTICES_WINDOW_MS 10000 /* in so long */

struct embargo_tty_notices {
	const char *proc; /* NULL: /proc */
	const char *text; /* said last, or "" */
	struct {
		unsigned int tty;
		unsigned int told;
		int64_t begin;	      /* ms */
	} kept[EMBARGO_NOTICES_KEPT]; /* of the last terminals that were written to */
};

/*
 * -ENOTTY: there is no terminal to write to. -EPERM: it is not the person's, or takes no messages.
 * -EBUSY: it was told enough lately. Other -errno: it could not be written to.
 */
int embargo_tty_notice(struct embargo_tty_notices *notices, const struct embargo_record *record, int64_t now);
/* What is written, to be freed. NULL: no memory. */
char *embargo_tty_notice_text(const struct embargo_record *record, const char *text);

#endif
