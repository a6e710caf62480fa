// SPDX-License-Identifier: GPL-2.0-or-later
/* A set of events, filled once and then asked. */
#include <errno.h>
#include <stdlib.h>

#include "policy/array.h"
#include "userspace/event/event_log.h"

static int key_compare(const void *left, const void *right)
{
	const struct embargo_key *a = left, *b = right;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	if (a->generation != b->generation)
		return a->generation < b->generation ? -1 : 1;
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

int embargo_seen_add(struct embargo_seen *seen, const struct embargo_key *key)
{
	if (embargo_array_grow(&seen->keys, &seen->capacity, seen->count, sizeof(*seen->keys)))
		return -ENOMEM;
	seen->keys[seen->count++] = *key;
	seen->sorted = false;
	return 0;
}

bool embargo_seen_has(struct embargo_seen *seen, const struct embargo_key *key)
{
	if (!seen->count)
		return false;
	if (!seen->sorted)
		qsort(seen->keys, seen->count, sizeof(*seen->keys), key_compare);
	seen->sorted = true;
	return bsearch(key, seen->keys, seen->count, sizeof(*seen->keys), key_compare);
}

void embargo_seen_clear(struct embargo_seen *seen)
{
	free(seen->keys);
	*seen = (struct embargo_seen){0};
}
