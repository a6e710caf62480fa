// SPDX-License-Identifier: GPL-2.0-or-later
/* Every numbered example reads, checks and builds without a word. Run from the top directory. */
#include "tests/harness.h"

#include <glob.h>

#include "policy_text.h"

static void check_sample(const char *path)
{
	struct embargo_policy *policy = embargo_policy_new();
	size_t i;

	EXPECT_EQ(0, embargo_policy_read(policy, path, EMBARGO_READ_ANY_OWNER));
	EXPECT_EQ(0, embargo_policy_check(policy, time(NULL)));
	EXPECT_LT(0, policy->set.rule_count);
	EXPECT_EQ(0, policy->diagnostics.total[EMBARGO_ERROR] + policy->diagnostics.total[EMBARGO_WARNING])
	{
		policy_log(policy);
	}
	for (i = 0; i < policy->set.file_count; i++) {
		EXPECT_NE(0, policy->set.files[i].name);
		EXPECT_NE(0, policy->set.files[i].version);
	}
	free(policy_image(policy));
	embargo_policy_free(policy);
}

TEST(samples)
{
	glob_t found;
	size_t i;

	ASSERT_EQ(0, glob("policy/samples/[0-9][0-9]-*.policy", 0, NULL, &found));
	EXPECT_LE(11, found.gl_pathc);
	for (i = 0; i < found.gl_pathc; i++) {
		TH_LOG("%s", found.gl_pathv[i]);
		check_sample(found.gl_pathv[i]);
	}
	globfree(&found);
}

TEST_HARNESS_MAIN
