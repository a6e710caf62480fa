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

/* The file is hashed only if some rule could match its size. -errno: @reason says why it cannot be judged. */
int embargo_judge(const struct embargo_measure *measure, const char *path,
		  struct embargo_judgement *ret_judgement, struct embargo_reason *reason);
/* `rule "name" (…) at file:line`, or why none decided; "": nothing matched. NULL: no memory */
char *embargo_judgement_text(const struct embargo_measure *measure,
			     const struct embargo_judgement *judgement);

#endif
