// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy channel show */
#include <stdio.h>
#include <string.h>

#include "userspace/base/log.h"
#include "userspace/cli/channel.h"
#include "userspace/cli/command.h"

static int host_print(const struct embargo_channel *channel, const char *machine_id)
{
	const struct embargo_channel_ring *ring;
	const char *policy;
	size_t i;
	int place;

	for (i = 0; i < channel->ring_count; i++) {
		if (!embargo_channel_ring_first(channel, i))
			continue;
		policy = channel->rings[i].policy;
		place = embargo_channel_place(machine_id, policy);
		if (place < 0)
			return embargo_log_errno(place, "cannot find the host's place");
		ring = embargo_channel_ring(channel, policy, place, 0);
		if (ring)
			printf("  %-8s place %d takes ring %td: version %llu of policy '%s'\n", "host", place,
			       ring - channel->rings + 1, (unsigned long long)ring->version, policy);
		else
			printf("  %-8s place %d is in no ring of policy '%s'\n", "host", place, policy);
	}
	return 0;
}

static enum embargo_exit show_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_channel_freep) struct embargo_channel *channel = NULL;

	if (embargo_cli_channel_read(arguments->operands[0], &channel, NULL, NULL))
		return EMBARGO_EXIT_FAILED;
	printf("%s\n", arguments->operands[0]);
	embargo_cli_channel_print(channel);
	if (arguments->given_count && host_print(channel, arguments->given[0].value))
		return EMBARGO_EXIT_FAILED;
	return EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "host", .argument = "ID", .help = "say which rings the host with that machine-id takes"},
	{0},
};

const struct embargo_command embargo_cmd_policy_channel_show = {
	.name = "show",
	.usage = "[--host ID] CHANNEL",
	.summary = "Print what a channel hands out, signed or not.",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.run = show_run,
};
