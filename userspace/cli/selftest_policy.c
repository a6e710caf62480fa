// SPDX-License-Identifier: GPL-2.0-or-later
/* A ban for a moment, and the former policy back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/identity/identity.h"
#include "userspace/cli/selftest.h"
#include "userspace/event/event.h"

static int fail(struct embargo_error *error, int code, const char *what)
{
	snprintf(error->text, sizeof(error->text), "%s: %s", what, strerror(-code));
	return code;
}

int embargo_former_keep(struct embargo_former *former, struct embargo_error *error)
{
	struct embargo_status status;
	int r;

	r = embargo_get_status(&status, error);
	if (r)
		return r;
	former->loaded = status.loaded;
	former->mode = status.mode;
	former->generation = status.header.generation;
	if (!status.loaded)
		return 0;
	r = embargo_policydb_open(EMBARGO_POLICYDB_LINK, &former->policydb);
	if (r)
		return fail(error, r, "cannot read " EMBARGO_POLICYDB_LINK ", load the policy again");
	if (former->policydb->generation != former->generation)
		return fail(error, -ESTALE,
			    EMBARGO_POLICYDB_LINK " is not of the policy in force, load it again");
	return 0;
}

static int policy_start(const struct embargo_former *former, struct embargo_policy **ret_policy)
{
	if (former->policydb)
		return embargo_policydb_policy(former->policydb, ret_policy);
	*ret_policy = embargo_policy_new();
	return *ret_policy ? 0 : -ENOMEM;
}

static int ban_add(struct embargo_policy *policy, const struct embargo_dummy *dummy)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	struct embargo_rule rule = {
		.action = EMBARGO_ACTION_BAN,
		.kind = EMBARGO_KIND_HASH,
		.match = EMBARGO_MATCH_SHA256,
		.formats = EMBARGO_FORMAT_ELF,
		.digest_size = EMBARGO_SHA256_SIZE,
		.line = 1,
	};
	__u32 file = 0;
	int r;

	r = embargo_identity_read(dummy->path, 0, &identity, NULL);
	r = r ?: embargo_policy_add_file(policy, EMBARGO_SELFTEST_FILE, &file);
	r = r ?: embargo_policy_intern(policy, "embargo selftest", &rule.name);
	r = r ?: embargo_policy_intern(policy, "harmless, banned for a moment", &rule.reason);
	if (r)
		return r;
	rule.file = file;
	rule.size = identity->digests.size;
	memcpy(rule.digest, identity->digests.sha256, sizeof(rule.digest));
	return embargo_policy_add(policy, &rule);
}

int embargo_former_ban(const struct embargo_former *former, const struct embargo_dummy *dummy,
		       enum embargo_mode mode, uint64_t *ret_generation, __u32 *ret_rule,
		       struct embargo_error *error)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	int r;

	r = policy_start(former, &policy);
	r = r ?: ban_add(policy, dummy);
	/* Of a policy in force the numbers of the rules are settled: ours comes behind them. */
	if (!r && !former->policydb)
		r = embargo_policy_check(policy, time(NULL));
	if (r)
		return fail(error, r, "cannot make the policy");
	r = embargo_load(policy, mode, ret_generation, error);
	if (!r)
		*ret_rule = policy->set.rule_count - 1;
	return r;
}

int embargo_former_restore(const struct embargo_former *former, uint64_t generation,
			   struct embargo_error *error)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	struct embargo_status status;
	uint64_t restored;
	int r;

	r = embargo_get_status(&status, error);
	if (r)
		return r;
	if (!status.loaded || status.header.generation != generation)
		return fail(error, -EBUSY, "another policy was loaded meanwhile, and stays in force");
	if (!former->loaded)
		return embargo_unload(error);
	r = embargo_policydb_policy(former->policydb, &policy);
	if (r)
		return fail(error, r, "cannot read the former policy, load it again");
	return embargo_load(policy, former->mode, &restored, error);
}

void embargo_former_clear(struct embargo_former *former)
{
	embargo_policydb_close(former->policydb);
	former->policydb = NULL;
}
