/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events that were delivered, one JSON object a line: written by the daemon, read by embargo events. */
#ifndef EMBARGO_USERSPACE_EVENT_EVENT_LOG_H
#define EMBARGO_USERSPACE_EVENT_EVENT_LOG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "loader/loader.h"
#include "userspace/base/config.h"

#define EMBARGO_EVENT_LOG EMBARGO_STATE_DIR "/events.jsonl"

/* Which event this is, within one boot. */
struct embargo_key {
	uint64_t time_ns;
	uint64_t generation;
	uint64_t pid;
};

const char *embargo_boot_id(void); /* "" if the kernel does not tell */
const char *embargo_host_name(void);
struct embargo_key embargo_event_key(const struct embargo_event *event);
bool embargo_key_equal(const struct embargo_key *a, const struct embargo_key *b);

/* event_log.c: reading */

/* @line ends without a newline; return non-zero to stop. */
typedef int (*embargo_event_log_fn)(void *context, const json_t *event, const char *line);
/* Oldest first, the rotated file before the other. -errno, or what @call returned. No file: 0. */
int embargo_event_log_read(const char *path, embargo_event_log_fn call, void *context);
/* The last event of this boot that was written. -ENOENT: none. */
int embargo_event_log_last(const char *path, struct embargo_key *ret_key);
/* event_log_denial.c: the last one that is no selftest's, to be released; NULL: none, or it cannot be read.
 */
json_t *embargo_event_log_denial(const char *path);
/* Is the event of this boot, and which? */
bool embargo_event_log_key(const json_t *event, struct embargo_key *ret_key);

/* event_set.c: the events that were shown already */
struct embargo_seen {
	struct embargo_key *keys;
	size_t count;
	size_t capacity;
	bool sorted;
};

int embargo_seen_add(struct embargo_seen *seen, const struct embargo_key *key);
bool embargo_seen_has(struct embargo_seen *seen, const struct embargo_key *key);
void embargo_seen_clear(struct embargo_seen *seen);

/* event_log_write.c: writing */
struct embargo_event_log {
	const char *path;
	int fd;	      /* -1: not open */
	long limit;   /* bytes, then it is rotated; 0: EMBARGO_EVENT_LOG_SIZE */
	bool failing; /* said so already */
};

/* Add a line (its newline is added). Failure is logged once and costs nothing but the line. */
void embargo_event_log_write(struct embargo_event_log *event_log, const char *line);
void embargo_event_log_close(struct embargo_event_log *event_log);

#endif
