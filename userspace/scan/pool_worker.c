// SPDX-License-Identifier: GPL-2.0-or-later
/* One worker, as the parent sees it: start, ask, hear, watch, bury. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "userspace/scan/pool_private.h"
#include "policy/array.h"

#define BYTES_A_SECOND (4U << 20) /* that even a slow disk gives */

void embargo_scan_task_clear(struct embargo_scan_task *task)
{
	if (task->fd >= 0)
		close(task->fd);
	free(task->path);
	*task = (struct embargo_scan_task){.fd = -1};
}

void embargo_scan_batch_free(struct embargo_scan_batch *batch)
{
	if (!batch)
		return;
	for (; batch->done < batch->count; batch->done++)
		embargo_scan_task_clear(&batch->tasks[batch->done]);
	free(batch);
}

int embargo_scan_worker_start(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	worker->pid = fork();
	if (!worker->pid)
		embargo_scan_worker(&pool->settings, ends[1]);
	close(ends[1]);
	if (worker->pid < 0) {
		worker->pid = 0;
		close(ends[0]);
		return -errno;
	}
	worker->fd = ends[0];
	worker->ready = false;
	clock_gettime(CLOCK_MONOTONIC, &worker->since);
	return 0;
}

/* Returns its wait status. */
static int worker_end(struct embargo_scan_worker_state *worker)
{
	int status = 0;

	if (!worker->pid)
		return 0;
	kill(worker->pid, SIGKILL); /* one that is dead already keeps its status */
	while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(worker->fd);
	worker->pid = 0;
	worker->fd = -1;
	return status;
}

void embargo_scan_worker_stop(struct embargo_scan_worker_state *worker)
{
	worker_end(worker);
	while (worker->queued)
		embargo_scan_batch_free(worker->queue[--worker->queued]);
}

static void again_add(struct embargo_scan_pool *pool, struct embargo_scan_task *task, bool alone)
{
	if (embargo_array_grow(&pool->again, &pool->again_capacity, pool->again_count, sizeof(*pool->again)) <
	    0) {
		pool->settings.failed(pool->settings.context, task, "could not be read: no memory");
		embargo_scan_task_clear(task);
		return;
	}
	task->alone |= alone;
	task->received = 0;
	pool->again[pool->again_count++] = *task;
}

/*
 * Which file it was? It reads them in their order, and answers when a batch is
 * done: one of the first batch, of those without an answer. If there are several,
 * each is asked for again on its own.
 */
static void batches_rescue(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker,
			   const char *why)
{
	size_t i, j;

	for (i = 0; i < worker->queued; i++) {
		struct embargo_scan_batch *batch = worker->queue[i];
		size_t left = batch->count - batch->done;

		for (j = batch->done; j < batch->count; j++) {
			if (i || left > 1) {
				again_add(pool, &batch->tasks[j], !i);
				continue;
			}
			pool->settings.failed(pool->settings.context, &batch->tasks[j], why);
			embargo_scan_task_clear(&batch->tasks[j]);
		}
		free(batch);
	}
	worker->queued = 0;
}

void embargo_scan_worker_lost(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker,
			      const char *why)
{
	bool ready = worker->ready;
	int status = worker_end(worker), r;
	char text[128];

	if (!why && WIFSIGNALED(status))
		snprintf(text, sizeof(text), "could not be read: the reader died of signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(text, sizeof(text), "could not be read: the reader ended with status %d",
			 WEXITSTATUS(status));
	batches_rescue(pool, worker, why ?: text);
	/* Nothing may be read without a sandbox. */
	if (!ready)
		pool->error = -EPERM;
	r = pool->error ?: embargo_scan_worker_start(pool, worker);
	if (r)
		pool->error = r;
}

/* The message for a batch; returns its size. */
static size_t batch_write(struct embargo_scan_batch *batch, __u8 *to, int *fds)
{
	struct embargo_scan_job_record record;
	size_t used = 0, i, length;

	for (i = 0; i < batch->count; i++) {
		struct embargo_scan_task *task = &batch->tasks[i];
		const char *path = task->path;

		length = strlen(path);
		if (length > EMBARGO_PATH_SIZE) {
			path += length - EMBARGO_PATH_SIZE;
			length = EMBARGO_PATH_SIZE;
		}
		record = (struct embargo_scan_job_record){
			.size = (sizeof(record) + length + 1 + 7) & ~7U,
			.number = batch->first + i,
			.file_size = task->size,
			.flags = task->flags,
			.path_size = length + 1,
		};
		memset(to + used, 0, record.size);
		memcpy(to + used, &record, sizeof(record));
		memcpy(to + used + sizeof(record), path, length);
		used += record.size;
		fds[i] = task->fd;
	}
	return used;
}

