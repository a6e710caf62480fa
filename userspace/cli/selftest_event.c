// SPDX-License-Identifier: GPL-2.0-or-later
/* Did the event arrive? */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <time.h>

#include "policy/cleanup.h"
#include "userspace/daemon/daemon.h"
#include "userspace/event/event_log.h"
#include "userspace/cli/selftest.h"

#define RING_TRIES 50	  /* of 100 ms at most */
#define DELIVERY_TRIES 40 /* of 250 ms */

int embargo_event_await(struct embargo_ring *ring, uint64_t generation, pid_t pid,
			struct embargo_event *ret_event)
{
	struct pollfd wait = {.fd = embargo_ring_fd(ring), .events = POLLIN};
	char path[EMBARGO_PATH_SIZE];
	int tries, r;

	for (tries = 0; tries < RING_TRIES && !embargo_interrupted(); tries++) {
		while ((r = embargo_ring_next(ring, ret_event, path)))
			if (r == 1 && ret_event->generation == generation && ret_event->tgid == (__u32)pid &&
			    ret_event->hook == EMBARGO_HOOK_EXEC)
				return 0;
		if (poll(&wait, 1, 100) > 0)
			usleep(1000); /* always readable, since nobody reads from it */
	}
	return -ETIMEDOUT;
}

static bool daemon_runs(void)
{
	_cleanup_close_ int fd = open(EMBARGO_RUN_LOCK, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
}

static int line_is(void *context, const json_t *event, const char *line)
{
	const struct embargo_key *sought = context;
	struct embargo_key key;

	(void)line;
	return embargo_event_log_key(event, &key) && embargo_key_equal(&key, sought);
}

int embargo_delivery_await(const struct embargo_event *event)
{
	struct embargo_key key = embargo_event_key(event);
	int tries, r;

	if (!daemon_runs())
		return -ENOENT;
	/* The daemon writes an event there once syslog took it. */
	for (tries = 0; tries < DELIVERY_TRIES && !embargo_interrupted(); tries++) {
		r = embargo_event_log_read(EMBARGO_EVENT_LOG, line_is, &key);
		if (r)
			return r < 0 ? r : 0;
		usleep(250000);
	}
	return -ETIMEDOUT;
}
