/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pool.c and pool_worker.c share. */
#ifndef EMBARGO_USERSPACE_SCAN_POOL_PRIVATE_H
#define EMBARGO_USERSPACE_SCAN_POOL_PRIVATE_H

#include <sys/types.h>
#include <time.h>

#include "userspace/scan/pool.h"

#define EMBARGO_SCAN_QUEUE 2 /* batches that a worker has: it reads one while the next one waits */

struct embargo_scan_batch {
	struct embargo_scan_task tasks[EMBARGO_SCAN_BATCH];
	size_t count;
	size_t done;
	__u32 first;	   /* number of its first task */
	size_t path_bytes; /* of its message */
	__u64 bytes;	   /* sizes of its files */
};

struct embargo_scan_worker_state {
	pid_t pid; /* 0: none */
	int fd;
	bool ready;
	struct timespec since; /* it last got on */
	struct embargo_scan_batch *queue[EMBARGO_SCAN_QUEUE];
	size_t queued;
};

struct embargo_scan_pool {
	struct embargo_scan_pool_settings settings;
	struct embargo_scan_worker_state *workers;
	struct embargo_scan_batch *filling;
	size_t batch_max;		 /* tasks of one batch */
	struct embargo_scan_task *again; /* that a worker had which is gone */
	size_t again_count, again_capacity;
	__u32 number;			     /* of the next task */
	int error;			     /* no worker can be had */
	__u8 asked[EMBARGO_SCAN_MESSAGE];    /* the message on its way out */
	__u8 received[EMBARGO_SCAN_MESSAGE]; /* and in */
};

/* pool_worker.c */

int embargo_scan_worker_start(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker);
/* Kill it and forget it, what it was at is told as failed: @why, or NULL: of what it died. Starts another. */
void embargo_scan_worker_lost(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker,
			      const char *why);
void embargo_scan_worker_stop(struct embargo_scan_worker_state *worker);
/* Give it a batch, which is its own then. -EAGAIN: wait for answers first; the batch stays the caller's. */
int embargo_scan_worker_send(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker,
			     struct embargo_scan_batch *batch);
/* Take all answers that are there. */
void embargo_scan_worker_receive(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker);
/* Has it been at one file for too long? Then it is lost. */
void embargo_scan_worker_watch(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker);

void embargo_scan_task_clear(struct embargo_scan_task *task);
void embargo_scan_batch_free(struct embargo_scan_batch *batch);

#endif
