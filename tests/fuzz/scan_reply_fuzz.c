// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzing of what the parent of a scan reads from a worker, which may be in the hands of a hostile file. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/scan/reply.h"

#define RULES 10

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct embargo_scan_replies replies;
	_cleanup_free_ __u8 *bytes = malloc(size ?: 1); /* of just this size, for the sanitizer */
	struct embargo_scan_reply reply;
	const __u8 *cursor = bytes;
	size_t i, length = 0;
	int r;

	if (size)
		memcpy(bytes, data, size);
	while ((r = embargo_scan_reply_next(&cursor, bytes + size, RULES, &reply)) > 0) {
		if (cursor > bytes + size || reply.type >= EMBARGO_SCAN_REPLY_MAX ||
		    (reply.rule >= RULES && reply.rule != EMBARGO_NO_RULE))
			abort();
		for (i = 0; i < EMBARGO_SCAN_TEXTS; i++)
			length += reply.texts[i] ? strlen(reply.texts[i]) : 0;
		/* What was read can be written, and is the same. */
		replies.used = 0;
		if (embargo_scan_reply_put(&replies, &reply))
			abort();
	}
	if (r && r != -EBADMSG)
		abort();
	if (length > size)
		abort();
	return 0;
}
