/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon: takes events out of the ring and tells them to syslog and to the
 * event log. No verdict waits for it. An event leaves the ring only after it
 * was delivered; while syslog is full or gone, events wait there.
 */
#ifndef EMBARGO_USERSPACE_DAEMON_DAEMON_H
#define EMBARGO_USERSPACE_DAEMON_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include "loader/events.h"
#include "userspace/event/policydb_cache.h"
#include "userspace/base/config.h"
#include "userspace/event/event_log.h"
#include "userspace/sink/rate_limit.h"
#include "userspace/sink/sink.h"
#include "userspace/watch/watch.h"

#define EMBARGO_RUN_LOCK EMBARGO_RUN_DIR "/run.lock"

/* Counted since the daemon started. */
struct embargo_tally {
	uint64_t limited;  /* events that were only counted in a window */
	uint64_t selftest; /* that selftest had refused, in no other count */
	/* taken out of the ring; EMBARGO_KIND_MAX: no rule could be asked */
	uint64_t events[EMBARGO_HOOK_MAX][EMBARGO_KIND_MAX + 1][EMBARGO_MODE_MAX][EMBARGO_VERDICT_MAX];
	int64_t last_denied; /* CLOCK_REALTIME, s; 0: none yet */
	/* from the kernel's verdict to its delivery */
	uint64_t told, told_ns, told_within[EMBARGO_WATCH_BUCKETS];
};

#define EMBARGO_CLIENTS 8

struct embargo_client {
	int fd; /* 0 or -1: none */
	size_t size;
	char request[2048];
	int64_t due; /* ms: then it is dropped */
};

struct embargo_metrics_server {
	int fd;	     /* 0 or -1: not listening */
	bool asked;  /* systemd, whether it has made the socket (embargo-metrics.socket) */
	bool passed; /* it has: path, mode and group are its business, and the socket outlives us */
	char path[108];
	struct embargo_client clients[EMBARGO_CLIENTS];
	int64_t due;	      /* ms, of the file */
	uint64_t policy;      /* generation, */
	int64_t policy_since; /* and since when it is in force: CLOCK_BOOTTIME, s */
	bool failing;
	bool reload_failed;   /* the last time that the configuration was read */
	int64_t reload_since; /* when it was read last without an error: CLOCK_REALTIME, s */
};

struct embargo_daemon {
	const char *config_path; /* NULL: the one in /etc */
	struct embargo_config config;
	int epoll;
	int signals; /* SIGTERM, SIGINT; SIGHUP: read the configuration again */
	int watch;   /* inotify on EMBARGO_RUN_DIR: a policy came or went; -1: looked at each few seconds */
	struct embargo_ring *ring; /* NULL: nothing is loaded */
	struct embargo_policydb_cache policydbs;
	struct embargo_sinks sinks;
	struct embargo_limit limit;
	struct embargo_tally tally;
	struct embargo_metrics_server metrics;
	struct embargo_watch new_files; /* see userspace/watch/watch.h */
	int64_t watchdog;		/* ms: how often systemd wants to hear of us; 0: never */
	int64_t watchdog_due;
	struct embargo_key filed; /* delivered, but not taken when an earlier daemon was killed */
	uint64_t lost_reported;	  /* of this ring */
	uint64_t lost_waiting;	  /* the total that is being told; 0: none */
	uint64_t instance;	  /* which ring: to remember what was told across a restart */
	int64_t due;		  /* CLOCK_MONOTONIC, ms: when to look again though nothing woke us */
	unsigned int backoff;	  /* ms; 0: events flow */
	int64_t held_since;	  /* ms */
	bool held_reported;
	bool failed_open;    /* said so already */
	bool tracing_off;    /* the kernel calls no programs, and that was told */
	int64_t tracing_due; /* ms: when to look at it again */
};

/* daemon.c: until a signal ends it. 0 or -errno; what failed was reported. */
int embargo_daemon_run(struct embargo_daemon *daemon);

/* reload.c: make the parts of the daemon what .config says; at the start, and after it was read again. */
void embargo_daemon_configure(struct embargo_daemon *daemon);
/* Read the configuration again. If anything is wrong with it the old one stays. */
void embargo_daemon_reload(struct embargo_daemon *daemon);

/* sd_notify.c */
void embargo_sd_notify_start(struct embargo_daemon *daemon);
void embargo_sd_notify_reload(bool begins);
void embargo_sd_notify_tick(struct embargo_daemon *daemon);
void embargo_sd_notify_end(void);

/* dispatch.c: deliver what is in the ring, at most a batch. 1: there may be more; 0: empty; -EAGAIN: syslog
 * takes no more */
int embargo_daemon_dispatch(struct embargo_daemon *daemon);
/* Events that were held back: tell how many, if their window is over, or whatever it is with @all. */
int embargo_daemon_dispatch_repeated(struct embargo_daemon *daemon, bool all);
/* Events were lost and nobody was told yet: tell. */
int embargo_daemon_dispatch_lost(struct embargo_daemon *daemon);
/* A ring was opened: what of it was told by an earlier daemon? */
void embargo_daemon_resume(struct embargo_daemon *daemon);

/* tracing.c: kernel.ftrace_enabled was set to 0, or is back, while something is loaded: tell. -errno as
 * embargo_sinks_take(). */
int embargo_daemon_dispatch_tracing(struct embargo_daemon *daemon);

/* watch.c: what the watch for new files found, and what became of it. -errno as embargo_sinks_take(). */
int embargo_daemon_dispatch_watch(struct embargo_daemon *daemon);

#endif
