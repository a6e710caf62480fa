/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From samples to the fewest rules that cover them. */
#ifndef EMBARGO_USERSPACE_CLI_SUGGEST_H
#define EMBARGO_USERSPACE_CLI_SUGGEST_H

#include <stdbool.h>
#include <stdio.h>

#include "policy/cleanup.h"

struct embargo_suggestion;

struct embargo_suggestion *embargo_suggestion_new(void);
void embargo_suggestion_free(struct embargo_suggestion *suggestion);
EMBARGO_CLEANUP(struct embargo_suggestion, embargo_suggestion_free);
/* A file to be covered. -errno: it cannot be read; reported, as in all of these */
int embargo_suggestion_sample(struct embargo_suggestion *suggestion, const char *path);
/* Once, after all samples: -ENODATA if there is none. */
int embargo_suggestion_choose(struct embargo_suggestion *suggestion);
/* suggest_hits.c: count files below @hosts, but not below @samples, that each rule would ban */
int embargo_suggestion_hits(struct embargo_suggestion *suggestion, char *const *hosts, char *const *samples);
/* As policy text; @hits: they were counted */
void embargo_suggestion_print(const struct embargo_suggestion *suggestion, bool hits, FILE *out);

#endif
