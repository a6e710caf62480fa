/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the next boot will put in force, and what of the present state it will not. */
#ifndef EMBARGO_USERSPACE_CHECK_BOOT_H
#define EMBARGO_USERSPACE_CHECK_BOOT_H

#include <stdio.h>

#include <jansson.h>

#include "loader/loader.h"
#include "policy/policy.h"
#include "userspace/base/config.h"

/*
 * What embargo-load.service will do, by embargo.conf and EMBARGO_POLICY_DIR as they are now:
 *	"mode"      "audit" or "enforce"
 *	"policies"  paths of policy files
 *	"differs"   sentences: what is in force now but not then, or the reverse, with the remedy
 * @set: of the policy in force; NULL: none, or it is not known. NULL: no memory. To be released.
 */
json_t *embargo_boot_state(const struct embargo_status *status, const struct embargo_ruleset *set);
void embargo_boot_text(const json_t *boot, FILE *out);

/* The mode that the next boot will be in; EMBARGO_MODE_MAX: embargo.conf cannot be read, which was reported.
 */
enum embargo_mode embargo_boot_mode(void);

#endif
