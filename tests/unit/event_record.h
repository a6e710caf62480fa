/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An event with every field filled in, for the tests of how events are told. */
#ifndef EMBARGO_TESTS_UNIT_EVENT_RECORD_H
#define EMBARGO_TESTS_UNIT_EVENT_RECORD_H

#include "tests/harness.h"
#include "userspace/event/event.h"

static struct embargo_event sample_event __attribute__((unused)) = {
	.version = EMBARGO_ABI_VERSION,
	.time_ns = 6853351605,
	.generation = 4,
	.file_size = 45264,
	.inode = 77,
	.cgroup_id = 1234,
	.device = 8 << 20 | 1,
	.mount_ns = 4026531841,
	.pid = 124,
	.tgid = 123,
	.parent_tgid = 100,
	.uid = 1000,
	.gid = 1001,
	.loginuid = 1002,
	.session = 3,
	.rule = 0,
	.error = 0,
	.flags = EMBARGO_EVENT_SHA256,
	.format = EMBARGO_FORMAT_ELF,
	.hook = EMBARGO_HOOK_EXEC,
	.verdict = EMBARGO_DENIED,
	.mode = EMBARGO_MODE_ENFORCE,
	.action = EMBARGO_ACTION_BAN,
	.kind = EMBARGO_KIND_HASH,
	.sha256 = {0xab, 0xcd},
	.comm = "bash",
	.parent_comm = "sshd",
};

/* A rule to go with it. The policy is never freed: a test is a process of its own. */
static inline const struct embargo_ruleset *sample_rules(void)
{
	static const char text[] =
		"authority \"BOD 17-01\"\n"
		"ban hash sha256:abcd000000000000000000000000000000000000000000000000000000000000"
		" name=\"agent\" reason=\"banned [\\\"x\\\"]\" source=\"https://example.org/1\"\n";
	struct embargo_policy *policy = embargo_policy_new();

	ASSERT_NOT_NULL(policy);
	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "/etc/embargo/a.policy", text, sizeof(text) - 1, 0));
	ASSERT_EQ(0, embargo_policy_check(policy, 0));
	return &policy->set;
}

static inline struct embargo_record sample_record(const char *path)
{
	const struct embargo_ruleset *set = sample_rules();

	return (struct embargo_record){
		.event = &sample_event,
		.path = path,
		.time = {.tv_sec = 1782902096, .tv_nsec = 123456789},
		.set = set,
		.rule = &set->rules[0],
	};
}

#endif
