/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policy text -> what a test wants to look at. Include tests/harness.h first. */
#ifndef EMBARGO_TESTS_UNIT_POLICY_TEXT_H
#define EMBARGO_TESTS_UNIT_POLICY_TEXT_H

#include "bpf/match.h"
#include "policy/policy.h"

#define HASH_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HASH_B "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HASH_C "2123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

#define POLICY_TIME 0 /* no rule is expired then */

static inline void policy_log(const struct embargo_policy *policy)
{
	embargo_diagnostics_format(&policy->diagnostics, EMBARGO_NOTE, stderr);
}

/* The policy that @text is; the test fails unless it reads and checks without an error. */
static inline struct embargo_policy *policy_from(const char *text)
{
	struct embargo_policy *policy = embargo_policy_new();

	ASSERT_NOT_NULL(policy);
	EXPECT_EQ(0, embargo_policy_read_buffer(policy, "test.policy", text, strlen(text), 0))
	{
		policy_log(policy);
	}
	EXPECT_EQ(0, embargo_policy_check(policy, POLICY_TIME))
	{
		policy_log(policy);
	}
	return policy;
}

/* Its image, in memory of exactly its size. */
static inline void *policy_image(struct embargo_policy *policy)
{
	size_t pages;
	void *image;

	ASSERT_EQ(0, embargo_image_pages(policy, &pages));
	image = calloc(pages, EMBARGO_PAGE_SIZE);
	ASSERT_NOT_NULL(image);
	ASSERT_EQ(0, embargo_image_build(policy, image, pages, 7));
	return image;
}

static inline void policy_sha256(const char *hex, unsigned char sha256[EMBARGO_SHA256_SIZE])
{
	int i;

	for (i = 0; i < EMBARGO_SHA256_SIZE; i++)
		sscanf(hex + 2 * i, "%2hhx", &sha256[i]);
}

#endif
