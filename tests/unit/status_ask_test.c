// SPDX-License-Identifier: GPL-2.0-or-later
/* What the daemon answers to who may not ask the kernel, and what is made of answers that are not such. */
#include "tests/harness.h"

#include <string.h>

#include "userspace/daemon/metrics.h"
#include "userspace/daemon/status.h"

#define HEAD "HTTP/1.0 200 OK\r\n\r\n"

static const struct {
	const char *answer, *why;
} wrong[] = {
	{"", "does not tell it"},
	{"HTTP/1.0 404 Not Found\r\n\r\n{}", "does not tell it"},
	{"HTTP/1.0 200 OK\r\n", "does not tell it"},
	{HEAD, "another version"},
	{HEAD "{", "another version"},
	{HEAD "[]", "another version"},
	{HEAD "{\"loaded\":true,\"mode\":\"enforce\",\"counters\":[1,2]}", "another version"},
	{HEAD "{\"error\":\"cannot read it\"}", "cannot read it"},
};

TEST(answers_that_are_none)
{
	struct embargo_reason reason;
	struct embargo_status status;
	json_t *told;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		EXPECT_GT(0, embargo_status_parse(wrong[i].answer, &status, &told, &reason));
		EXPECT_TRUE(strstr(reason.text, wrong[i].why))
		{
			TH_LOG("%s: %s", wrong[i].answer, reason.text);
		}
	}
}

static json_t *full(void)
{
	json_t *counters = json_array(), *hooks = json_array();
	int i;

	for (i = 0; i < EMBARGO_COUNTERS; i++)
		json_array_append_new(counters, json_integer(i));
	for (i = 0; i < EMBARGO_HOOK_MAX * 2 + 5; i++) /* more than there is room for */
		json_array_append_new(hooks, i ? json_string("embargo_x") : json_integer(1));
	return json_pack("{s:b, s:s, s:s, s:o, s:o, s:i, s:i, s:{s:s}}", "loaded", 1, "mode", "enforce",
			 "build", "00000000000000ff", "counters", counters, "hooks", hooks, "ring_size", 4096,
			 "pid", 77, "seal", "since", "T");
}

TEST(answer_is_taken)
{
	_cleanup_free_ char *text = NULL, *answer = NULL;
	json_auto_t *object = full(), *told = NULL;
	struct embargo_reason reason;
	struct embargo_status status;

	text = json_dumps(object, 0);
	ASSERT_LT(0, asprintf(&answer, HEAD "%s", text));
	ASSERT_EQ(0, embargo_status_parse(answer, &status, &told, &reason));
	EXPECT_TRUE(status.loaded);
	EXPECT_EQ(EMBARGO_MODE_ENFORCE, status.mode);
	EXPECT_EQ(255, status.build);
	EXPECT_EQ(4096, status.ring_size);
	EXPECT_EQ(7, status.counters[7]);
	EXPECT_EQ(EMBARGO_HOOK_MAX * 2, status.links);
	EXPECT_STREQ("?", status.link[0]);
	EXPECT_EQ(77, json_integer_value(json_object_get(told, "pid")));
	EXPECT_TRUE(json_is_object(json_object_get(told, "seal")));
}

/* Nothing is loaded where unit tests run, or it cannot be asked: the answer says which. */
TEST(request_is_answered)
{
	struct embargo_daemon daemon = {0};
	_cleanup_free_ char *answer = embargo_metrics_answer(&daemon, "GET /status HTTP/1.0\r\n\r\n");
	_cleanup_free_ char *other = embargo_metrics_answer(&daemon, "GET /statuses HTTP/1.0\r\n\r\n");

	ASSERT_NOT_NULL(answer);
	ASSERT_NOT_NULL(other);
	EXPECT_TRUE(strstr(answer, "Content-Type: application/json"));
	EXPECT_TRUE(strstr(answer, "\"loaded\":") || strstr(answer, "\"error\":"))
	{
		TH_LOG("%s", answer);
	}
	EXPECT_TRUE(!strncmp(other, "HTTP/1.0 404 ", 13));
}

TEST_HARNESS_MAIN
