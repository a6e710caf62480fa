/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workers that read files for a scan: processes in a sandbox (userspace/base/sandbox.h), which
 * get open descriptors and give answers (reply.h). One that dies, hangs or
 * answers nonsense is replaced, and the file that it was at is told as trouble.
 *
 *	embargo_scan_pool_new(&settings, &pool);	forks: before what they need not see
 *	embargo_scan_pool_add(pool, &task);		as often as need be; waits while all are busy
 *	embargo_scan_pool_finish(pool);			waits for the last answer
 */
#ifndef EMBARGO_USERSPACE_SCAN_POOL_H
#define EMBARGO_USERSPACE_SCAN_POOL_H

#include "userspace/scan/reply.h"

#define EMBARGO_SCAN_BATCH 64 /* files that a worker is given at once */

/* What a worker is asked: which file the descriptor is. */
struct embargo_scan_job {
	__u32 number;
	__u32 flags; /* those of the task */
	__u64 size;  /* of the file, when it was found */
	const char *
		path; /* whole if it is shorter than EMBARGO_PATH_SIZE, else its end, too long for any rule */
};

/* Where the evaluate puts what it finds in an archive; its answer on the file comes from its return. */
struct embargo_scan_answers;
int embargo_scan_member(struct embargo_scan_answers *answers, const struct embargo_scan_reply *reply);

/*
 * Runs in the worker, in its sandbox. @ret_reply: all zero, .rule is EMBARGO_NO_RULE.
 * Its texts must last until the next call.
 */
typedef void (*embargo_scan_evaluate_fn)(void *context, const struct embargo_scan_job *job, int fd,
					 struct embargo_scan_answers *answers,
					 struct embargo_scan_reply *ret_reply);

/* A file on its way through the pool. */
struct embargo_scan_task {
	char *path; /* malloc'ed; the pool frees it */
	int fd;	    /* the pool closes it */
	__u32 flags;
	__u64 size;
	__u64 device, inode; /* for the caller, as the next two */
	bool keyed;
	__u8 key[16]; /* memory.h */

	/* The pool's own: zero */
	bool last_try;	/* it was written to while it was read */
	__u32 members;	/* that were told already */
	__u32 received; /* of this worker */
	bool alone;	/* a worker died that had it and others */
};

struct embargo_scan_pool_settings {
	unsigned int workers;
	unsigned int seconds; /* that one file may take, and a second more for every 4 MiB */
	size_t memory;	      /* that a worker may allocate; 0: 1 GiB */
	__u32 rules;	      /* of the policy: answers name none beyond */
	embargo_scan_evaluate_fn evaluate;
	void *evaluate_context;
	/* Of each answer, MEMBER and DONE. The task lasts as long as the call. */
	void (*answer)(void *context, struct embargo_scan_task *task, const struct embargo_scan_reply *reply);
	/* No answer will come: "could not be read: …" */
	void (*failed)(void *context, struct embargo_scan_task *task, const char *why);
	/* Called some times a second while the pool waits; true: give up, and return -EINTR. */
	bool (*tick)(void *context);
	void *context;
};

struct embargo_scan_pool;

int embargo_scan_pool_new(const struct embargo_scan_pool_settings *settings,
			  struct embargo_scan_pool **ret_pool);
/* Takes what @task owns, whatever comes of it. -errno: workers cannot be had at all; the scan is over. */
int embargo_scan_pool_add(struct embargo_scan_pool *pool, const struct embargo_scan_task *task);
/* Wait until everything was answered. */
int embargo_scan_pool_finish(struct embargo_scan_pool *pool);
/* Take what was answered already, wait for nothing, and give up the rest. */
void embargo_scan_pool_abandon(struct embargo_scan_pool *pool);
/* Ask for the first files before a whole batch of them is there. */
int embargo_scan_pool_flush(struct embargo_scan_pool *pool);
void embargo_scan_pool_free(struct embargo_scan_pool *pool);
EMBARGO_CLEANUP(struct embargo_scan_pool, embargo_scan_pool_free);

/* worker.c: the child's part; never returns */
void embargo_scan_worker(const struct embargo_scan_pool_settings *settings, int socket)
	__attribute__((noreturn));

/* A job as it stands in a message, then its path with NUL; descriptors go beside it, in the same order. */
struct embargo_scan_job_record {
	__u32 size; /* of all, a multiple of 8 */
	__u32 number;
	__u64 file_size;
	__u32 flags;
	__u32 path_size; /* with NUL */
};

#define EMBARGO_SCAN_NO_SANDBOX 3 /* exit status of a worker that cannot enter its sandbox */

#endif
