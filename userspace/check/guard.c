/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lock-out guard. */
#include <errno.h>

#include "userspace/check/guard.h"
#include "userspace/check/evaluate.h"
#include "userspace/base/log.h"

#define SHOWN 10 /* a ban of / would name every file */

/* Whether the file at @path is banned; reported, unless that were too many lines. */
static bool is_banned(const struct embargo_measure *measure, const char *path, size_t banned)
{
	struct embargo_judgement judgement;
	struct embargo_reason reason = {""};
	_cleanup_free_ char *ground = NULL;
	int r;

	r = embargo_judge_quickly(measure, path, &judgement, &reason);
	if (r == -ENOENT)
		return false;
	if (r) {
		embargo_log_warning("whether '%s' would be banned is not known: %s", path, reason.text);
		return false;
	}
	if (judgement.verdict != EMBARGO_DENIED)
		return false;
	if (banned >= SHOWN)
		return true;
	ground = embargo_judgement_text(measure, &judgement);
	embargo_log_error("'%s', which this host needs, would be refused: %s", path, ground ?: "?");
	return true;
}

int embargo_guard(const struct embargo_measure *measure)
{
	struct embargo_needs needs = {0};
	size_t banned = 0, i;
	int r;

	r = embargo_needs_find(&needs);
	if (r)
		embargo_log_errno(r, "cannot find out what this host needs");
	for (i = 0; !r && i < needs.count; i++)
		banned += is_banned(measure, needs.paths[i], banned);
	embargo_needs_clear(&needs);
	if (banned > SHOWN)
		embargo_log_error("and %zu more files that this host needs", banned - SHOWN);
	if (banned)
		embargo_log_error("refused, the host could be locked out: change the policy, or use --force");
	return banned ? -EPERM : r;
}

int embargo_guard_policy(struct embargo_policy *policy)
{
	_cleanup_(embargo_measure_freep) struct embargo_measure *measure = NULL;
	int r = embargo_measure_policy(policy, &measure);

	return r ?: embargo_guard(measure);
}
