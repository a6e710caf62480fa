/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lock-out guard, on this very host: what it must refuse, and what not. */
#include "tests/harness.h"

#include <sys/stat.h>

#include "policy/identity/identity.h"
#include "userspace/guard.h"

static bool needs_have(const struct embargo_needs *needs, const char *path)
{
	char real[PATH_MAX];
	size_t i;

	if (!realpath(path, real))
		return false;
	for (i = 0; i < needs->count; i++)
		if (!strcmp(needs->paths[i], real))
			return true;
	return false;
}

TEST(what_every_host_needs_is_found)
{
	struct embargo_needs needs = {0};
	size_t i, libraries = 0;

	ASSERT_EQ(0, embargo_needs_find(&needs));
	EXPECT_TRUE(needs_have(&needs, "/proc/self/exe"));
	EXPECT_TRUE(needs_have(&needs, "/bin/sh"));
	EXPECT_TRUE(needs_have(&needs, "/bin/bash"));
	EXPECT_TRUE(needs_have(&needs, "/bin/mount"));
	EXPECT_TRUE(needs_have(&needs, "/usr/bin/dpkg"));
	for (i = 0; i < needs.count; i++) {
		EXPECT_EQ('/', needs.paths[i][0]);
		libraries += !!strstr(needs.paths[i], "/libc.so") + !!strstr(needs.paths[i], "/ld-linux") +
			     !!strstr(needs.paths[i], "/libjansson.so");
	}
	EXPECT_LE(3, libraries);
	embargo_needs_clear(&needs);
}

TEST(each_is_named_once)
{
	struct embargo_needs needs = {0};
	size_t i, j;

	ASSERT_EQ(0, embargo_needs_find(&needs));
	for (i = 0; i < needs.count; i++)
		for (j = 0; j < i; j++)
			EXPECT_TRUE(strcmp(needs.paths[i], needs.paths[j]) != 0);
	embargo_needs_clear(&needs);
}

FIXTURE(ban){};

FIXTURE_VARIANT(ban)
{
	const char *path;
	const char *action;
	int expected;
};

FIXTURE_SETUP(ban)
{
}

#define BAN(name, file, what, result)                                                                        \
	FIXTURE_VARIANT_ADD(ban, name)                                                                       \
	{                                                                                                    \
		.path = file, .action = what, .expected = result                                             \
	}

BAN(refuse_shell, "/bin/sh", "ban", -EPERM);
BAN(refuse_libc, "/lib/x86_64-linux-gnu/libc.so.6", "ban", -EPERM);
BAN(refuse_loader, "/lib64/ld-linux-x86-64.so.2", "ban", -EPERM);
BAN(refuse_own_library, "/usr/lib/x86_64-linux-gnu/libjansson.so.4", "ban", -EPERM);
BAN(refuse_ourselves, "/proc/self/exe", "ban", -EPERM);
BAN(take_audit_of_shell, "/bin/sh", "audit", 0);
BAN(take_allow_of_shell, "/bin/sh", "allow", 0);
BAN(take_ban_of_other_program, "/usr/bin/env", "ban", 0);

TEST_F(ban, by_hash)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	_cleanup_free_ char *hex = NULL;
	char text[256];

	if (access(variant->path, R_OK))
		SKIP("there is no %s", variant->path);
	ASSERT_EQ(0, embargo_identity_read(variant->path, 0, &identity, NULL));
	hex = embargo_hex(identity->digests.sha256, EMBARGO_SHA256_SIZE);
	snprintf(text, sizeof(text), "%s hash sha256:%s size=%llu format=elf name=\"it\"\n", variant->action,
		 hex, (unsigned long long)identity->digests.size);
	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "test", text, strlen(text), 0));
	ASSERT_EQ(0, embargo_policy_check(policy, 0));
	EXPECT_EQ(variant->expected, embargo_guard_policy(policy));
}

TEST_HARNESS_MAIN
