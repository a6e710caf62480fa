// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was resolved outlives its policy: a reload must not let run again, until
 * the next scan, what is still banned. Over a reboot it is kept as one more link
 * to the policy database, beside the policy databases of /var/lib/embargo, and removed by unload.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "loader/internal.h"

#define SAVED EMBARGO_STATE_DIR "/resolved.book"

/* 1: the database is missing, damaged, of a later version or another policy, and cannot be used. */
static int inherit_from(struct embargo_policy *policy, const char *path, uint64_t generation)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;
	int r = embargo_policydb_open_kept(path, &policydb);

	if (r == -ENOMEM)
		return r;
	if (r < 0 || (generation && policydb->generation != generation))
		return 1;
	r = embargo_policy_inherit(policy, &policydb->set, policydb->set.resolved,
				   policydb->set.resolved_count, 0);
	return r < 0 ? r : 0;
}

int embargo_resolved_inherit(struct embargo_policy *policy, uint64_t generation, struct embargo_error *error)
{
	int live = 0, saved = 1, r;

	if (generation)
		live = inherit_from(policy, EMBARGO_POLICYDB_LINK, generation);
	if (live >= 0 && access(SAVED, F_OK) == 0)
		saved = inherit_from(policy, SAVED, 0);
	r = live < 0 ? live : saved;
	if (r < 0)
		return embargo_fail(error, r, "cannot take over what was resolved: %s", strerror(-r));
	/* Where one of the two tells, it has all: both are written at once. */
	return live && saved;
}

int embargo_resolved_save(const char *policydb, struct embargo_error *error)
{
	/* Without a writable /var nothing is stored. */
	if (strncmp(policydb, EMBARGO_STATE_DIR "/", strlen(EMBARGO_STATE_DIR "/")) != 0)
		return 0;
	unlink(SAVED ".new");
	if (link(policydb, SAVED ".new") < 0 || rename(SAVED ".new", SAVED) < 0)
		return embargo_fail(error, -errno,
				    "the policy is in force, but what was resolved cannot be kept "
				    "over a reboot in " SAVED ": %s",
				    strerror(errno));
	return 0;
}

void embargo_resolved_remove(void)
{
	unlink(SAVED ".new");
	unlink(SAVED);
}
