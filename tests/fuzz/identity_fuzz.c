// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzing of everything that is read out of a file; an odd first byte names the rest as a module. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "policy/identity/evaluate.h"
#include "tests/unit/hand_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	_cleanup_close_ int fd = memfd_create("fuzz", MFD_CLOEXEC);
	static struct hand_image image;
	static const char *const pattern[] = {"name=hand", NULL};
	struct embargo_evaluation evaluation;
	struct embargo_reason reason = {};

	if (!size)
		return 0;
	if (!image.patterns) {
		hand_start(&image);
		hand_module(&image, pattern, 1, EMBARGO_ACTION_BAN);
	}
	if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)size - 1)
		abort();
	if (embargo_identity_read_fd(fd, data[0] & 1 ? "fuzz.ko" : "fuzz",
				     EMBARGO_WANT_INSIDE | EMBARGO_WANT_BYTES | EMBARGO_WANT_SHA1, &identity,
				     &reason))
		abort(); /* what is inside is trouble, never an error */
	if (identity->digests.size != size - 1 || (identity->module && !identity->bytes))
		abort();
	embargo_evaluate(&image, identity, &evaluation);
	if (evaluation.refused & ~evaluation.asked)
		abort();
	return 0;
}
