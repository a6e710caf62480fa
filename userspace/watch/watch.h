/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The watch: while the policy in force has rules that the kernel cannot match (signers of programs, packages,
 * vendors, build-ids), every file that is written or moved in on a local file system is classified, and what
 *is banned is refused from then on, as `embargo scan --enforce` would have it. Nobody waits for it: fanotify
 *only notifies here.
 *
 *	embargo run	the daemon, without rights; starts the supervisor first, and tells of what is found
 *	  supervisor	starts the watcher, and again if it dies; does nothing else
 *	    watcher	events, queue, what goes into the policy; has the rights for that
 *	      workers	read the files, without any rights (userspace/scan/pool.h)
 *	      rescan	scans again what was not seen; beside the watcher, so that what is new need not wait
 */
#ifndef EMBARGO_USERSPACE_WATCH_WATCH_H
#define EMBARGO_USERSPACE_WATCH_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "loader/loader.h"
#include "userspace/base/config.h"
#include "userspace/event/log_message.h"

#define EMBARGO_WATCH_STATE EMBARGO_RUN_DIR "/watch"

/* Counted since the daemon started. */
enum embargo_watch_count {
	EMBARGO_WATCH_SEEN,	  /* events of files */
	EMBARGO_WATCH_CLASSIFIED, /* files that were looked at */
	EMBARGO_WATCH_WARNINGS,	  /* that could not be read */
	EMBARGO_WATCH_PINNED,	  /* entries that came into the policy */
	EMBARGO_WATCH_OVERFLOWS,  /* times that something was not seen */
	EMBARGO_WATCH_RESCANS,	  /* that were completed */
	EMBARGO_WATCH_RESTARTS,	  /* of the watcher */
	EMBARGO_WATCH_PENDING,	  /* messages that the daemon did not take */
	EMBARGO_WATCH_COUNTS,
};

/* Upper ends, in ms, of a histogram: what took longer is in none of them. */
#define EMBARGO_WATCH_BUCKETS 8
extern const unsigned int embargo_watch_bucket_ms[EMBARGO_WATCH_BUCKETS];

/* Memory that daemon, supervisor and watcher share, and the file that others read: EMBARGO_WATCH_STATE. */
struct embargo_watch_shared {
	uint32_t version; /* EMBARGO_WATCH_VERSION */
	int32_t daemon;	  /* pid */
	/* from the daemon */
	uint32_t mode; /* enum embargo_watch_mode */
	uint32_t limit;
	/* from the watcher */
	uint32_t active;      /* it watches */
	uint32_t filesystems; /* so many */
	uint32_t queued;      /* files that wait */
	uint32_t lost;	      /* something was not seen: a rescan is due */
	uint64_t complete;    /* CLOCK_REALTIME, ns: what happened before was looked at; 0: not known */
	int64_t clock;	      /* then: ns from CLOCK_BOOTTIME to CLOCK_REALTIME */
	uint64_t generation;  /* of the policy that new files are evaluated by */
	uint64_t counts[EMBARGO_WATCH_COUNTS];
	uint64_t force_count;  /* files that were refused by what the watch found */
	uint64_t force_ns;     /* from the event of their closing to the rule in force, all of them */
	uint64_t force_ns_max; /* the longest */
	int32_t blind; /* files are found by scans, for a limit is used up: a negative errno; 0: they are
			  watched */
	uint64_t force_within[EMBARGO_WATCH_BUCKETS]; /* so many in at most embargo_watch_bucket_ms[] */
};

#define EMBARGO_WATCH_VERSION 3

/* shared.c */
/* New, at @path, or for this process and its children alone if that cannot be. *@ret_gap: there was one
 * before. */
int embargo_watch_shared_new(const char *path, struct embargo_watch_shared **ret_shared, bool *ret_gap);
/* A copy. False: no daemon watches. */
bool embargo_watch_shared_read(const char *path, struct embargo_watch_shared *ret_shared);
void embargo_watch_count(struct embargo_watch_shared *shared, enum embargo_watch_count which, uint64_t more);
/* @ns: from the event to the rule in force */
void embargo_watch_count_force(struct embargo_watch_shared *shared, uint64_t ns);

/* What the daemon has of it. All zeroes: nothing. */
struct embargo_watch {
	struct embargo_watch_shared *shared; /* NULL: it was not started */
	int fd;				     /* of the supervisor and all below; 0 or -1: none */
	char *pending;			     /* a note that syslog did not take */
};

/* supervisor.c: start the supervisor. The caller must not have given up its rights yet. -errno, reported. */
int embargo_watch_start(struct embargo_watch *watch, enum embargo_watch_mode mode, unsigned int limit);
/* The configuration was read again. */
void embargo_watch_configure(struct embargo_watch *watch, enum embargo_watch_mode mode, unsigned int limit);
/* 1: a note, valid until the next call; 0: none is there; -EPIPE: all have ended, and none will come. */
int embargo_watch_receive(struct embargo_watch *watch, struct embargo_log_message *ret_message);
/* The note was told; without it the same comes again. */
void embargo_watch_ack(struct embargo_watch *watch);
void embargo_watch_end(struct embargo_watch *watch);

/* confine.c: give up what the watcher does not need. -errno: do not go on. */
int embargo_watch_confine(void);

/* watcher.c: the watcher; returns when the daemon is gone (0), or -errno. @socket: to the daemon */
int embargo_watcher(struct embargo_watch_shared *shared, int socket);

/* limit.c: which limit it is, and what to do */
const char *embargo_watch_limit_name(int error);

/* text.c */
void embargo_watch_text(const struct embargo_watch_shared *shared, FILE *out);
json_t *embargo_watch_json(const struct embargo_watch_shared *shared);

#endif
