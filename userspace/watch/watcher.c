// SPDX-License-Identifier: GPL-2.0-or-later
/* The watcher's loop: events, policies, mounts, and the daemon's word. Nothing here waits for anything else.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "userspace/base/log.h"
#include "userspace/base/mounts.h"
#include "userspace/watch/private.h"
#include "userspace/base/clock.h"

#define LOOK_MS 5000 /* a policy that inotify did not show */

static int watcher_open(struct embargo_watcher *watcher)
{
	watcher->mounts = fopen(EMBARGO_MOUNTINFO, "re");
	if (!watcher->mounts)
		return -errno;
	/* Without it, as where its limits are used up, policies are seen some seconds later. */
	watcher->policy = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watcher->policy >= 0)
		(void)inotify_add_watch(watcher->policy, EMBARGO_RUN_DIR,
					IN_MOVED_TO | IN_CREATE | IN_DELETE);
	return 0;
}

static void inotify_drain(int fd)
{
	char buffer[4096];

	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
}

/* What the daemon sends says that it is there, and that its configuration may be another. False: it is gone.
 */
static bool daemon_receive(struct embargo_watcher *watcher)
{
	char byte[16];
	ssize_t got;

	while ((got = recv(watcher->socket, byte, sizeof(byte), MSG_DONTWAIT)) > 0)
		;
	return got < 0 && (errno == EAGAIN || errno == EINTR);
}

/* The limits of the queue, by the configuration and by what may be open. */
static void limits_set(struct embargo_watcher *watcher)
{
	struct rlimit files = {.rlim_cur = 1024};

	(void)getrlimit(RLIMIT_NOFILE, &files);
	watcher->queue.limit = watcher->recent.limit = watcher->leased.limit = watcher->shared->limit;
	watcher->queue.limit_fd = files.rlim_cur / 4;
}

/* When the queues are to be looked at: after a failure none of them, until its pause is over. */
static int64_t batch_wait(const struct embargo_watcher *watcher)
{
	int64_t due = INT64_MAX;

	if (watcher->leased.count)
		due = watcher->leased_due;
	if (watcher->evaluator && watcher->queue.count)
		due = 0;
	if (due < watcher->batch_due)
		due = watcher->batch_due;
	return due == INT64_MAX ? due : due - (int64_t)embargo_now_ns();
}

static int wait_ms(const struct embargo_watcher *watcher)
{
	int64_t rescan = embargo_watch_rescan_wait(watcher), wait = LOOK_MS * 1000000LL;
	int64_t batch = batch_wait(watcher);

	if (rescan >= 0 && rescan < wait)
		wait = rescan;
	if (batch < wait)
		wait = batch;
	return wait > 0 ? wait / 1000000 + 1 : 0;
}

/* Directories and interpreters that the policy names may have come since it was loaded. */
static void places_look(struct embargo_watcher *watcher)
{
	int64_t now = embargo_now_ns(), took;

	if (now < watcher->places_due)
		return;
	embargo_places_refresh(NULL); /* what cannot be found now, the next look finds */
	took = embargo_now_ns() - now;
	watcher->places_due = now + (took * 100 > LOOK_MS * 1000000LL ? took * 100 : LOOK_MS * 1000000LL);
}

static int turn(struct embargo_watcher *watcher)
{
	struct pollfd polled[] = {
		{.fd = watcher->socket, .events = POLLIN},
		{.fd = watcher->policy, .events = POLLIN},
		{.fd = watcher->rescan_fd, .events = POLLIN},
		{.fd = watcher->by_handle >= 0 ? fileno(watcher->mounts) : -1, .events = POLLPRI},
		{.fd = watcher->by_handle, .events = POLLIN},
		{.fd = watcher->by_file, .events = POLLIN},
	};
	uint64_t time;
	int64_t clock;

	if (poll(polled, sizeof(polled) / sizeof(*polled), wait_ms(watcher)) < 0 && errno != EINTR)
		return -errno;
	if (polled[0].revents && !daemon_receive(watcher))
		return 1;
	limits_set(watcher);
	if (polled[1].revents)
		inotify_drain(watcher->policy);
	embargo_watch_policy(watcher);
	places_look(watcher);
	if (polled[2].revents)
		embargo_watch_rescanned(watcher);
	if (polled[3].revents)
		embargo_watch_events_mark(watcher);
	embargo_watch_blind_look(watcher);
	time = embargo_watch_time(&clock);
	embargo_watch_events_drain(watcher);
	embargo_watch_batch(watcher);
	/* While something is scanned that was missed, it must be scanned again if we die. */
	if (watcher->evaluator && !watcher->queue.count && !watcher->leased.count && !watcher->behind &&
	    !watcher->shared->lost && !watcher->rescan && !watcher->shared->blind) {
		watcher->shared->complete = time;
		watcher->shared->clock = clock;
	}
	embargo_watch_rescan(watcher);
	return 0;
}

int embargo_watcher(struct embargo_watch_shared *shared, int socket)
{
	struct embargo_watcher watcher = {
		.shared = shared,
		.socket = socket,
		.policy = -1,
		.by_handle = -1,
		.by_file = -1,
		.rescan_fd = -1,
		.recent = {.last = true},
	};
	int r = watcher_open(&watcher);

	if (!r) {
		limits_set(&watcher);
		embargo_watch_policy(&watcher);
	}
	while (!r)
		r = turn(&watcher);
	embargo_watch_policy_drop(&watcher);
	if (watcher.policy >= 0)
		close(watcher.policy);
	if (watcher.mounts)
		fclose(watcher.mounts);
	return r < 0 ? r : 0;
}
