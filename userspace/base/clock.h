/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock that deadlines are counted by, and the one that is written. */
#ifndef EMBARGO_USERSPACE_BASE_CLOCK_H
#define EMBARGO_USERSPACE_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC: nobody sets it, and it stands still while the host sleeps. */
int64_t embargo_now_ms(void);
uint64_t embargo_now_ns(void);
/* The time that is written into files: $SOURCE_DATE_EPOCH, so that equal input gives equal output; else now.
 */
time_t embargo_clock_written(void);

#endif
