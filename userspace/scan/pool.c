// SPDX-License-Identifier: GPL-2.0-or-later
/* Files are gathered into batches, and each batch goes to the worker that has least to do. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>

#include "userspace/scan/pool_private.h"

#define BATCH_BYTES (8U << 20) /* sizes of the files of a batch */
#define TICK_MS 200

int embargo_scan_pool_new(const struct embargo_scan_pool_settings *settings,
			  struct embargo_scan_pool **ret_pool)
{
	_cleanup_(embargo_scan_pool_freep) struct embargo_scan_pool *pool = calloc(1, sizeof(*pool));
	struct rlimit files = {.rlim_cur = 1024};
	size_t share;
	unsigned int i;
	int r = 0;

	if (!pool)
		return -ENOMEM;
	pool->settings = *settings;
	pool->workers = calloc(settings->workers, sizeof(*pool->workers));
	pool->filling = calloc(1, sizeof(*pool->filling));
	if (!pool->workers || !pool->filling)
		return -ENOMEM;
	/* Half of the descriptors that may be open are for files on their way. */
	if (!getrlimit(RLIMIT_NOFILE, &files) && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	share = files.rlim_cur / 2 / (settings->workers + 1) / EMBARGO_SCAN_QUEUE;
	pool->batch_max = share > EMBARGO_SCAN_BATCH ? EMBARGO_SCAN_BATCH : share ?: 1;
	for (i = 0; !r && i < settings->workers; i++)
		r = embargo_scan_worker_start(pool, &pool->workers[i]);
	if (r)
		return r;
	*ret_pool = TAKE_PTR(pool);
	return 0;
}

void embargo_scan_pool_free(struct embargo_scan_pool *pool)
{
	unsigned int i;

	if (!pool)
		return;
	for (i = 0; pool->workers && i < pool->settings.workers; i++)
		embargo_scan_worker_stop(&pool->workers[i]);
	while (pool->again_count)
		embargo_scan_task_clear(&pool->again[--pool->again_count]);
	embargo_scan_batch_free(pool->filling);
	free(pool->again);
	free(pool->workers);
	free(pool);
}

/* Wait up to @timeout for answers, and take them. */
static int pool_receive(struct embargo_scan_pool *pool, int timeout)
{
	struct pollfd *polled = alloca(pool->settings.workers * sizeof(*polled));
	unsigned int i;

	if (pool->error)
		return pool->error;
	for (i = 0; i < pool->settings.workers; i++)
		polled[i] = (struct pollfd){.fd = pool->workers[i].fd, .events = POLLIN};
	if (poll(polled, pool->settings.workers, timeout) < 0 && errno != EINTR)
		return -errno;
	for (i = 0; i < pool->settings.workers && !pool->error; i++) {
		if (polled[i].revents)
			embargo_scan_worker_receive(pool, &pool->workers[i]);
		if (!pool->error)
			embargo_scan_worker_watch(pool, &pool->workers[i]);
	}
	if (timeout && pool->settings.tick && pool->settings.tick(pool->settings.context))
		return -EINTR;
	return pool->error;
}

static struct embargo_scan_worker_state *worker_free(struct embargo_scan_pool *pool)
{
	struct embargo_scan_worker_state *best = NULL;
	unsigned int i;

	for (i = 0; i < pool->settings.workers; i++)
		if (!best || pool->workers[i].queued < best->queued)
			best = &pool->workers[i];
	return best && best->queued < EMBARGO_SCAN_QUEUE ? best : NULL;
}

/* Takes the batch. */
static int batch_submit(struct embargo_scan_pool *pool, struct embargo_scan_batch *batch)
{
	struct embargo_scan_worker_state *worker;
	int r = pool_receive(pool, 0);

	batch->first = pool->number;
	pool->number += batch->count;
	while (!r) {
		worker = worker_free(pool);
		r = worker ? embargo_scan_worker_send(pool, worker, batch) : -EAGAIN;
		if (!r)
			return 0;
		if (r == -EAGAIN)
			r = pool_receive(pool, TICK_MS);
	}
	embargo_scan_batch_free(batch);
	return r;
}

static int batch_add(struct embargo_scan_batch **batch, struct embargo_scan_task *task)
{
	if (!*batch)
		*batch = calloc(1, sizeof(**batch));
	if (!*batch) {
		embargo_scan_task_clear(task);
		return -ENOMEM;
	}
	(*batch)->tasks[(*batch)->count++] = *task;
	(*batch)->bytes += task->size;
	(*batch)->path_bytes +=
		strnlen(task->path, EMBARGO_PATH_SIZE) + sizeof(struct embargo_scan_job_record) + 8;
	return 0;
}

/* What a lost worker had: each file on its own if it may have been the cause. */
static int again_submit(struct embargo_scan_pool *pool)
{
	struct embargo_scan_batch *batch;
	struct embargo_scan_task task;
	int r = 0;

	while (!r && pool->again_count) {
		batch = NULL;
		task = pool->again[--pool->again_count];
		r = batch_add(&batch, &task);
		r = r ?: batch_submit(pool, batch);
	}
	return r;
}

int embargo_scan_pool_flush(struct embargo_scan_pool *pool)
{
	struct embargo_scan_batch *batch = pool->filling;
	int r = again_submit(pool);

	if (r || !batch || !batch->count)
		return r;
	pool->filling = NULL;
	return batch_submit(pool, batch);
}

int embargo_scan_pool_add(struct embargo_scan_pool *pool, const struct embargo_scan_task *added)
{
	struct embargo_scan_task task = *added;
	int r = pool->error;

	if (r) {
		embargo_scan_task_clear(&task);
		return r;
	}
	r = batch_add(&pool->filling, &task);
	if (r)
		return r;
	if (pool->filling->count < pool->batch_max && pool->filling->bytes < BATCH_BYTES &&
	    pool->filling->path_bytes + 2 * EMBARGO_PATH_SIZE < EMBARGO_SCAN_MESSAGE)
		return 0;
	return embargo_scan_pool_flush(pool);
}

static bool pool_busy(const struct embargo_scan_pool *pool)
{
	unsigned int i;

	for (i = 0; i < pool->settings.workers; i++)
		if (pool->workers[i].queued || !pool->workers[i].ready)
			return true;
	return pool->again_count || (pool->filling && pool->filling->count);
}

int embargo_scan_pool_finish(struct embargo_scan_pool *pool)
{
	int r = 0;

	while (!r && pool_busy(pool)) {
		r = embargo_scan_pool_flush(pool);
		if (!r && pool_busy(pool))
			r = pool_receive(pool, TICK_MS);
	}
	return r;
}

void embargo_scan_pool_abandon(struct embargo_scan_pool *pool)
{
	unsigned int i;

	if (!pool->error)
		(void)pool_receive(pool, 0);
	for (i = 0; i < pool->settings.workers; i++)
		embargo_scan_worker_stop(&pool->workers[i]);
	pool->error = pool->error ?: -EINTR;
}
