/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that wait to be looked at: so many at most, each once, in the order in which they came. What finds
 * the queue full is not queued, and whoever adds it must see to it that it is found in another way.
 */
#ifndef EMBARGO_USERSPACE_WATCH_QUEUE_H
#define EMBARGO_USERSPACE_WATCH_QUEUE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EMBARGO_WATCH_KEY_SIZE 1024

/* How a file is named; each has keys of its own. */
enum embargo_watch_kind {
	EMBARGO_WATCH_HANDLE, /* struct embargo_watch_key */
	EMBARGO_WATCH_OPEN,   /* device and inode; it is open */
	EMBARGO_WATCH_PATH,
};

/*
 * As an event has them: the handle of the directory, the name in it and a NUL, @named_size bytes in all; then
 * the handle of the file, if the event has it.
 */
struct embargo_watch_key {
	__kernel_fsid_t id;
	uint32_t named_size;
};

struct embargo_watch_entry {
	struct embargo_watch_entry *next;
	uint64_t seen; /* CLOCK_MONOTONIC, ns: when it was added */
	int fd;	       /* of an open one; else -1 */
	uint16_t kind;
	uint16_t size;
	unsigned char key[];
};

/* Start with all zeroes, and a limit. */
struct embargo_watch_queue {
	size_t limit;	 /* entries */
	size_t limit_fd; /* of them with an open file */
	bool last;	 /* of one that is added again the last time counts, not the first */
	size_t count, count_fd;
	struct embargo_watch_entry *head, *tail;
	void *tree; /* of <search.h>: whatever keys others choose, none takes long to find */
};

/*
 * @fd, which may be -1, is the queue's if it is added, and is closed if it is not. 1: added, 0: it waits
 * already, -ENOBUFS: there is no room, -EINVAL: no such key, -ENOMEM.
 */
int embargo_watch_queue_add(struct embargo_watch_queue *queue, enum embargo_watch_kind kind, const void *key,
			    size_t size, int fd, uint64_t seen);
/* Forget those before the first that was added at @since or later. */
void embargo_watch_queue_forget(struct embargo_watch_queue *queue, uint64_t since);
/* The first, now the caller's; NULL: none. */
struct embargo_watch_entry *embargo_watch_queue_take(struct embargo_watch_queue *queue);
void embargo_watch_queue_clear(struct embargo_watch_queue *queue);
void embargo_watch_entry_free(struct embargo_watch_entry *entry);

#endif
