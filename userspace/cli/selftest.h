/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What embargo selftest does to the host, and undoes. */
#ifndef EMBARGO_USERSPACE_CLI_SELFTEST_H
#define EMBARGO_USERSPACE_CLI_SELFTEST_H

#include <stdbool.h>
#include <sys/types.h>

#include "loader/events.h"
#include "policy/policy.h"

/* The harmless program: a copy of embargo with random bytes behind it, so that no rule but ours has its hash.
 */
struct embargo_dummy {
	char directory[64]; /* "": not made */
	char path[80];
};

/* selftest_dummy.c */
/* Put it into the first directory where it runs. 0, or -errno of the last that was tried, in @dummy. */
int embargo_dummy_make(struct embargo_dummy *dummy);
void embargo_dummy_remove(struct embargo_dummy *dummy);
/* 0: it ran; a negative errno: what execve() said. *@ret_pid: the process that tried. */
int embargo_dummy_run(const struct embargo_dummy *dummy, pid_t *ret_pid);

/* selftest_policy.c */
/* What was in force, to be put back. */
struct embargo_former {
	bool loaded;
	enum embargo_mode mode;
	uint64_t generation;
	struct embargo_policydb *policydb;
};

int embargo_former_keep(struct embargo_former *former, struct embargo_error *error);
/* Publish the former policy and a ban of @dummy behind its rules. */
int embargo_former_ban(const struct embargo_former *former, const struct embargo_dummy *dummy,
		       enum embargo_mode mode, uint64_t *ret_generation, __u32 *ret_rule,
		       struct embargo_error *error);
/* Put it back, unless another policy than that of @generation came in between (-EBUSY). */
int embargo_former_restore(const struct embargo_former *former, uint64_t generation,
			   struct embargo_error *error);
void embargo_former_clear(struct embargo_former *former);

/* selftest_event.c */
/* Wait for the event of process @pid under @generation. -ETIMEDOUT: it did not come. */
int embargo_event_await(struct embargo_ring *ring, uint64_t generation, pid_t pid,
			struct embargo_event *ret_event);
/* Wait until the daemon has told syslog of it. -ENOENT: no daemon runs; -ETIMEDOUT: it did not. */
int embargo_delivery_await(const struct embargo_event *event);

/* selftest_signal.c: from now on signals only ask to come to an end */
void embargo_interruptible(void);
/* One came. */
bool embargo_interrupted(void);

#endif
