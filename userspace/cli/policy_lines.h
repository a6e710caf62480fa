/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy as lines of its language, for show and diff. */
#ifndef EMBARGO_USERSPACE_CLI_POLICY_LINES_H
#define EMBARGO_USERSPACE_CLI_POLICY_LINES_H

#include <stdio.h>

#include "userspace/check/policies.h"

struct embargo_lines {
	char **list;
	size_t count;
};

/* A rule as its canonical line, the authority of its file said in it. NULL: no memory */
char *embargo_rule_line(const struct embargo_ruleset *set, const struct embargo_rule *rule);
/* on-error and max-hash-size, then `policy`, `version` of each file, then the rules, sorted. Reports what
 * fails. */
int embargo_lines_make(const struct embargo_evaluator *evaluator, struct embargo_lines *ret_lines);
void embargo_lines_clear(struct embargo_lines *lines);
/* The lines on-error and max-hash-size. */
void embargo_settings_print(const struct embargo_evaluator *evaluator, FILE *out);

#endif
