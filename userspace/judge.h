/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's verdict on a file, given here. */
#ifndef EMBARGO_USERSPACE_JUDGE_H
#define EMBARGO_USERSPACE_JUDGE_H

#include "policy/identity/identity.h"
#include "userspace/policies.h"

struct embargo_judgement {
	enum embargo_verdict verdict;	 /* as in enforce mode */
	enum embargo_cause cause;	 /* why no rule could be asked, and on-error decided */
	const struct embargo_rule *rule; /* NULL: none matched */
};

/* -errno: @reason says why it cannot be judged. */
int embargo_judge(const struct embargo_measure *measure, const char *path,
		  struct embargo_judgement *ret_judgement, struct embargo_reason *reason);
/* The same for a path without symbolic links, but the file is read only if its contents could matter. */
int embargo_judge_quickly(const struct embargo_measure *measure, const char *path,
			  struct embargo_judgement *ret_judgement, struct embargo_reason *reason);
/* Of a file that was read with EMBARGO_WANT_BYTES. */
void embargo_judge_identity(const struct embargo_measure *measure, const struct embargo_identity *identity,
			    struct embargo_judgement *ret_judgement);
/* `rule "name" (…) at file:line`, or why none decided; "": nothing matched. NULL: no memory */
char *embargo_judgement_text(const struct embargo_measure *measure,
			     const struct embargo_judgement *judgement);

#endif
