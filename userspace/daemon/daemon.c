// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon's loop: wakes for events, for a load or unload, for syslog, for signals. Never blocks elsewhere.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>

#include "userspace/base/clock.h"
#include "userspace/base/confine.h"
#include "userspace/daemon/daemon.h"
#include "userspace/base/log.h"
#include "userspace/daemon/metrics.h"

#define LOOK_MS                                                                                              \
	5000 /* a load that inotify did not show, events lost without a wake-up, tracing that was put off */
#define BACKOFF_MIN 100
#define BACKOFF_MAX 5000
#define SILENCE_MS 1000

static void ring_listen(struct embargo_daemon *daemon, int operation, uint32_t events)
{
	struct epoll_event event = {.events = events};

	if (!daemon->ring)
		return;
	event.data.fd = embargo_ring_fd(daemon->ring);
	epoll_ctl(daemon->epoll, operation, event.data.fd, &event);
}

/* Returns whether there is a ring to read. */
static bool ring_have(struct embargo_daemon *daemon)
{
	struct embargo_error error = {""};
	int r;

	if (daemon->ring)
		return true;
	r = embargo_ring_open(true, &daemon->ring, &error);
	if (r) {
		if (r != -ENOENT && !daemon->failed_open)
			embargo_log_error("%s; trying again", error.text);
		daemon->failed_open = r != -ENOENT;
		return false;
	}
	daemon->failed_open = false;
	/* Generations may be counted anew. */
	embargo_policydb_cache_clear(&daemon->policydbs);
	embargo_policydb_cache_refresh(&daemon->policydbs);
	daemon->metrics.policy = 0;
	embargo_metrics_note_policy(daemon);
	embargo_daemon_resume(daemon);
	ring_listen(daemon, EPOLL_CTL_ADD, EPOLLIN | EPOLLET);
	return true;
}

static void ring_drop(struct embargo_daemon *daemon)
{
	if (!daemon->ring)
		return;
	ring_listen(daemon, EPOLL_CTL_DEL, 0);
	embargo_ring_close(daemon->ring);
	daemon->ring = NULL;
}

/*
 * Syslog takes no more. The ring keeps the events; we sleep until the socket has
 * room, or for a while. Receivers fall behind for moments: that is not worth a word.
 */
static void hold(struct embargo_daemon *daemon, int error)
{
	struct epoll_event event = {.events = EPOLLOUT | EPOLLONESHOT,
				    .data.fd = embargo_sinks_receiver_fd(&daemon->sinks)};
	int64_t now = embargo_now_ms();

	if (!daemon->backoff) {
		daemon->held_since = now;
		daemon->backoff = BACKOFF_MIN;
		ring_listen(daemon, EPOLL_CTL_MOD, 0); /* or every event would wake us for nothing */
	} else if (daemon->backoff < BACKOFF_MAX) {
		daemon->backoff *= 2;
	}
	if (!daemon->held_reported && now - daemon->held_since >= SILENCE_MS) {
		embargo_log_warning("%s takes no messages (%s); events wait in the ring",
				    embargo_sinks_receiver(&daemon->sinks), strerror(-error));
		daemon->held_reported = true;
	}
	if (event.data.fd >= 0 && epoll_ctl(daemon->epoll, EPOLL_CTL_MOD, event.data.fd, &event))
		epoll_ctl(daemon->epoll, EPOLL_CTL_ADD, event.data.fd, &event);
	daemon->due = now + daemon->backoff;
}

static void flow(struct embargo_daemon *daemon)
{
	if (!daemon->backoff)
		return;
	if (daemon->held_reported)
		embargo_log_note("%s takes messages again", embargo_sinks_receiver(&daemon->sinks));
	daemon->held_reported = false;
	daemon->backoff = 0;
	ring_listen(daemon, EPOLL_CTL_MOD, EPOLLIN | EPOLLET);
}

static void watch_drain(struct embargo_daemon *daemon)
{
	char buffer[4096];

	while (daemon->watch >= 0 && read(daemon->watch, buffer, sizeof(buffer)) > 0)
		;
	embargo_policydb_cache_refresh(&daemon->policydbs);
	embargo_metrics_note_policy(daemon);
}

/* Deliver until the ring is empty or syslog is full. */
static void work(struct embargo_daemon *daemon)
{
	int r;

	daemon->due = embargo_now_ms() + LOOK_MS;
	if (daemon->watch < 0)
		watch_drain(daemon);
	r = embargo_daemon_dispatch_watch(daemon) ?: embargo_daemon_dispatch_tracing(daemon);
	if (r) {
		hold(daemon, r);
		return;
	}
	if (!daemon->ring)
		flow(daemon);
	while (ring_have(daemon)) {
		r = embargo_daemon_dispatch(daemon);
		if (r == 1) {
			flow(daemon);
			daemon->due = 0; /* go on at once, after a look at the signals */
			return;
		}
		r = r ?: embargo_daemon_dispatch_repeated(daemon, false);
		r = r ?: embargo_daemon_dispatch_lost(daemon);
		if (r) {
			hold(daemon, r);
			return;
		}
		flow(daemon);
		if (embargo_ring_current(daemon->ring))
			return;
		/* Unloaded or replaced, and emptied: go on with the next ring, if there is one. */
		ring_drop(daemon);
	}
}

