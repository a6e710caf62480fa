// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo.conf: what is taken, and what is refused where and why. */
#include "tests/harness.h"

#include <sys/stat.h>
#include <syslog.h>

#include "policy/policy.h"
#include "userspace/base/config.h"
#include "userspace/base/config_edit.h"

FIXTURE(config)
{
	char path[32];
	char said[8192];
	struct embargo_config config;
};

FIXTURE_SETUP(config)
{
	strcpy(self->path, "/tmp/config_test.XXXXXX");
	close(mkstemp(self->path));
}

FIXTURE_TEARDOWN(config)
{
	unlink(self->path);
	embargo_config_clear(&self->config);
}

static void text_write(struct config_self *self, const char *text, size_t size)
{
	FILE *file = fopen(self->path, "w");

	ASSERT_NOT_NULL(file);
	ASSERT_EQ(size, fwrite(text, 1, size, file));
	ASSERT_EQ(0, fclose(file));
}

/* Reads it, and keeps what is said on stderr. */
static int config_read(struct config_self *self, const char *path)
{
	int pipes[2], saved = dup(2), r;
	ssize_t size;

	ASSERT_EQ(0, pipe(pipes));
	dup2(pipes[1], 2);
	close(pipes[1]);
	r = embargo_config_read(path, &self->config);
	dup2(saved, 2);
	close(saved);
	size = read(pipes[0], self->said, sizeof(self->said) - 1);
	close(pipes[0]);
	ASSERT_LE(0, size);
	self->said[size] = '\0';
	return r;
}

static void expect_good(struct config_self *self, const char *text)
{
	text_write(self, text, strlen(text));
	ASSERT_EQ(0, config_read(self, self->path)) TH_LOG("%s", self->said);
	EXPECT_STREQ("", self->said);
}

/* @told: "LINE:COLUMN: why", the whole of what is said, without "embargo: FILE:". */
static void expect_bad(struct config_self *self, const char *text, size_t size, const char *told)
{
	char *expected = NULL;

	text_write(self, text, size);
	EXPECT_EQ(-EINVAL, config_read(self, self->path));
	ASSERT_LT(0, asprintf(&expected, "embargo: %s:%s\n", self->path, told));
	EXPECT_STREQ(expected, self->said);
	EXPECT_NULL(self->config.syslog_socket); /* untouched */
	free(expected);
}

#define EXPECT_BAD(text, told) expect_bad(self, text, sizeof(text) - 1, told)

TEST_F(config, nothing_is_the_default)
{
	expect_good(self, "");
	EXPECT_EQ(EMBARGO_MODE_MAX, self->config.mode);
	EXPECT_EQ(EMBARGO_SYSLOG_AUTO, self->config.syslog);
	EXPECT_EQ(LOG_AUTHPRIV, self->config.syslog_facility);
	EXPECT_STREQ("/dev/log", self->config.syslog_socket);
	EXPECT_EQ(5, self->config.rate_limit);
	EXPECT_EQ(EMBARGO_ACTION_NONE, self->config.on_error[EMBARGO_CAUSE_HASH_FAILED]);
}

TEST_F(config, every_key)
{
	expect_good(self, "# all of them\r\n"
			  "mode = enforce\r\n"
			  "syslog=cee # as JSON\n"
			  "  syslog-facility\t=\tlocal7\n"
			  "syslog-socket = /run/log\n"
			  "journal = off\naudit = on\nnotices = off\n"
			  "notice-text = \"ask # \\\"us\\\" \\\\\"  # so\n"
			  "rate-limit = 7/30\nrate-memory = 16\n"
			  "metrics-socket = off\nmetrics-file = /x y#z\nmetrics-interval = 60\n"
			  "history-size = 2M\n"
			  "on-error-hash-failed = allow\non-error-unsized-mapping = deny");
	EXPECT_EQ(EMBARGO_MODE_ENFORCE, self->config.mode);
	EXPECT_EQ(EMBARGO_SYSLOG_CEE, self->config.syslog);
	EXPECT_EQ(LOG_LOCAL7, self->config.syslog_facility);
	EXPECT_STREQ("/run/log", self->config.syslog_socket);
	EXPECT_FALSE(self->config.journal);
	EXPECT_TRUE(self->config.audit);
	EXPECT_FALSE(self->config.notices);
	EXPECT_STREQ("ask # \"us\" \\", self->config.notice_text);
	EXPECT_EQ(7, self->config.rate_limit);
	EXPECT_EQ(30, self->config.rate_bucket);
	EXPECT_EQ(16, self->config.rate_memory);
	EXPECT_STREQ("", self->config.metrics_socket);
	EXPECT_STREQ("/x y#z", self->config.metrics_file);
	EXPECT_EQ(60, self->config.metrics_interval);
	EXPECT_EQ(2 << 20, self->config.event_log_size);
	EXPECT_EQ(EMBARGO_ACTION_ALLOW, self->config.on_error[EMBARGO_CAUSE_HASH_FAILED]);
	EXPECT_EQ(EMBARGO_ACTION_BAN, self->config.on_error[EMBARGO_CAUSE_UNSIZED_MAPPING]);
}

