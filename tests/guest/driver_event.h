/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of one attempt, out of the ring. */
#ifndef EMBARGO_TESTS_GUEST_DRIVER_EVENT_H
#define EMBARGO_TESTS_GUEST_DRIVER_EVENT_H

#include "tests/guest/driver.h"

struct driver_event {
	struct embargo_event event;
	char path[EMBARGO_PATH_SIZE];
	char sha256[2 * EMBARGO_SHA256_SIZE + 1]; /* "" if the event has none */
	char serial[2 * EMBARGO_SERIAL_SIZE + 1];
};

static struct embargo_ring *driver_ring;

static inline void driver_event_hex(char *hex, const __u8 *bytes, size_t size)
{
	*hex = '\0';
	for (size_t i = 0; i < size; i++)
		sprintf(hex + 2 * i, "%02x", bytes[i]);
}

/* False: there is none. */
static inline bool driver_event_next(struct driver_event *ret_event)
{
	struct embargo_error error = {""};
	int r;

	if (!driver_ring)
		ASSERT_EQ(0, embargo_ring_open(false, &driver_ring, &error))
		{
			TH_LOG("%s", error.text);
		}
	while ((r = embargo_ring_next(driver_ring, &ret_event->event, ret_event->path)) < 0)
		ASSERT_EQ(-EOVERFLOW, r);
	if (!r)
		return false;
	driver_event_hex(ret_event->sha256, ret_event->event.sha256,
			 ret_event->event.flags & EMBARGO_EVENT_SHA256 ? EMBARGO_SHA256_SIZE : 0);
	driver_event_hex(ret_event->serial, ret_event->event.serial, ret_event->event.serial_size);
	return true;
}

/* What is told from now on comes next. */
static inline void driver_events_skip(void)
{
	struct driver_event event;
	struct embargo_error error;

	if (!driver_ring && embargo_ring_open(false, &driver_ring, &error) == -ENOENT)
		return; /* nothing is loaded yet */

	while (driver_event_next(&event))
		;
}

/* The next event; the test ends if there is none. */
static inline struct driver_event driver_event_take(void)
{
	struct driver_event event;

	ASSERT_TRUE(driver_event_next(&event));
	return event;
}

static inline void driver_events_none(void)
{
	struct driver_event event;

	EXPECT_FALSE(driver_event_next(&event))
	{
		TH_LOG("%s %s %s", embargo_verdict_name(event.event.verdict),
		       embargo_hook_name(event.event.hook), event.path);
	}
}

#endif
