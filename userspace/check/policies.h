/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies named on the command line, in /etc, or in force: to load them, or to evaluate files by them. */
#ifndef EMBARGO_USERSPACE_CHECK_POLICIES_H
#define EMBARGO_USERSPACE_CHECK_POLICIES_H

#include "policy/identity/resolve.h"
#include "policy/policy.h"

/*
 * Read every path (a directory: its *.policy files, sorted) and check the whole.
 * The policy is there though it is wrong, for its diagnostics. @flags: enum embargo_read_flags.
 */
int embargo_policies_parse(char *const *paths, unsigned int flags, struct embargo_policy **ret_policy);
/* Print the diagnostics from @least up, and @error, which reading ended with. */
void embargo_policies_report(const struct embargo_policy *policy, enum embargo_severity least, int error);
/* Both: parse, report from warnings up. Fails if anything is wrong. */
int embargo_policies_read(char *const *paths, unsigned int flags, struct embargo_policy **ret_policy);

/* What files are evaluated by: a policy that was built here, or the policy database of the one in force. */
struct embargo_evaluator {
	const void *image;
	const struct embargo_ruleset *set;
	struct embargo_policydb *policydb; /* what owns them; NULL: none of this kind */
	struct embargo_policy *policy;
	void *pages;
	struct embargo_resolver
		*resolver; /* of the rules that the kernel cannot match; NULL: they are not asked */
};

void embargo_evaluator_free(struct embargo_evaluator *evaluator);
EMBARGO_CLEANUP(struct embargo_evaluator, embargo_evaluator_free);

/* By policy files; none: by what is in force, else by /etc/embargo/policy.d. Reports what fails. */
int embargo_evaluator_new(char *const *paths, struct embargo_evaluator **ret_evaluator);
/* By a checked policy, which is the caller's and must outlive it. Reports what fails. */
int embargo_evaluator_policy(struct embargo_policy *policy, struct embargo_evaluator **ret_evaluator);
/* By the policy in force. -ENOENT: there is none; that alone is not reported. */
int embargo_evaluator_in_force(struct embargo_evaluator **ret_evaluator);

#endif
