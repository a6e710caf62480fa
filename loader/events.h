/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Read the pinned ring of events. A consumer (the daemon) takes events out; a
 * follower (embargo events) only looks, so both can run at once. libbpf's ring
 * buffer can neither look without taking nor take only after delivery, hence
 * this small reader of the same memory layout.
 */
#ifndef EMBARGO_LOADER_EVENTS_H
#define EMBARGO_LOADER_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "loader/loader.h"

struct embargo_ring;

/* Open the ring of what is in force. @consume: take events out (one at most may do so). -ENOENT: nothing
 * loaded. */
int embargo_ring_open(bool consume, struct embargo_ring **ret_ring, struct embargo_error *error);
void embargo_ring_close(struct embargo_ring *ring);

/* For poll(2) or epoll(7): readable when an event was added. Use EPOLLET: a follower never empties the ring.
 */
int embargo_ring_fd(const struct embargo_ring *ring);

/*
 * The next event, copied to @event (sizeof(*event) bytes) and @path
 * (EMBARGO_PATH_SIZE bytes, always NUL-terminated, "" when the event has none).
 * 1: there was one; 0: none now; -EBADMSG: record of another ABI, skipped;
 * -EOVERFLOW: a follower was overtaken, and goes on with the oldest that is left.
 * A consumer gets the same event again until it calls embargo_ring_take().
 */
int embargo_ring_next(struct embargo_ring *ring, struct embargo_event *event, char *path);

/* The event was delivered: make room for others. */
void embargo_ring_take(struct embargo_ring *ring);

/* Events that found the ring full since the programs were attached. */
uint64_t embargo_ring_lost(const struct embargo_ring *ring);

/* Bytes that the ring holds, and how many of them no consumer has taken yet. */
void embargo_ring_use(const struct embargo_ring *ring, uint64_t *ret_size, uint64_t *ret_used);

/* Is this still the ring of what is in force? False after an unload or an upgrade: reopen. */
bool embargo_ring_current(const struct embargo_ring *ring);

#endif
