// SPDX-License-Identifier: GPL-2.0-or-later
/* The same, told a few times; the rest counted exactly, in bounded memory. */
#include "tests/unit/event_record.h"

#include "userspace/sink/rate_limit.h"

/* One event at @now. Returns whether it was told; closes windows first, and adds what they held back. */
static bool event(struct embargo_limit *limit, const char *path, int64_t now, uint64_t *repeated)
{
	struct embargo_rate_bucket *window;

	while ((window = embargo_limit_due(limit, now))) {
		*repeated += window->repeated;
		embargo_limit_close(limit);
	}
	window = embargo_rate_bucket(limit, &sample_event, path, now);
	if (embargo_limit_open(limit, window)) {
		if (window)
			window->told++;
		return true;
	}
	embargo_limit_count(window, &sample_event, now);
	return false;
}

TEST(a_thousand_a_second)
{
	struct embargo_limit limit = {0};
	uint64_t repeated = 0;
	int told = 0, i;

	ASSERT_EQ(0, embargo_limit_init(&limit, 5, 60, 16));
	for (i = 0; i < 120000; i++)
		told += event(&limit, "/x", i, &repeated);
	EXPECT_EQ(10, told);
	EXPECT_EQ(60000 - 5, repeated); /* of the first window; the second is open */
	ASSERT_NOT_NULL(limit.oldest);
	EXPECT_EQ(60000 - 5, limit.oldest->repeated);
	EXPECT_EQ(60000, limit.oldest->begin);
	EXPECT_EQ(119999, limit.oldest->last);
	EXPECT_NULL(embargo_limit_due(&limit, 119999));
	EXPECT_NOT_NULL(embargo_limit_due(&limit, 120000));
	embargo_limit_clear(&limit);
}

TEST(others_are_not_held_back)
{
	struct embargo_event other = sample_event;
	struct embargo_limit limit = {0};
	struct embargo_rate_bucket *first, *window;

	ASSERT_EQ(0, embargo_limit_init(&limit, 1, 60, 16));
	first = embargo_rate_bucket(&limit, &sample_event, "/x", 0);
	first->told = 1;
	EXPECT_FALSE(embargo_limit_open(&limit, first));
	EXPECT_EQ(first, embargo_rate_bucket(&limit, &sample_event, "/x", 5));
	EXPECT_NE(first, embargo_rate_bucket(&limit, &sample_event, "/y", 5));
	other.hook = EMBARGO_HOOK_MMAP;
	other.pid++;
	EXPECT_EQ(first, embargo_rate_bucket(&limit, &other, "/x", 5));
	other.rule++;
	window = embargo_rate_bucket(&limit, &other, "/x", 5);
	EXPECT_NE(first, window);
	other.verdict = EMBARGO_AUDITED;
	EXPECT_NE(window, embargo_rate_bucket(&limit, &other, "/x", 5));
	/* From memory: there is no path. */
	window = embargo_rate_bucket(&limit, &other, "", 5);
	other.sha256[0]++;
	EXPECT_NE(window, embargo_rate_bucket(&limit, &other, "", 5));
	embargo_limit_clear(&limit);
}

TEST(memory_is_bounded_and_nothing_is_forgotten)
{
	struct embargo_limit limit = {0};
	uint64_t repeated = 0, told = 0;
	struct embargo_rate_bucket *window;
	char path[32];
	int i;

	ASSERT_EQ(0, embargo_limit_init(&limit, 1, 60, 16));
	for (i = 0; i < 30000; i++) {
		sprintf(path, "/%d", i / 3);
		told += event(&limit, path, i, &repeated);
		ASSERT_GE(16, limit.count);
	}
	while ((window = embargo_limit_due(&limit, INT64_MAX))) {
		repeated += window->repeated;
		embargo_limit_close(&limit);
	}
	EXPECT_EQ(30000, told + repeated);
	EXPECT_EQ(0, limit.count);
	embargo_limit_clear(&limit);
}

TEST(a_change_forgets_nothing)
{
	struct embargo_limit limit = {0};
	uint64_t repeated = 0;

	ASSERT_EQ(0, embargo_limit_init(&limit, 2, 60, 16));
	for (int i = 0; i < 100; i++)
		event(&limit, "/x", i, &repeated);
	embargo_limit_change(&limit, 5, 1);
	EXPECT_EQ(98, limit.oldest->repeated);
	for (int i = 0; i < 3; i++)
		EXPECT_TRUE(event(&limit, "/x", 100, &repeated)); /* more of them may be told now */
	EXPECT_FALSE(event(&limit, "/x", 100, &repeated));
	EXPECT_TRUE(event(&limit, "/y", 60000, &repeated));
	EXPECT_EQ(99, repeated);
	EXPECT_EQ(61000, limit.oldest->end);
	/* None at all any more: what is open still closes. */
	EXPECT_TRUE(event(&limit, "/y", 60001, &repeated));
	embargo_limit_change(&limit, 0, 1);
	EXPECT_TRUE(event(&limit, "/y", 60002, &repeated));
	EXPECT_NOT_NULL(embargo_limit_due(&limit, 61000));
	embargo_limit_clear(&limit);
}

TEST(no_limit)
{
	struct embargo_limit limit = {0};
	uint64_t repeated = 0;

	ASSERT_EQ(0, embargo_limit_init(&limit, 0, 60, 16));
	for (int i = 0; i < 100; i++)
		EXPECT_TRUE(event(&limit, "/x", i, &repeated));
	embargo_limit_clear(&limit);
}

TEST_HARNESS_MAIN
