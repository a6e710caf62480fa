/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's verdict on a file, given here. */
#ifndef EMBARGO_USERSPACE_CHECK_EVALUATE_H
#define EMBARGO_USERSPACE_CHECK_EVALUATE_H

#include "policy/identity/identity.h"
#include "userspace/check/policies.h"

struct embargo_check_result {
	enum embargo_verdict verdict;	 /* as in enforce mode */
	enum embargo_cause cause;	 /* why no rule could be asked, and on-error decided */
	const struct embargo_rule *rule; /* NULL: none matched */
	/*
	 * .rule is one that the kernel cannot match, and the kernel does not know of this file
	 * yet: its verdict is .kernel until the file is found and pinned (scan --enforce).
	 */
	bool pending;
	enum embargo_verdict kernel;
	char ground[sizeof(((struct embargo_resolution *)0)->ground)]; /* what of the file fell under .rule,
									  if .pending */
};

/* What embargo_identity_read() must be asked for, to evaluate by @evaluator. */
unsigned int embargo_evaluate_wants(const struct embargo_evaluator *evaluator);

/* -errno: @reason says why it cannot be evaluated. */
int embargo_evaluate_file(const struct embargo_evaluator *evaluator, const char *path,
			  struct embargo_check_result *ret_result, struct embargo_reason *reason);
/*
 * The same for a path without symbolic links, but the file is read only if its contents could matter,
 * and rules that the kernel cannot match are not asked.
 */
int embargo_evaluate_quickly(const struct embargo_evaluator *evaluator, const char *path,
			     struct embargo_check_result *ret_result, struct embargo_reason *reason);
/* Could what is in a file of this size matter to the kernel? */
bool embargo_contents_matter(const struct embargo_evaluator *evaluator, const char *path, __u64 size);
/* Of a file that was read with embargo_evaluate_wants(). */
void embargo_evaluate_identity(const struct embargo_evaluator *evaluator,
			       const struct embargo_identity *identity,
			       struct embargo_check_result *ret_result);
/* `rule "name" (…) at file:line`, or why none decided; "": nothing matched. NULL: no memory */
char *embargo_check_result_text(const struct embargo_evaluator *evaluator,
				const struct embargo_check_result *result);

#endif
