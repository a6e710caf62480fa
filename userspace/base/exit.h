/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What embargo exits with. */
#ifndef EMBARGO_USERSPACE_BASE_EXIT_H
#define EMBARGO_USERSPACE_BASE_EXIT_H

enum embargo_exit {
	EMBARGO_EXIT_DONE, /* and nothing banned was found */
	EMBARGO_EXIT_FAILED,
	EMBARGO_EXIT_USAGE,
	EMBARGO_EXIT_BANNED, /* check, scan: something banned was found */
};

#endif
