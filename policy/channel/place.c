// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's place in a fleet, and the ring that covers it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/channel/channel.h"
#include "policy/identity/base/hash.h"

int embargo_channel_place(const char *machine_id, const char *policy)
{
	_cleanup_free_ char *text = NULL;
	struct embargo_digests digests;
	uint64_t number = 0;
	size_t i;
	int size = asprintf(&text, "%s %s", machine_id, policy);

	if (size < 0)
		return -ENOMEM;
	/* With the policy's name in it the same hosts are not the first ones every time. */
	if (embargo_hash_memory(text, size, 0, &digests))
		return -EIO;
	for (i = 0; i < sizeof(number); i++)
		number = number << 8 | digests.sha256[i];
	return number % EMBARGO_CHANNEL_PLACES;
}

const struct embargo_channel_ring *embargo_channel_ring(const struct embargo_channel *channel,
							const char *policy, unsigned int place,
							unsigned int pinned)
{
	const struct embargo_channel_ring *ring, *last = NULL;
	unsigned int number = 0;
	size_t i;

	for (i = 0; i < channel->ring_count; i++) {
		ring = &channel->rings[i];
		if (strcmp(ring->policy, policy) != 0)
			continue;
		last = ring;
		if (pinned ? ++number == pinned : place < ring->share)
			return ring;
	}
	return pinned ? last : NULL;
}

bool embargo_channel_ring_first(const struct embargo_channel *channel, size_t number)
{
	size_t i;

	for (i = 0; i < number; i++)
		if (!strcmp(channel->rings[i].policy, channel->rings[number].policy))
			return false;
	return true;
}
