// SPDX-License-Identifier: GPL-2.0-or-later
/* Channels in files: read them, and print them. */
#include <stdio.h>
#include <time.h>

#include "policy/sign/sign.h"
#include "userspace/base/log.h"
#include "userspace/cli/channel.h"

int embargo_cli_channel_read(const char *path, struct embargo_channel **ret_channel, void **ret_data,
			     size_t *ret_size)
{
	struct embargo_reason reason = {""};
	_cleanup_free_ void *data = NULL;
	size_t size = 0;
	int r = embargo_sign_file_read(path, EMBARGO_CHANNEL_SIZE_MAX, true, &data, &size, &reason);

	r = r ?: embargo_channel_parse(data, size, ret_channel, &reason);
	if (r) {
		embargo_log_error("%s: %s", path, reason.text);
		return r;
	}
	if (ret_data) {
		*ret_data = TAKE_PTR(data);
		*ret_size = size;
	}
	return 0;
}

static void print_time(const char *label, time_t time)
{
	char text[32] = "?";
	struct tm tm;

	if (gmtime_r(&time, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	printf("  %-8s %s\n", label, text);
}

void embargo_cli_channel_print(const struct embargo_channel *channel)
{
	const struct embargo_channel_ring *ring;
	uint64_t bytes;
	size_t i, n;

	printf("  %-8s %llu\n", "serial", (unsigned long long)channel->serial);
	print_time("issued", channel->issued);
	print_time("expires", channel->expires);
	for (i = 0; i < channel->ring_count; i++) {
		ring = &channel->rings[i];
		for (bytes = 0, n = 0; n < ring->file_count; n++)
			bytes += ring->files[n].size;
		/* The parser let nothing through that a terminal obeys. */
		printf("  %-8s %zu: to %u.%02u %%, version %llu of policy '%s', %zu file%s, %llu bytes\n",
		       "ring", i + 1, ring->share / 100, ring->share % 100, (unsigned long long)ring->version,
		       ring->policy, ring->file_count, ring->file_count == 1 ? "" : "s",
		       (unsigned long long)bytes);
	}
}
