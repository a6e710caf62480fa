/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remembers until the next good load that the last good policy is in force because that of the host is
 * broken. */
#ifndef EMBARGO_USERSPACE_BASE_FALLBACK_H
#define EMBARGO_USERSPACE_BASE_FALLBACK_H

/* @what happened, in one line. Returns 0 or -errno. */
int embargo_fallback_note(const char *what);
void embargo_fallback_forget(void);
/* The line, to be freed; NULL: it is the host's own policy, or nothing, that is in force. */
char *embargo_fallback_read(void);

#endif