int embargo_scan_worker_send(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker,
			     struct embargo_scan_batch *batch)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int) * EMBARGO_SCAN_BATCH)];
	} control = {0};
	int fds[EMBARGO_SCAN_BATCH];
	struct iovec io = {.iov_base = pool->asked, .iov_len = batch_write(batch, pool->asked, fds)};
	struct msghdr message = {
		.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(sizeof(int) * batch->count),
	};
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);

	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(int) * batch->count);
	memcpy(CMSG_DATA(part), fds, sizeof(int) * batch->count);
	/* A worker that is gone is found when it is listened to. */
	if (sendmsg(worker->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EPIPE &&
	    errno != ECONNRESET)
		return errno == EAGAIN || errno == ETOOMANYREFS || errno == EINTR || errno == ENOBUFS
			       ? -EAGAIN
			       : -errno;
	if (!worker->queued)
		clock_gettime(CLOCK_MONOTONIC, &worker->since);
	worker->queue[worker->queued++] = batch;
	return 0;
}

static void batch_finished(struct embargo_scan_worker_state *worker)
{
	free(worker->queue[0]);
	worker->queue[0] = worker->queue[1];
	worker->queued--;
}

/* False: this does not answer the request. */
static bool reply_take(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker,
		       const struct embargo_scan_reply *reply)
{
	struct embargo_scan_batch *batch = worker->queued ? worker->queue[0] : NULL;
	struct embargo_scan_task *task = batch ? &batch->tasks[batch->done] : NULL;

	if (reply->type == EMBARGO_SCAN_READY) {
		if (worker->ready)
			return false;
		clock_gettime(CLOCK_MONOTONIC, &worker->since);
		return worker->ready = true;
	}
	if (!worker->ready || !batch || reply->job != batch->first + batch->done)
		return false;
	if (reply->type == EMBARGO_SCAN_MEMBER) {
		if (++task->received <= task->members)
			return true;
		task->members = task->received;
		pool->settings.answer(pool->settings.context, task, reply);
		return true;
	}
	clock_gettime(CLOCK_MONOTONIC, &worker->since);
	if (reply->again && !task->last_try) {
		task->last_try = true;
		again_add(pool, task, false);
	} else {
		pool->settings.answer(pool->settings.context, task, reply);
		embargo_scan_task_clear(task);
	}
	if (++batch->done == batch->count)
		batch_finished(worker);
	return true;
}

static bool message_take(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker,
			 const __u8 *message, size_t size)
{
	const __u8 *cursor = message, *end = message + size;
	struct embargo_scan_reply reply;
	int r;

	while ((r = embargo_scan_reply_next(&cursor, end, pool->settings.rules, &reply)) > 0)
		if (!reply_take(pool, worker, &reply))
			return false;
	return !r;
}

void embargo_scan_worker_receive(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker)
{
	ssize_t got;

	while (worker->pid) {
		/* No room for descriptors: whatever it sends of these is dropped. */
		got = recv(worker->fd, pool->received, sizeof(pool->received), MSG_DONTWAIT | MSG_TRUNC);
		/* It died with a batch unread. That is told once, before what it had answered. */
		if (got < 0 && errno == ECONNRESET)
			continue;
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			embargo_scan_worker_lost(pool, worker, NULL);
			return;
		}
		if ((size_t)got > sizeof(pool->received) ||
		    !message_take(pool, worker, pool->received, got)) {
			embargo_scan_worker_lost(pool, worker,
						 "could not be read: the reader answered nonsense");
			return;
		}
	}
}

void embargo_scan_worker_watch(struct embargo_scan_pool *pool, struct embargo_scan_worker_state *worker)
{
	unsigned int seconds = pool->settings.seconds;
	struct embargo_scan_batch *batch;
	struct timespec now;
	char why[80];
	size_t i;

	if (!worker->pid || (worker->ready && !worker->queued))
		return;
	batch = worker->queued ? worker->queue[0] : NULL;
	for (i = batch ? batch->done : 0; batch && i < batch->count; i++)
		seconds += batch->tasks[i].size / BYTES_A_SECOND;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - worker->since.tv_sec <= (time_t)seconds)
		return;
	snprintf(why, sizeof(why), "could not be read: took longer than %u s", seconds);
	embargo_scan_worker_lost(pool, worker, why);
}
