/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules for paths against the file system of this host: which of them cannot mean what they say. */
#ifndef EMBARGO_USERSPACE_CHECK_PATHS_H
#define EMBARGO_USERSPACE_CHECK_PATHS_H

#include "policy/policy.h"

enum embargo_paths_what {
	/* paths that begin with a link here (/bin where that is usr/bin, /var/run): the kernel compares real
	   ones */
	EMBARGO_PATHS_HERE = 1 << 0,
	/* bans of /, and prefixes that do not end in /, which reach further than a reader thinks */
	EMBARGO_PATHS_REACH = 1 << 1,
};

/* Report with @severity each rule that is one of @what, a set. Returns how many. */
size_t embargo_paths_check(struct embargo_policy *policy, enum embargo_severity severity, unsigned int what);

#endif
