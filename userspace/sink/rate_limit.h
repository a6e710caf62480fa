/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same, told at most so many times: of events with one rule, verdict and file
 * the first few in a window of time pass, the others are counted. When the window
 * closes, their number is to be told, exactly. Memory is bounded: there are so many
 * windows at most, and a new one closes the oldest early.
 */
#ifndef EMBARGO_USERSPACE_SINK_RATE_LIMIT_H
#define EMBARGO_USERSPACE_SINK_RATE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/abi.h"

struct embargo_rate_bucket {
	uint8_t key[32];
	struct embargo_event event; /* the last one */
	char *path;
	uint64_t told;
	uint64_t repeated;		   /* not told */
	int64_t begin;			   /* ms */
	int64_t last;			   /* ms */
	int64_t end;			   /* ms */
	struct embargo_rate_bucket *next;  /* opened after this one, and so closed after it */
	struct embargo_rate_bucket *chain; /* in the same slot */
};

struct embargo_limit {
	uint64_t lines; /* 0: no limit */
	int64_t length; /* ms */
	size_t most;	/* windows */
	size_t count;
	struct embargo_rate_bucket *oldest, *newest;
	struct embargo_rate_bucket **slots;
	size_t slot_count;
};

/* -ENOMEM. @limit was cleared, or is all zeroes. */
int embargo_limit_init(struct embargo_limit *limit, uint64_t lines, int64_t seconds, size_t most);
/* The windows that are open stay, and as many may be. */
void embargo_limit_change(struct embargo_limit *limit, uint64_t lines, int64_t seconds);
void embargo_limit_clear(struct embargo_limit *limit);
/* The window that must be closed now: its time is over, or there are as many as there may be. NULL: none. */
struct embargo_rate_bucket *embargo_limit_due(const struct embargo_limit *limit, int64_t now);
/* Close the oldest window, which was told. */
void embargo_limit_close(struct embargo_limit *limit);
/* The window of @event, opened if there is none. NULL: no limit, or no memory: just tell the event. */
struct embargo_rate_bucket *embargo_rate_bucket(struct embargo_limit *limit,
						const struct embargo_event *event, const char *path,
						int64_t now);
/* May one more be told? Then, once it was, count it in .told. */
bool embargo_limit_open(const struct embargo_limit *limit, const struct embargo_rate_bucket *window);
/* It may not: count it. */
void embargo_limit_count(struct embargo_rate_bucket *window, const struct embargo_event *event, int64_t now);

#endif
