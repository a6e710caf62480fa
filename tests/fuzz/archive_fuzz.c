// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzing of archives in archives, and of the identity of what is in them. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "policy/identity/archive/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	uint64_t count, file_size;
};

static int see(void *context, struct embargo_archive_member *member)
{
	struct seen *seen = context;

	seen->count++;
	if (!member->identity->path || member->depth > 4 || (member->unopened && !member->identity->warning))
		abort();
	if (!member->depth)
		seen->file_size = member->identity->digests.size;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct embargo_archive_limits limits = {
		.depth = 4, .members = 200, .bytes = 4 << 20, .memory = 256 << 10};
	_cleanup_close_ int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct embargo_reason reason = {""};
	struct seen seen = {0, UINT64_MAX};
	int r;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	r = embargo_archive_walk(fd, "fuzz", EMBARGO_WANT_INSIDE, &limits, see, &seen, &reason);
	if ((r && r != -EBADMSG && r != -EFBIG) || (r && !reason.text[0]))
		abort();
	/* The file itself comes last, once, whole. */
	if (seen.count > limits.members + 1 || (!r && seen.file_size != size))
		abort();
	return 0;
}