TEST_F(config, every_error_is_told)
{
	char expected[512], *at = expected;

	text_write(self, "mode = off\nfoo = 1\n\nx", 21);
	EXPECT_EQ(-EINVAL, config_read(self, self->path));
	at += sprintf(at,
		      "embargo: %s:1:8: 'off' is no value of 'mode': it is one of keep, audit and enforce\n",
		      self->path);
	at += sprintf(at, "embargo: %s:2:1: unknown key 'foo'\n", self->path);
	sprintf(at, "embargo: %s:4:2: expected KEY = VALUE\n", self->path);
	EXPECT_STREQ(expected, self->said);
}

TEST_F(config, keys_that_are_none)
{
	EXPECT_BAD("\n sylog = off", "2:2: unknown key 'sylog'; did you mean `syslog'?");
	EXPECT_BAD("on-error-hash-faild = deny",
		   "1:1: unknown key 'on-error-hash-faild'; did you mean `on-error-hash-failed'?");
	EXPECT_BAD("on-error- = deny", "1:1: unknown key 'on-error-'");
	EXPECT_BAD("audit = on\naudit = on", "2:1: 'audit' was given in line 1 already");
	EXPECT_BAD("= on", "1:1: expected KEY = VALUE");
	EXPECT_BAD("audit on", "1:7: expected KEY = VALUE");
	EXPECT_BAD("[audit]", "1:8: expected KEY = VALUE");
}

TEST_F(config, values_that_are_none)
{
	EXPECT_BAD("audit =", "1:8: a value is missing; \"\" is an empty one");
	EXPECT_BAD("audit = # on", "1:9: a value is missing; \"\" is an empty one");
	EXPECT_BAD("audit = yes", "1:9: 'yes' is no value of 'audit': it is one of on and off");
	EXPECT_BAD("syslog-socket = log",
		   "1:17: 'log' is no value of 'syslog-socket': it is an absolute path");
	EXPECT_BAD("metrics-file = m",
		   "1:16: 'm' is no value of 'metrics-file': it is an absolute path, or off");
	EXPECT_BAD("rate-memory = 15",
		   "1:15: '15' is no value of 'rate-memory': it is a number from 16 to 65536");
	EXPECT_BAD("rate-memory = 1K",
		   "1:15: '1K' is no value of 'rate-memory': it is a number from 16 to 65536");
	EXPECT_BAD("notice-text = \"a", "1:15: the closing quote is missing");
	EXPECT_BAD("notice-text = \"a\" b", "1:19: nothing but a comment may follow the closing quote");
	EXPECT_BAD("notice-text = \"\\n\"", "1:16: only \\\" and \\\\ are known here");
	EXPECT_BAD("notice-text = a \"b\"", "1:17: quotes go around the whole value");
}

TEST_F(config, numbers_that_are_none)
{
	static const char *const wrong[] = {"x",   "-1",   "1/",	"/1",	   "1/0",
					    "0/1", "1/1x", "1000001/1", "1/86401", "99999999999999999999/1"};
	static const char *const sizes[] = {"1", "65535", "1T", "1MB", "9999999999999999999", "1025G", "-1M"};
	char text[64];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		text_write(self, text, sprintf(text, "rate-limit = %s", wrong[i]));
		EXPECT_EQ(-EINVAL, config_read(self, self->path)) TH_LOG("%s", text);
		EXPECT_NOT_NULL(strstr(self->said, ":1:14: "));
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		text_write(self, text, sprintf(text, "history-size = %s", sizes[i]));
		EXPECT_EQ(-EINVAL, config_read(self, self->path)) TH_LOG("%s", text);
	}
	expect_good(self, "history-size = 1024G\nrate-limit = off\n");
	EXPECT_EQ(1L << 40, self->config.event_log_size);
	EXPECT_EQ(0, self->config.rate_limit);
}

