/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock-out guard: what the host needs to boot and to be repaired must not be
 * banned by mistake. Files that the host does not have are passed over.
 */
#ifndef EMBARGO_USERSPACE_CHECK_GUARD_H
#define EMBARGO_USERSPACE_CHECK_GUARD_H

#include "userspace/check/policies.h"

struct embargo_essential_files {
	char **paths; /* each once, in the order of finding */
	size_t count;
	size_t capacity;
};

/* essential.c: the files that this host needs, libraries and all */
int embargo_essential_find(struct embargo_essential_files *essential);

/* essential_set.c */
int embargo_essential_add(struct embargo_essential_files *essential,
			  const char *path); /* one that is there */
void embargo_essential_clear(struct embargo_essential_files *essential);

/* essential_library.c: the libraries of the programs in it, and theirs */
int embargo_essential_libraries(struct embargo_essential_files *essential);

/* essential_boot.c: the programs of the services that the boot starts before anybody can log in */
int embargo_essential_boot(struct embargo_essential_files *essential);

/*
 * guard.c: 0: nothing needed is banned; -EPERM: something is, and every such file was reported. @mode: in
 * audit mode nothing is refused yet; it is a warning, and 0.
 */
int embargo_guard(const struct embargo_evaluator *evaluator, enum embargo_mode mode);
int embargo_guard_policy(struct embargo_policy *policy,
			 enum embargo_mode mode); /* checked, before it is loaded */

#endif
