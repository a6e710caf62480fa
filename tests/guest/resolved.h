/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What scan does when it has found a file, without looking for one. Include tests/guest/guest.h first. */
#ifndef EMBARGO_TESTS_GUEST_RESOLVED_H
#define EMBARGO_TESTS_GUEST_RESOLVED_H

#include "loader/loader.h"
#include "policy/identity/identity.h"
#include "policy/policy.h"

/* The file @path falls under rule number @rule. */
static inline struct embargo_resolved resolved_entry(unsigned int rule, const char *path)
{
	struct embargo_resolved entry = {.rule = rule, .formats = EMBARGO_FORMAT_ANY};
	struct embargo_digests digests;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	ASSERT_EQ(0, embargo_hash_fd(fd, 0, &digests, NULL))
	{
		TH_LOG("%s", path);
	}
	close(fd);
	memcpy(entry.sha256, digests.sha256, sizeof(entry.sha256));
	entry.size = digests.size;
	return entry;
}

/* The same for a rule of the policy in force; returns how many entries were new. */
static inline int resolve(unsigned int rule, const char *path)
{
	struct embargo_resolved entry = resolved_entry(rule, path);
	struct embargo_error error = {""};
	struct embargo_policydb *policydb;
	uint64_t generation;
	uint32_t added = 0;

	ASSERT_EQ(0, embargo_policydb_open(EMBARGO_POLICYDB_LINK, &policydb));
	EXPECT_EQ(0, embargo_resolve(&policydb->set, &entry, 1, 0, &added, &generation, &error))
	{
		TH_LOG("%s", error.text);
	}
	EXPECT_EQ(policydb->generation + added, generation);
	embargo_policydb_close(policydb);
	return added;
}

static inline struct embargo_policy *resolved_policy(const char *text)
{
	struct embargo_policy *policy = embargo_policy_new();

	ASSERT_NOT_NULL(policy);
	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "test", text, strlen(text), 0));
	ASSERT_EQ(0, embargo_policy_check(policy, time(NULL)));
	return policy;
}

/* In force by the loader itself: a program takes its time to start in a guest. */
static inline void resolved_load(const char *text)
{
	struct embargo_policy *policy = resolved_policy(text);
	struct embargo_error error = {""};
	uint64_t generation;

	EXPECT_EQ(0, embargo_load(policy, EMBARGO_MODE_MAX, &generation, &error))
	{
		TH_LOG("%s", error.text);
	}
	embargo_policy_free(policy);
}

#endif
