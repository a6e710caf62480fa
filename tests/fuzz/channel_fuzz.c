// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzing of channels: what is accepted can be written and read again, and hands every host one ring or none.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/channel/channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(embargo_channel_freep) struct embargo_channel *channel = NULL, *again = NULL;
	_cleanup_free_ char *text = NULL;
	struct embargo_reason reason = {""};
	const struct embargo_channel_ring *ring;
	size_t written, i, n;

	if (embargo_channel_parse((const char *)data, size, &channel, &reason)) {
		demand(reason.text[0] && !channel);
		return 0;
	}
	/* Large numbers of digits may make a channel longer than it was; then that is what is said. */
	if (embargo_channel_write(channel, &text, &written, &reason))
		return demand(strstr(reason.text, "more than") != NULL), 0;
	demand(!embargo_channel_parse(text, written, &again, &reason));
	demand(again->serial == channel->serial && again->ring_count == channel->ring_count);
	for (i = 0; i < channel->ring_count; i++) {
		demand(again->rings[i].share == channel->rings[i].share);
		for (n = 0; n < channel->rings[i].file_count; n++)
			demand(!strchr(channel->rings[i].files[n].name, '/'));
		ring = embargo_channel_ring(channel, channel->rings[i].policy, channel->rings[i].share - 1,
					    0);
		demand(ring == &channel->rings[i]);
	}
	return 0;
}
