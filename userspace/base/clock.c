// SPDX-License-Identifier: GPL-2.0-or-later
/* The clock that deadlines are counted by, and the one that is written. */
#include <stdlib.h>
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

time_t embargo_clock_written(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	long long seconds;
	char *end;

	if (!epoch || *epoch < '0' || *epoch > '9')
		return time(NULL);
	seconds = strtoll(epoch, &end, 10);
	return *end || seconds > 7258118400LL ? time(NULL) : (time_t)seconds; /* the year 2200 */
}
