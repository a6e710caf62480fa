/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is mounted, as libmount reads it. */
#ifndef EMBARGO_USERSPACE_BASE_MOUNTS_H
#define EMBARGO_USERSPACE_BASE_MOUNTS_H

#include <libmount/libmount.h>

#include "policy/cleanup.h"

#define EMBARGO_MOUNTINFO "/proc/self/mountinfo"

EMBARGO_CLEANUP(struct libmnt_table, mnt_unref_table);
EMBARGO_CLEANUP(struct libmnt_iter, mnt_free_iter);

#endif
