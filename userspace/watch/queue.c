// SPDX-License-Identifier: GPL-2.0-or-later
/* A queue without duplicates: a list for the order, a tree to find what waits already. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/watch/queue.h"

static int compare(const void *left, const void *right)
{
	const struct embargo_watch_entry *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return memcmp(a->key, b->key, a->size);
}

void embargo_watch_entry_free(struct embargo_watch_entry *entry)
{
	if (!entry)
		return;
	if (entry->fd >= 0)
		close(entry->fd);
	free(entry);
}

/* 1: it stays. */
static int entry_place(struct embargo_watch_queue *queue, struct embargo_watch_entry *entry)
{
	struct embargo_watch_entry **place = tfind(entry, &queue->tree, compare);

	if (place && queue->last && (*place)->seen < entry->seen)
		(*place)->seen = entry->seen;
	if (place)
		return 0;
	if (queue->count >= queue->limit || (entry->fd >= 0 && queue->count_fd >= queue->limit_fd))
		return -ENOBUFS;
	place = tsearch(entry, &queue->tree, compare);
	if (!place)
		return -ENOMEM;
	if (queue->tail)
		queue->tail->next = entry;
	else
		queue->head = entry;
	queue->tail = entry;
	queue->count++;
	queue->count_fd += entry->fd >= 0;
	return 1;
}

int embargo_watch_queue_add(struct embargo_watch_queue *queue, enum embargo_watch_kind kind, const void *key,
			    size_t size, int fd, uint64_t seen)
{
	struct embargo_watch_entry *entry = NULL;
	int r = size && size <= EMBARGO_WATCH_KEY_SIZE ? 0 : -EINVAL;

	if (!r)
		entry = calloc(1, sizeof(*entry) + size);
	if (!entry) {
		if (fd >= 0)
			close(fd);
		return r ?: -ENOMEM;
	}
	*entry = (struct embargo_watch_entry){.seen = seen, .fd = fd, .kind = kind, .size = size};
	memcpy(entry->key, key, size);
	r = entry_place(queue, entry);
	if (r <= 0)
		embargo_watch_entry_free(entry);
	return r;
}

struct embargo_watch_entry *embargo_watch_queue_take(struct embargo_watch_queue *queue)
{
	struct embargo_watch_entry *entry = queue->head;

	if (!entry)
		return NULL;
	tdelete(entry, &queue->tree, compare);
	queue->head = entry->next;
	if (!queue->head)
		queue->tail = NULL;
	entry->next = NULL;
	queue->count--;
	queue->count_fd -= entry->fd >= 0;
	return entry;
}

void embargo_watch_queue_forget(struct embargo_watch_queue *queue, uint64_t since)
{
	while (queue->head && queue->head->seen < since)
		embargo_watch_entry_free(embargo_watch_queue_take(queue));
}

void embargo_watch_queue_clear(struct embargo_watch_queue *queue)
{
	struct embargo_watch_entry *entry;

	while ((entry = embargo_watch_queue_take(queue)))
		embargo_watch_entry_free(entry);
}
