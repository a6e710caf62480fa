/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What load and unload have in common: which policies leave, and which stay. */
#ifndef EMBARGO_USERSPACE_CLI_LOAD_H
#define EMBARGO_USERSPACE_CLI_LOAD_H

#include <stdbool.h>

#include "bpf/abi.h"
#include "policy/policy.h"
#include "userspace/cli/command.h"

/*
 * load_replace.c: may @after take the place of @before? What leaves and would be back after the next boot
 * (its file is in EMBARGO_POLICY_DIR) leaves only if the caller says so: by --replace, or on a terminal.
 * -EPERM, reported.
 */
int embargo_load_may_replace(const struct embargo_ruleset *before, const struct embargo_ruleset *after,
			     bool replace);
/* Names what of @before is not in @after. */
void embargo_load_say_replaced(const struct embargo_ruleset *before, const struct embargo_ruleset *after);

/* What of it the next boot will not bring: the mode, and files that are not in EMBARGO_POLICY_DIR. */
void embargo_load_say_until_boot(enum embargo_mode mode, const struct embargo_ruleset *set);

/* The files of the policy in force that have not the name @without (NULL: all), and @more. -errno, reported.
 * -ENOENT: none has that name. */
int embargo_load_paths(const char *without, char *const *more, char ***ret_paths);

/* cmd_load.c: put these in force, in the mode in force, else in that of the configuration. 0, also if not all
 * that should come with it could be done; -errno, reported. */
int embargo_load_again(char *const *paths);

/* load_sealed.c: is it something that a sealed host could do? Reports it if not. */
bool embargo_load_sealed_usable(const struct embargo_arguments *arguments);
/*
 * Put @policy in force on a sealed host by what is beside its file. 0; 1: it is in force, but not all that
 * should come with it could be done; -errno. Reported.
 */
int embargo_load_sealed(const struct embargo_policy *policy, uint64_t *ret_generation);

#endif