TEST_F(config, bytes_that_are_no_text)
{
	EXPECT_BAD("notice-text = a\0b", "1:16: control characters are not allowed");
	EXPECT_BAD("notice-text = a\x1b[2J", "1:16: control characters are not allowed");
	EXPECT_BAD("# \xff", "1:3: this is not UTF-8");
	EXPECT_BAD("notice-text = \xe2\x80\xae", "1:15: control characters are not allowed");
}

TEST_F(config, file_that_others_can_write)
{
	text_write(self, "", 0);
	ASSERT_EQ(0, chmod(self->path, 0666));
	EXPECT_EQ(-EPERM, config_read(self, self->path));
	EXPECT_NOT_NULL(strstr(self->said, "only root can write"));
	EXPECT_EQ(-EPERM, config_read(self, "/dev/null"));
}

TEST_F(config, file_that_is_missing)
{
	EXPECT_EQ(-ENOENT, config_read(self, "/nonexistent/embargo.conf"));
	EXPECT_NOT_NULL(strstr(self->said, "cannot read '/nonexistent/embargo.conf'"));
}

TEST_F(config, on_error_is_for_what_the_policy_leaves_open)
{
	static const char text[] = "on-error hash-failed audit\nban path /opt/x/\n";
	struct embargo_policy *policy = embargo_policy_new();

	expect_good(self, "on-error-hash-failed = allow\non-error-changed = allow\n");
	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "/a", text, sizeof(text) - 1, 0));
	ASSERT_EQ(0, embargo_policy_check(policy, 0));
	EXPECT_EQ(EMBARGO_ACTION_BAN, policy->on_error[EMBARGO_CAUSE_CHANGED]);
	embargo_config_on_error(&self->config, policy);
	EXPECT_EQ(EMBARGO_ACTION_AUDIT, policy->on_error[EMBARGO_CAUSE_HASH_FAILED]);
	EXPECT_EQ(EMBARGO_ACTION_ALLOW, policy->on_error[EMBARGO_CAUSE_CHANGED]);
	EXPECT_EQ(EMBARGO_ACTION_BAN, policy->on_error[EMBARGO_CAUSE_HASH_ALGORITHM]);
	EXPECT_EQ(EMBARGO_ACTION_ALLOW, policy->on_error[EMBARGO_CAUSE_TOO_LARGE]);
	embargo_policy_free(policy);
}

static void expect_edited(struct config_self *self, const char *before, const char *after)
{
	_cleanup_free_ char *seen = NULL;
	size_t room = 0;
	FILE *file;

	text_write(self, before, strlen(before));
	ASSERT_EQ(0, embargo_config_edit(self->path, "mode", "enforce"));
	file = fopen(self->path, "re");
	ASSERT_NOT_NULL(file);
	ASSERT_LT(0, getdelim(&seen, &room, '\0', file));
	fclose(file);
	EXPECT_STREQ(after, seen);
}

/* One line changes; what an administrator wrote beside it is his. */
TEST_F(config, one_key_is_edited)
{
	expect_edited(self, "", "mode = enforce\n");
	expect_edited(self, "journal = off", "journal = off\nmode = enforce\n");
	expect_edited(self, "# a\nmode=audit\n# b\n", "# a\nmode = enforce\n# b\n");
	expect_edited(self, " mode = audit # as long as we look\njournal = off\n",
		      "mode = enforce\t# as long as we look\njournal = off\n");
	expect_edited(self, "#mode = keep\t\t# audit, enforce\n#journal = on\n",
		      "#mode = keep\t\t# audit, enforce\nmode = enforce\n#journal = on\n");
	expect_edited(self, "#mode = keep\nmode = audit\n", "#mode = keep\nmode = enforce\n");
	expect_edited(self, "#mode = keep", "#mode = keep\nmode = enforce\n");
}

TEST_F(config, what_cannot_be_read_is_not_edited)
{
	static const char text[] = "mode = audit\nnonsense\n";
	_cleanup_free_ char *seen = NULL;
	size_t room = 0;
	FILE *file;

	text_write(self, text, sizeof(text) - 1);
	EXPECT_EQ(-EINVAL, embargo_config_edit(self->path, "mode", "enforce"));
	file = fopen(self->path, "re");
	ASSERT_NOT_NULL(file);
	ASSERT_LT(0, getdelim(&seen, &room, '\0', file));
	fclose(file);
	EXPECT_STREQ(text, seen);
	EXPECT_EQ(-EEXIST, embargo_config_edit("/dev/null", "mode", "enforce"));
}

TEST_HARNESS_MAIN
