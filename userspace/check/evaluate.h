/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's verdict on a file, given here. */
#ifndef EMBARGO_USERSPACE_CHECK_EVALUATE_H
#define EMBARGO_USERSPACE_CHECK_EVALUATE_H

#include "policy/identity/identity.h"
#include "userspace/check/policies.h"

struct embargo_judgement {
	enum embargo_verdict verdict;	 /* as in enforce mode */
	enum embargo_cause cause;	 /* why no rule could be asked, and on-error decided */
	const struct embargo_rule *rule; /* NULL: none matched */
	/*
	 * .rule is one that the kernel cannot match, and the kernel does not know of this file
	 * yet: its verdict is .kernel until the file is found and pinned (scan --pin).
	 */
	bool pending;
	enum embargo_verdict kernel;
	char ground[sizeof(((struct embargo_resolution *)0)->ground)]; /* what of the file fell under .rule,
									  if .pending */
};

/* What embargo_identity_read() must be asked for, to judge by @measure. */
unsigned int embargo_judge_wants(const struct embargo_measure *measure);

/* -errno: @reason says why it cannot be judged. */
int embargo_judge(const struct embargo_measure *measure, const char *path,
		  struct embargo_judgement *ret_judgement, struct embargo_reason *reason);
/*
 * The same for a path without symbolic links, but the file is read only if its contents could matter,
 * and rules that the kernel cannot match are not asked.
 */
int embargo_judge_quickly(const struct embargo_measure *measure, const char *path,
			  struct embargo_judgement *ret_judgement, struct embargo_reason *reason);
/* Could what is in a file of this size matter to the kernel? */
bool embargo_contents_matter(const struct embargo_measure *measure, const char *path, __u64 size);
/* Of a file that was read with embargo_judge_wants(). */
void embargo_judge_identity(const struct embargo_measure *measure, const struct embargo_identity *identity,
			    struct embargo_judgement *ret_judgement);
/* `rule "name" (…) at file:line`, or why none decided; "": nothing matched. NULL: no memory */
char *embargo_judgement_text(const struct embargo_measure *measure,
			     const struct embargo_judgement *judgement);

#endif
