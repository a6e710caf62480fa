// SPDX-License-Identifier: GPL-2.0-or-later
/* The lock-out guard. */
#include <errno.h>

#include "policy/plural.h"
#include "userspace/check/guard.h"
#include "userspace/check/evaluate.h"
#include "userspace/base/log.h"

#define SHOWN 10 /* a ban of / would name every file */

/* Whether the file at @path is banned; reported, unless that were too many lines. */
static bool is_banned(const struct embargo_evaluator *evaluator, const char *path, enum embargo_mode mode,
		      size_t banned)
{
	struct embargo_check_result result;
	struct embargo_reason reason = {""};
	_cleanup_free_ char *ground = NULL;
	int r;

	r = embargo_evaluate_quickly(evaluator, path, &result, &reason);
	if (r == -ENOENT)
		return false;
	if (r) {
		embargo_log_warning("whether '%s' would be banned is not known: %s", path, reason.text);
		return false;
	}
	if (result.verdict != EMBARGO_DENIED)
		return false;
	if (banned >= SHOWN)
		return true;
	ground = embargo_check_result_text(evaluator, &result);
	if (mode == EMBARGO_MODE_AUDIT)
		embargo_log_warning("in enforce mode '%s', which this host needs, would be refused: %s", path,
				    ground ?: "?");
	else
		embargo_log_error("'%s', which this host needs, would be refused: %s", path, ground ?: "?");
	return true;
}

int embargo_guard(const struct embargo_evaluator *evaluator, enum embargo_mode mode)
{
	struct embargo_essential_files essential = {0};
	size_t banned = 0, i;
	int r;

	r = embargo_essential_find(&essential);
	if (r)
		embargo_log_errno(r, "cannot find out what this host needs");
	for (i = 0; !r && i < essential.count; i++)
		banned += is_banned(evaluator, essential.paths[i], mode, banned);
	embargo_essential_clear(&essential);
	if (banned && mode == EMBARGO_MODE_AUDIT) {
		embargo_log_warning(
			"%zu %s that this host needs would be refused in enforce mode: change the policy "
			"before",
			banned, banned == 1 ? "file" : "files");
		return r;
	}
	if (banned > SHOWN)
		embargo_log_error("and %zu more %s that this host needs", banned - SHOWN,
				  embargo_plural(banned - SHOWN, "file", "files"));
	if (banned)
		embargo_log_error("refused, the host could be locked out: change the policy, or use --force");
	return banned ? -EPERM : r;
}

int embargo_guard_policy(struct embargo_policy *policy, enum embargo_mode mode)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	int r = embargo_evaluator_policy(policy, &evaluator);

	return r ?: embargo_guard(evaluator, mode);
}
