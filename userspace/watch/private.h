/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the watcher's files share. */
#ifndef EMBARGO_USERSPACE_WATCH_PRIVATE_H
#define EMBARGO_USERSPACE_WATCH_PRIVATE_H

#include <limits.h>

#include "userspace/scan/scan.h"
#include "userspace/watch/watch.h"
#include "userspace/watch/places.h"
#include "userspace/watch/queue.h"

struct embargo_watcher {
	struct embargo_watch_shared *shared;
	int socket; /* to the daemon */
	int policy; /* inotify: a policy came or went */
	FILE *mounts;
	int by_handle, by_file; /* groups of fanotify; -1: nothing is watched */
	struct embargo_watch_places places;
	struct embargo_watch_queue queue;
	struct embargo_watch_queue recent; /* to be asked again when the database of packages changes */
	struct embargo_watch_queue leased; /* not to be opened yet, for somebody has a lease on them */
	int64_t leased_due;		   /* CLOCK_MONOTONIC, ns: when that is tried again */
	uint64_t recent_lost;		   /* when there were more of them than fit; 0: never */
	__u64 packages; /* a number for what their databases held when they were last asked */
	/* the policy in force, as far as it is known; NULL: none that has such rules */
	struct embargo_evaluator *evaluator;
	char link[PATH_MAX]; /* where EMBARGO_POLICYDB_LINK pointed */
	__u64 rules;	     /* a number for those of them that are resolved */
	struct embargo_findings *findings;
	struct embargo_scan_totals totals;
	struct embargo_scanner *scanner; /* by .evaluator; NULL: to be made */
	pid_t rescan;			 /* 0: none runs */
	int64_t places_due; /* when to look for what the policy names by path: embargo_now_ns() */
	int rescan_fd;
	int64_t rescan_begun, rescan_due; /* CLOCK_MONOTONIC, ns */
	bool rescan_whole;		  /* not only what came since .complete */
	bool behind;			  /* there are events that were not taken yet */
	int64_t batch_due;		  /* the same; not before, for the last one failed */
	bool told_failed;
	int64_t blind_due;    /* the same: when what nobody watches is scanned again */
	int64_t blind_retry;  /* and when it is asked for again */
	uint64_t rescan_time; /* CLOCK_REALTIME, ns: when the rescan began */
	int64_t rescan_clock; /* then, as .clock of struct embargo_watch_shared */
};

/* CLOCK_REALTIME, ns; *@ret_clock as struct embargo_watch_shared has it */
uint64_t embargo_watch_time(int64_t *ret_clock);
/* Something of @place, or, with NULL, of any, was not seen. */
void embargo_watch_lost(struct embargo_watcher *watcher, struct embargo_watch_place *place);

/* fanotify.c */
int embargo_watch_events_open(struct embargo_watcher *watcher);
void embargo_watch_events_close(struct embargo_watcher *watcher);
/* What is mounted now is watched from now on. */
void embargo_watch_events_mark(struct embargo_watcher *watcher);
/* Take what has happened into the queue; a pseudo callback of struct embargo_scan_settings. */
void embargo_watch_events_drain(void *watcher);

/* policy.c */
/* The policy in force may be another; the watch begins and ends with it. */
void embargo_watch_policy(struct embargo_watcher *watcher);
/* Is the policy in force still the one that .evaluator is of? */
bool embargo_watch_policy_same(const struct embargo_watcher *watcher);
void embargo_watch_policy_drop(struct embargo_watcher *watcher);

/* batch.c: look at the first of what waits */
void embargo_watch_batch(struct embargo_watcher *watcher);

/* found.c: what is to be put into the policy, and to be told of it */
struct embargo_watch_found;
int embargo_watch_found_new(const struct embargo_evaluator *evaluator,
			    struct embargo_watch_found **ret_found);
void embargo_watch_found_free(struct embargo_watch_found *found);
EMBARGO_CLEANUP(struct embargo_watch_found, embargo_watch_found_free);
/* For embargo_findings_watch(). */
void embargo_watch_found_take(void *found, const struct embargo_finding *finding);
/* When was the event of the file seen? 0: it is not known. */
typedef uint64_t (*embargo_watch_seen_fn)(const void *context, const char *path);
/* Put it into the policy in force, and tell of it. -errno, told: it is not in force. 1: something new is. */
int embargo_watch_found_publish(struct embargo_watch_found *found, struct embargo_watch_shared *shared,
				int socket, embargo_watch_seen_fn seen, const void *context);
/* To the daemon, which tells the logs; clears it. */
void embargo_watch_send(struct embargo_watch_shared *shared, int socket, struct embargo_log_message *message);

#define EMBARGO_WATCH_SCAN_EACH                                                                              \
	300000000000LL /* ns; a scan looks at the times of files, and opens those that are new */

/* limit.c: the kernel gives out no more of fanotify */
/* Is it a limit that somebody has used up, and not something that will never work? */
bool embargo_watch_is_limit(int error);
/* Go on by scans: @error, a negative errno, says why; 0: it is over. */
void embargo_watch_blind(struct embargo_watcher *watcher, int error);
/* blind.c: try again, and have scanned what nobody watches, if it is time to. */
void embargo_watch_blind_look(struct embargo_watcher *watcher);

/* rescan.c */
/* Begin one, if one is due. */
void embargo_watch_rescan(struct embargo_watcher *watcher);
/* It has ended. */
void embargo_watch_rescanned(struct embargo_watcher *watcher);
/* ns until one is to begin; -1: none is. */
int64_t embargo_watch_rescan_wait(const struct embargo_watcher *watcher);

#endif
