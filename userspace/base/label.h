/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a rule is called when people are told of it. */
#ifndef EMBARGO_USERSPACE_BASE_LABEL_H
#define EMBARGO_USERSPACE_BASE_LABEL_H

#include "policy/policy.h"

/*
 * `rule "name" (reason; authority; source)`; with @place, or if it has no name, `at file:line` too. To be
 * freed; NULL: no memory
 */
char *embargo_rule_label(const struct embargo_ruleset *set, const struct embargo_rule *rule, bool place);

#endif
