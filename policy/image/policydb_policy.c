// SPDX-License-Identifier: GPL-2.0-or-later
/* A policy database -> the policy that it was written from, to resolve more rules and publish it again. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "policy/image/policydb.h"
#include "policy/state.h"

/* A second copy of a large policy would cost too much memory. */
static void release(const struct embargo_policydb *policydb)
{
	if (policydb->state->mapped)
		madvise(policydb->state->mapped, policydb->state->size, MADV_DONTNEED);
}

static int copy_rules(const struct embargo_policydb *policydb, struct embargo_policy *policy)
{
	__u32 i;
	int r;

	for (i = 0; i < policydb->set.rule_count; i++) {
		struct embargo_rule rule = policydb->set.rules[i];

		if (policydb->set.remarkless)
			rule.remarks = 0;
		r = embargo_policy_add(policy, &rule);
		if (r < 0)
			return r == -EINVAL ? -EBADMSG : r;
		if (i % 65536 == 65535)
			release(policydb);
	}
	return 0;
}

static int copy_resolved(const struct embargo_policydb *policydb, struct embargo_policy *policy)
{
	__u32 i;
	int r;

	for (i = 0; i < policydb->set.resolved_count; i++) {
		const struct embargo_resolved *entry = &policydb->set.resolved[i];

		r = embargo_policy_resolve(policy, entry->rule, entry->sha256, entry->size, entry->formats);
		if (r < 0)
			return r == -EINVAL ? -EBADMSG : r;
	}
	return 0;
}

static int copy_files(const struct embargo_policydb *policydb, struct embargo_policy *policy)
{
	__u32 i, number;
	int r;

	for (i = 0; i < policydb->set.file_count; i++) {
		r = embargo_policy_add_file(policy, "", &number);
		if (r < 0)
			return r;
		policy->state->files[number] = policydb->set.files[i];
	}
	return 0;
}

int embargo_policydb_policy(const struct embargo_policydb *policydb, struct embargo_policy **ret_policy)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	__u32 i;
	int r;

	if (!policy)
		return -ENOMEM;
	r = embargo_string_table_load(&policy->state->strings, policydb->set.strings,
				      policydb->set.pool_size);
	if (r < 0)
		return r;
	release(policydb);
	r = copy_files(policydb, policy);
	if (r == 0)
		r = copy_rules(policydb, policy);
	if (r == 0)
		r = copy_resolved(policydb, policy);
	if (r < 0)
		return r;
	for (i = 0; i < policydb->set.file_count; i++)
		policy->state->files[i].rules = policydb->set.files[i].rules; /* adding counted them again */
	memcpy(policy->on_error, policydb->on_error, sizeof(policy->on_error));
	policy->max_hash_size = policydb->max_hash_size;
	release(policydb);
	embargo_policy_publish(policy);
	*ret_policy = TAKE_PTR(policy);
	return 0;
}
