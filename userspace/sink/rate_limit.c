// SPDX-License-Identifier: GPL-2.0-or-later
/* Windows of time, found by what they are for, closed in the order in which they were opened. */
#include <errno.h>
#include <openssl/sha.h>
#include <string.h>

#include "policy/cleanup.h"
#include "userspace/sink/rate_limit.h"

int embargo_limit_init(struct embargo_limit *limit, uint64_t lines, int64_t seconds, size_t most)
{
	struct embargo_limit made = {
		.lines = lines, .length = seconds * 1000, .most = most, .slot_count = most};

	if (lines)
		made.slots = calloc(most, sizeof(*made.slots));
	if (lines && !made.slots)
		return -ENOMEM;
	*limit = made;
	return 0;
}

void embargo_limit_change(struct embargo_limit *limit, uint64_t lines, int64_t seconds)
{
	limit->lines = lines;
	limit->length = seconds * 1000;
}

void embargo_limit_clear(struct embargo_limit *limit)
{
	while (limit->oldest)
		embargo_limit_close(limit);
	free(limit->slots);
	*limit = (struct embargo_limit){0};
}

struct embargo_rate_bucket *embargo_limit_due(const struct embargo_limit *limit, int64_t now)
{
	if (limit->oldest && (limit->count >= limit->most || limit->oldest->end <= now))
		return limit->oldest;
	return NULL;
}

static struct embargo_rate_bucket **slot(const struct embargo_limit *limit, const uint8_t *key)
{
	uint64_t number;

	memcpy(&number, key, sizeof(number));
	return &limit->slots[number % limit->slot_count];
}

void embargo_limit_close(struct embargo_limit *limit)
{
	struct embargo_rate_bucket *window = limit->oldest, **place;

	for (place = slot(limit, window->key); *place != window;)
		place = &(*place)->chain;
	*place = window->chain;
	limit->oldest = window->next;
	if (!limit->oldest)
		limit->newest = NULL;
	limit->count--;
	free(window->path);
	free(window);
}

/*
 * What makes two events the same: rule, verdict and file. A module from memory has no
 * path; its name and hash stand for it. A digest has one size, and nobody can make two
 * files share it.
 */
static void key_make(const struct embargo_event *event, const char *path, uint8_t key[32])
{
	unsigned char bytes[sizeof(event->generation) + 16 + sizeof(event->sha256) + sizeof(event->module) +
			    EMBARGO_PATH_SIZE] = {0};
	size_t length = strnlen(path, EMBARGO_PATH_SIZE - 1), at = 0;

	memcpy(bytes, &event->generation, sizeof(event->generation));
	at += sizeof(event->generation);
	memcpy(bytes + at, &event->rule, sizeof(event->rule));
	bytes[at + 4] = event->verdict;
	bytes[at + 5] = event->cause;
	at += 16;
	if (!length) {
		memcpy(bytes + at, event->sha256, sizeof(event->sha256));
		memcpy(bytes + at + sizeof(event->sha256), event->module, sizeof(event->module));
	}
	at += sizeof(event->sha256) + sizeof(event->module);
	memcpy(bytes + at, path, length);
	SHA256(bytes, at + length, key);
}

struct embargo_rate_bucket *embargo_rate_bucket(struct embargo_limit *limit,
						const struct embargo_event *event, const char *path,
						int64_t now)
{
	struct embargo_rate_bucket *window, **place;
	uint8_t key[32];

	if (!limit->lines)
		return NULL;
	key_make(event, path, key);
	place = slot(limit, key);
	for (window = *place; window; window = window->chain)
		if (!memcmp(window->key, key, sizeof(key)))
			return window;
	window = calloc(1, sizeof(*window));
	if (window)
		window->path = strdup(path);
	if (!window || !window->path) {
		free(window);
		return NULL;
	}
	memcpy(window->key, key, sizeof(key));
	window->event = *event;
	window->begin = window->last = now;
	window->end = now + limit->length;
	window->chain = *place;
	*place = window;
	if (limit->newest)
		limit->newest->next = window;
	else
		limit->oldest = window;
	limit->newest = window;
	limit->count++;
	return window;
}

bool embargo_limit_open(const struct embargo_limit *limit, const struct embargo_rate_bucket *window)
{
	return !window || window->told < limit->lines;
}

void embargo_limit_count(struct embargo_rate_bucket *window, const struct embargo_event *event, int64_t now)
{
	window->event = *event;
	window->last = now;
	window->repeated++;
}