/* Returns whether it is time to end. */
static bool signal_take(struct embargo_daemon *daemon)
{
	struct signalfd_siginfo info;

	if (read(daemon->signals, &info, sizeof(info)) != sizeof(info))
		return false;
	if (info.ssi_signo != SIGHUP)
		return true;
	embargo_daemon_reload(daemon);
	return false;
}

static int64_t next_due(const struct embargo_daemon *daemon)
{
	const struct embargo_rate_bucket *oldest = daemon->limit.oldest;
	int64_t due = daemon->due;

	/* Held, we wait for syslog, whatever else is to be told. */
	if (oldest && !daemon->backoff && oldest->end < due)
		due = oldest->end;
	if (*daemon->config.metrics_file && daemon->metrics.due < due)
		due = daemon->metrics.due;
	if (daemon->watchdog && daemon->watchdog_due < due)
		due = daemon->watchdog_due;
	return due;
}

/* Wait, and say whether to go on. */
static int wait_next(struct embargo_daemon *daemon, bool *ret_work)
{
	int64_t left = next_due(daemon) - embargo_now_ms();
	struct epoll_event events[16];
	int count, i;

	count = epoll_wait(daemon->epoll, events, 16, left > 0 ? left : 0);
	if (count < 0 && errno != EINTR)
		return embargo_log_errno(-errno, "cannot wait for events");
	/* Held, we try again when syslog has room or the time has come, not for each event. */
	*ret_work = !daemon->backoff || embargo_now_ms() >= daemon->due;
	for (i = 0; i < count; i++) {
		if (events[i].data.fd == daemon->signals && signal_take(daemon))
			return 1;
		else if (embargo_metrics_serve(daemon, events[i].data.fd))
			continue;
		if (events[i].data.fd == daemon->watch)
			watch_drain(daemon);
		if (events[i].data.fd == embargo_sinks_receiver_fd(&daemon->sinks))
			*ret_work = true;
	}
	return 0;
}

/* Processes of its own, since the daemon is to be without rights. Without them it goes on. */
static void new_files_watch(struct embargo_daemon *daemon)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};

	if (embargo_watch_start(&daemon->new_files, daemon->config.watch, daemon->config.watch_queue) ||
	    daemon->new_files.fd <= 0)
		return;
	event.data.fd = daemon->new_files.fd;
	epoll_ctl(daemon->epoll, EPOLL_CTL_ADD, event.data.fd, &event);
}

int embargo_daemon_run(struct embargo_daemon *daemon)
{
	struct epoll_event signals = {.events = EPOLLIN, .data.fd = daemon->signals};
	struct epoll_event watch = {.events = EPOLLIN, .data.fd = daemon->watch};
	bool ready = true;
	int r = 0;

	if (epoll_ctl(daemon->epoll, EPOLL_CTL_ADD, daemon->signals, &signals) ||
	    (daemon->watch >= 0 && epoll_ctl(daemon->epoll, EPOLL_CTL_ADD, daemon->watch, &watch)))
		return embargo_log_errno(-errno, "cannot wait for events");
	r = embargo_confine_groups();
	if (r)
		embargo_log_errno(r, "the daemon's groups cannot be set");
	embargo_daemon_configure(daemon);
	embargo_event_log_last(daemon->sinks.event_log.path, &daemon->filed);
	new_files_watch(daemon);
	r = embargo_confine(daemon->config.audit);
	if (r)
		return embargo_log_errno(r, "cannot give up the rights of root; not going on with them");
	embargo_sd_notify_start(daemon);
	while (!r) {
		if (ready)
			work(daemon);
		r = wait_next(daemon, &ready);
		embargo_metrics_tick(daemon);
		embargo_sd_notify_tick(daemon);
	}
	embargo_sd_notify_end();
	if (embargo_daemon_dispatch_repeated(daemon, true))
		embargo_log_warning(
			"syslog takes no messages; how often some events came is in the history only");
	ring_drop(daemon);
	embargo_watch_end(&daemon->new_files);
	embargo_policydb_cache_clear(&daemon->policydbs);
	embargo_sinks_close(&daemon->sinks);
	embargo_metrics_close(daemon);
	embargo_limit_clear(&daemon->limit);
	return r < 0 ? r : 0;
}
