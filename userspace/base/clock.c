// SPDX-License-Identifier: GPL-2.0-or-later
/* The clock that deadlines are counted by. */
#include <time.h>

#include "userspace/base/clock.h"

int64_t embargo_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

uint64_t embargo_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}
