/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Until a verdict is kept: what a test changes afterwards is changed behind the back of one. */
#ifndef EMBARGO_TESTS_GUEST_GUEST_KEPT_H
#define EMBARGO_TESTS_GUEST_GUEST_KEPT_H

#include <poll.h>

#include "tests/guest/guest.h"

#define GUEST_TICK_MS 40
#define GUEST_KEPT_ROUNDS 100

/*
 * Time itself is waited for: where ctime alone counts, its clock must be seen to move. On a busy machine a
 * look is interrupted now and then, and proves nothing.
 */
static inline void guest_run_until_kept(const char *path)
{
	long long kept = guest_number("kept");

	for (int i = 0; i < GUEST_KEPT_ROUNDS && (i < 3 || guest_number("kept") == kept); i++) {
		EXPECT_EQ(HARMLESS, attempt_exec(path));
		poll(NULL, 0, GUEST_TICK_MS);
	}
	EXPECT_LT(kept, guest_number("kept"))
	{
		TH_LOG("%s is never kept", path);
	}
}

#endif
