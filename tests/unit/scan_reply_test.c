// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers of readers: written and read back, and what is no answer is refused. */
#include "tests/harness.h"

#include "userspace/scan/reply.h"

#define RULES 10

static struct embargo_scan_replies replies;

static struct embargo_scan_reply full(void)
{
	struct embargo_scan_reply reply = {
		.type = EMBARGO_SCAN_MEMBER,
		.verdict = EMBARGO_DENIED,
		.kernel = EMBARGO_ALLOWED,
		.cause = EMBARGO_CAUSE_CHANGED,
		.pending = true,
		.again = true,
		.job = 77,
		.rule = 9,
		.format = EMBARGO_FORMAT_ELF,
		.hashed = 3,
		.hashed_bytes = 1ULL << 40,
		.digests = {.size = 12345, .sha256 = {1, 2, 3}},
		.texts = {"why", "ground", "member", NULL, "", "vendor", "signer"},
	};

	return reply;
}

static int read_all(size_t size)
{
	const __u8 *cursor = replies.bytes;
	struct embargo_scan_reply reply;
	int r;

	while ((r = embargo_scan_reply_next(&cursor, replies.bytes + size, RULES, &reply)) > 0)
		;
	return r;
}

TEST(reads_back)
{
	struct embargo_scan_reply reply = full(), seen;
	const __u8 *cursor = replies.bytes;
	int i;

	ASSERT_EQ(0, embargo_scan_reply_put(&replies, &reply));
	ASSERT_EQ(0, embargo_scan_reply_put(&replies, &reply));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(1, embargo_scan_reply_next(&cursor, replies.bytes + replies.used, RULES, &seen));
		EXPECT_EQ(reply.type, seen.type);
		EXPECT_EQ(reply.verdict, seen.verdict);
		EXPECT_EQ(reply.kernel, seen.kernel);
		EXPECT_EQ(reply.cause, seen.cause);
		EXPECT_EQ(reply.pending, seen.pending);
		EXPECT_EQ(reply.again, seen.again);
		EXPECT_EQ(reply.job, seen.job);
		EXPECT_EQ(reply.rule, seen.rule);
		EXPECT_EQ(reply.format, seen.format);
		EXPECT_EQ(reply.hashed, seen.hashed);
		EXPECT_EQ(reply.hashed_bytes, seen.hashed_bytes);
		EXPECT_EQ(reply.digests.size, seen.digests.size);
		EXPECT_MEMEQ(reply.digests.sha256, seen.digests.sha256, 32);
		EXPECT_STREQ("why", seen.texts[EMBARGO_SCAN_WHY]);
		EXPECT_NULL(seen.texts[EMBARGO_SCAN_PACKAGE]);
		EXPECT_STREQ("", seen.texts[EMBARGO_SCAN_PACKAGE_VERSION]);
		EXPECT_STREQ("signer", seen.texts[EMBARGO_SCAN_SIGNER]);
	}
	EXPECT_EQ(0, embargo_scan_reply_next(&cursor, replies.bytes + replies.used, RULES, &seen));
}

TEST(long_texts_are_cut_and_a_full_message_says_so)
{
	struct embargo_scan_reply reply = full();
	char text[10000];
	int added = 0;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	reply.texts[EMBARGO_SCAN_MEMBER_PATH] = text;
	while (!embargo_scan_reply_put(&replies, &reply))
		added++;
	EXPECT_LT(10, added);
	EXPECT_EQ(0, read_all(replies.used));
}

/* Every byte of an answer, with every value: never read past its end, and never taken for what it is not. */
TEST(no_byte_can_hurt)
{
	struct embargo_scan_reply reply = full();
	size_t i, value;
	__u8 kept;

	ASSERT_EQ(0, embargo_scan_reply_put(&replies, &reply));
	for (i = 0; i < replies.used; i++) {
		kept = replies.bytes[i];
		for (value = 0; value < 256; value++) {
			replies.bytes[i] = value;
			(void)read_all(replies.used);
		}
		replies.bytes[i] = kept;
		if (i)
			EXPECT_EQ(-EBADMSG, read_all(i));
	}
	EXPECT_EQ(0, read_all(replies.used));
}

FIXTURE(wrong)
{
	int none;
};

FIXTURE_VARIANT(wrong)
{
	size_t at; /* of the record */
	__u8 value;
};

FIXTURE_SETUP(wrong)
{
}

/* clang-format off */
FIXTURE_VARIANT_ADD(wrong, size_zero) { .at = 0, .value = 0 };
FIXTURE_VARIANT_ADD(wrong, size_odd) { .at = 0, .value = 89 };
FIXTURE_VARIANT_ADD(wrong, size_huge) { .at = 3, .value = 0xff };
FIXTURE_VARIANT_ADD(wrong, rule_unknown) { .at = 8, .value = RULES };
FIXTURE_VARIANT_ADD(wrong, format_unknown) { .at = 13, .value = 1 };
FIXTURE_VARIANT_ADD(wrong, type_unknown) { .at = 20, .value = EMBARGO_SCAN_REPLY_MAX };
FIXTURE_VARIANT_ADD(wrong, verdict_unknown) { .at = 21, .value = EMBARGO_VERDICT_MAX };
FIXTURE_VARIANT_ADD(wrong, cause_unknown) { .at = 22, .value = EMBARGO_CAUSE_MAX };
FIXTURE_VARIANT_ADD(wrong, flag_unknown) { .at = 23, .value = 0x80 };
FIXTURE_VARIANT_ADD(wrong, text_longer) { .at = 72, .value = 5 };
FIXTURE_VARIANT_ADD(wrong, text_shorter) { .at = 72, .value = 3 };
FIXTURE_VARIANT_ADD(wrong, text_past_the_end) { .at = 85, .value = 1 };
FIXTURE_VARIANT_ADD(wrong, kernel_unknown) { .at = 86, .value = EMBARGO_VERDICT_MAX };
FIXTURE_VARIANT_ADD(wrong, spare) { .at = 87, .value = 1 };
FIXTURE_VARIANT_ADD(wrong, nul_in_text) { .at = 89, .value = 0 };
/* clang-format on */

TEST_F(wrong, is_refused)
{
	struct embargo_scan_reply reply = full();

	ASSERT_EQ(0, embargo_scan_reply_put(&replies, &reply));
	ASSERT_EQ(0, read_all(replies.used));
	replies.bytes[variant->at] = variant->value;
	EXPECT_EQ(-EBADMSG, read_all(replies.used));
}

TEST_HARNESS_MAIN
