// SPDX-License-Identifier: GPL-2.0-or-later
/* Notes: on their way between processes, and in the forms of syslog. What comes in is not trusted. */
#include "tests/unit/event_record.h"

#include <syslog.h>

#include "userspace/sink/syslog.h"
#include "userspace/watch/watch.h"

static struct embargo_log_message sample(void)
{
	struct embargo_log_message message;

	ASSERT_EQ(0,
		  embargo_log_message_new(&message, LOG_WARNING, "pinned", "refused \"%s\"", "/a\xff\n\\]"));
	embargo_log_message_text(&message, "path", "/a\xff\n\\]\"");
	embargo_log_message_number(&message, "ms", 7);
	return message;
}

TEST(there_and_back)
{
	struct embargo_log_message message = sample(), got;
	char *line = embargo_log_message_write(&message);

	ASSERT_NOT_NULL(line);
	EXPECT_NULL(strchr(line, '\n'));
	ASSERT_EQ(0, embargo_log_message_read(line, &got));
	EXPECT_EQ(LOG_WARNING, got.severity);
	EXPECT_STREQ("pinned", embargo_log_message_id(&got));
	EXPECT_STREQ("refused \"/a\\xff\\x0a\\]\"", embargo_log_message_message(&got));
	EXPECT_TRUE(json_equal(message.object, got.object));
	free(line);
	embargo_log_message_clear(&message);
	embargo_log_message_clear(&got);
}

TEST(what_is_none)
{
	static const char *const lines[] = {
		"",
		"{}",
		"[4]",
		"[4,{}]",
		"[9,{\"id\":\"a\",\"message\":\"b\"}]",
		"[-1,{\"id\":\"a\",\"message\":\"b\"}]",
		"[4,{\"id\":1,\"message\":\"b\"}]",
		"[4,{\"id\":\"a\"}]",
		"[4,{\"id\":\"a\",\"message\":\"b\",\"x\":[]}]",
		"[4,{\"id\":\"a\",\"message\":\"b\",\"x=1 y\":1}]",
		"[4,{\"id\":\"a\",\"message\":\"b\"},1]",
	};
	struct embargo_log_message message = {0};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		EXPECT_EQ(-EBADMSG, embargo_log_message_read(lines[i], &message)) TH_LOG("%s", lines[i]);
	EXPECT_NULL(message.object);
}

TEST(long_texts_are_cut)
{
	static char path[20000];
	struct embargo_syslog syslog = {.path = "/dev/log", .format = EMBARGO_SYSLOG_RFC5424};
	struct timespec time = {0};
	struct embargo_log_message message;
	char *line;

	memset(path, '"', sizeof(path) - 1);
	ASSERT_EQ(0, embargo_log_message_new(&message, LOG_WARNING, "pinned", "x"));
	embargo_log_message_text(&message, "path", path);
	embargo_log_message_text(&message, "rule", path);
	line = syslog_format_message(&syslog, &message, &time);
	ASSERT_NOT_NULL(line);
	EXPECT_GT(EMBARGO_SYSLOG_SIZE, strlen(line));
	free(line);
	embargo_log_message_clear(&message);
}

TEST(forms_of_syslog)
{
	static const struct {
		int format;
		const char *has, *has_not;
	} forms[] = {
		{EMBARGO_SYSLOG_LOCAL, "]: refused \"/a\\xff\\x0a\\]\"", "ms="},
		{EMBARGO_SYSLOG_RFC5424,
		 " pinned [embargo@32473 path=\"/a\\\\xff\\\\x0a\\\\x5c\\]\\\"\" ms=\"7\"] refused \"",
		 "@cee"},
		{EMBARGO_SYSLOG_CEE, "]: @cee: {\"id\":\"pinned\",\"message\":\"refused ", "ms="},
	};
	struct embargo_log_message message = sample();
	struct timespec time = {0};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct embargo_syslog syslog = {.path = "/dev/log", .format = forms[i].format};
		char *line = syslog_format_message(&syslog, &message, &time);

		ASSERT_NOT_NULL(line);
		EXPECT_EQ(0, strncmp(line, "<84>", 4));
		EXPECT_NOT_NULL(strstr(line, forms[i].has)) TH_LOG("%s", line);
		EXPECT_NULL(strstr(line, forms[i].has_not)) TH_LOG("%s", line);
		free(line);
	}
	embargo_log_message_clear(&message);
}

/* What the watch counts is there for others to read, and a later daemon sees that there was one before. */
TEST(shared_state)
{
	char path[] = "/tmp/log_message_test.XXXXXX";
	struct embargo_watch_shared *shared, *later, copy;
	bool gap = true;

	close(mkstemp(path));
	EXPECT_FALSE(embargo_watch_shared_read(path, &copy));
	ASSERT_EQ(0, embargo_watch_shared_new(path, &shared, &gap));
	EXPECT_FALSE(gap);
	embargo_watch_count(shared, EMBARGO_WATCH_PINNED, 3);
	embargo_watch_count_force(shared, 5);
	embargo_watch_count_force(shared, 4);
	shared->active = true;
	ASSERT_TRUE(embargo_watch_shared_read(path, &copy));
	EXPECT_EQ(3, copy.counts[EMBARGO_WATCH_PINNED]);
	EXPECT_EQ(2, copy.force_count);
	EXPECT_EQ(9, copy.force_ns);
	EXPECT_EQ(5, copy.force_ns_max);
	ASSERT_EQ(0, embargo_watch_shared_new(path, &later, &gap));
	EXPECT_TRUE(gap);
	ASSERT_TRUE(embargo_watch_shared_read(path, &copy));
	EXPECT_EQ(0, copy.counts[EMBARGO_WATCH_PINNED]);
	EXPECT_EQ(3, shared->counts[EMBARGO_WATCH_PINNED]);
	/* That one had nothing to watch for, so nothing was missed. */
	ASSERT_EQ(0, embargo_watch_shared_new(path, &later, &gap));
	EXPECT_FALSE(gap);
	/* This one had, but could not; it does not get lost on the way over the next ones. */
	later->lost = true;
	ASSERT_EQ(0, embargo_watch_shared_new(path, &later, &gap));
	EXPECT_TRUE(gap);
	unlink(path);
	/* Where it cannot be a file, it counts all the same. */
	EXPECT_EQ(0, embargo_watch_shared_new("/nowhere/at/all", &later, &gap));
	EXPECT_FALSE(gap);
}

TEST_HARNESS_MAIN
