/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What any user may do: be root in namespaces of his own. */
#ifndef EMBARGO_TESTS_GUEST_WORLD_H
#define EMBARGO_TESTS_GUEST_WORLD_H

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/guest/attempt.h"

/* The process becomes an ordinary user, root in user and mount namespaces of his own. */
static inline bool world_own(void)
{
	if (setgid(1000) || setuid(1000))
		return false;
	prctl(PR_SET_DUMPABLE, 1); /* else /proc/self belongs to root */
	return !unshare(CLONE_NEWUSER | CLONE_NEWNS) &&
	       !attempt_write_text("/proc/self/uid_map", "0 1000 1") &&
	       !attempt_write_text("/proc/self/setgroups", "deny") &&
	       !attempt_write_text("/proc/self/gid_map", "0 1000 1");
}

#endif
