/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where hostile bytes are read: a process that can do nothing but read the
 * descriptors it was given, use memory, and answer on its socket.
 */
#ifndef EMBARGO_USERSPACE_BASE_SANDBOX_H
#define EMBARGO_USERSPACE_BASE_SANDBOX_H

#include <stddef.h>
#include <sys/resource.h>

/*
 * Give up all rights, for good. @memory: bytes that may be allocated from now on.
 * What opens or looks at a path fails with EACCES; any other call that is not
 * needed kills the process (SIGSYS). -errno: the caller must not go on.
 */
int embargo_sandbox_enter(size_t memory);

/* Parts of that, for workers that may do more. Both: 0 or -errno. */
/* RLIMIT_…, soft and hard. */
int embargo_sandbox_limit(int what, rlim_t most);
int embargo_sandbox_drop_capabilities(void);

#endif
