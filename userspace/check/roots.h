/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policies of a policy in force: one root for each file that was named, with the rules of all that it
 * includes. By them a person knows what comes and what goes, and what the next boot will bring.
 */
#ifndef EMBARGO_USERSPACE_CHECK_ROOTS_H
#define EMBARGO_USERSPACE_CHECK_ROOTS_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/policy.h"

struct embargo_root {
	const char *path; /* of the set, as .name is */
	const char *name; /* "": the policy has none */
	__u32 rules;
};

struct embargo_roots {
	struct embargo_root *list;
	size_t count;
};

/* Of @set, which must outlive it. -ENOMEM */
int embargo_roots_read(const struct embargo_ruleset *set, struct embargo_roots *ret_roots);
bool embargo_roots_have(const struct embargo_roots *roots, const char *path);
void embargo_roots_clear(struct embargo_roots *roots);

/* The *.policy files of @directory, whole paths in the order of their names, ending with NULL. -errno */
int embargo_policies_list(const char *directory, char ***ret_paths);
void embargo_paths_free(char **paths);
EMBARGO_CLEANUP(char *, embargo_paths_free);
bool embargo_paths_have(char *const *paths, const char *path);

#endif
