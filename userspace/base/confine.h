/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon gives up every right that it does not need. */
#ifndef EMBARGO_USERSPACE_BASE_CONFINE_H
#define EMBARGO_USERSPACE_BASE_CONFINE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#define EMBARGO_GROUP "embargo" /* may read metrics and what was denied, if there is such a group */

/* Before files are made that are a group's. Part of embargo_confine(). */
int embargo_confine_groups(void);
/*
 * No capability but these @rights, @count of enum values of <linux/capability.h>, from now on. @bounding:
 * they stay in the bounding set, which is emptied of all others where that is allowed. -errno: the caller
 * must not go on.
 */
int embargo_confine_rights(const int *rights, size_t count, bool bounding);
/*
 * For good, when everything is set up. @audit: keep the right to write audit records.
 * Any system call that is not needed kills the process from then on (SIGSYS).
 * -errno: the caller must not go on.
 */
int embargo_confine(bool audit);

/* The number of that group, as embargo_confine_groups() found it; (gid_t)-1: there is none, or it was not
 * asked. */
gid_t embargo_confine_readers(void);

#endif
