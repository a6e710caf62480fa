// SPDX-License-Identifier: GPL-2.0-or-later
/* What the daemon tells syslog: all of it, in the right form, and never at the cost of a verdict. */
#include "tests/guest/guest.h"

#include <fcntl.h>
#include <libaudit.h>

#include "tests/guest/guest_event.h"

FIXTURE(syslog)
{
	struct guest_place place;
	const char *banned;
	pid_t daemon;
	int log;
};

FIXTURE_SETUP(syslog)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	EXPECT_EQ(0, attempt_mmap_exec(self->banned));
	GUEST_LOAD("--enforce", {.path = self->banned, .name = "a \\\"b\\\" [c] \\\\"});
	guest_events_clear();
	unlink("/dev/log");
	self->log = -1;
}

FIXTURE_TEARDOWN(syslog)
{
	if (self->daemon)
		guest_end(self->daemon, SIGKILL);
	if (self->log >= 0)
		guest_syslog_close(self->log);
	guest_lift();
	EXPECT_EQ(0, attempt_mmap_exec(self->banned));
	guest_events_clear();
	guest_place_remove(&self->place);
}

/* The value of a parameter of the structured data, without RFC 5424's backslashes, to be freed. NULL: none.
 */
static char *parameter(const char *message, const char *name)
{
	const char *at = strstr(message, PATH_OF(" %s=\"", name));
	char *value, *out;

	if (!at)
		return NULL;
	at += strlen(name) + 3;
	value = out = strdup(at);
	for (; *at && *at != '"'; at++) {
		if (*at == '\\' && strchr("\"\\]", at[1]))
			at++;
		else
			EXPECT_NE(']', *at);
		*out++ = *at;
	}
	*out = '\0';
	return value;
}

/* And without the \xHH that stand for what is no text. */
static char *bytes(char *text)
{
	char *out = text;
	unsigned int byte;

	for (char *in = text; in && *in; in++) {
		if (in[0] == '\\' && in[1] == 'x' && sscanf(in + 2, "%2x", &byte) == 1) {
			*out++ = byte;
			in += 3;
		} else {
			*out++ = *in;
		}
	}
	if (out)
		*out = '\0';
	return text;
}

TEST_F(syslog, says_it_in_rfc_5424)
{
	const char *path = PATH_OF("%s/q\"]\\ \n\xc3\xa9\xff\x7f=", self->place.dir);
	char *message, *id, hex[65];
	unsigned int priority, version, pid;
	int structure = 0;

	guest_copy_salted(self->banned, path, "");
	guest_sha256(path, hex);
	self->log = guest_syslog_open();
	self->daemon = guest_daemon_start();
	EXPECT_EQ(-EPERM, attempt_mmap_exec(path));
	message = guest_syslog_next(self->log, GUEST_PATIENCE_MS);
	ASSERT_NOT_NULL(message);
	EXPECT_EQ(4, sscanf(message, "<%u>%u %*4d-%*2d-%*2dT%*2d:%*2d:%*2d.%*6d%*6s guest embargo %u %ms [%n",
			    &priority, &version, &pid, &id, &structure));
	EXPECT_EQ(10 << 3 | 4, priority); /* authpriv, warning */
	EXPECT_EQ(1, version);
	EXPECT_EQ(self->daemon, pid);
	EXPECT_STREQ("denied", id);
	EXPECT_TRUE(structure && !strncmp(message + structure - 1, "[embargo@", 9));
	EXPECT_NULL(strchr(message, '\n'));
	EXPECT_STREQ(path, bytes(parameter(message, "path")));
	EXPECT_STREQ(hex, parameter(message, "sha256"));
	EXPECT_STREQ("denied", parameter(message, "verdict"));
	EXPECT_STREQ("mmap", parameter(message, "hook"));
	EXPECT_STREQ("enforce", parameter(message, "mode"));
	EXPECT_STREQ("a \"b\" [c] \\", bytes(parameter(message, "rule_name")));
	EXPECT_STREQ("test", parameter(message, "reason"));
	EXPECT_STREQ("here", parameter(message, "source"));
	EXPECT_STREQ(PATH_OF("%d", getpid()), parameter(message, "pid"));
	EXPECT_STREQ("0", parameter(message, "uid"));
	EXPECT_STREQ(PATH_OF("%lld", guest_number("generation")), parameter(message, "generation"));
	EXPECT_NOT_NULL(strstr(message, "] denied mmap of \""));
	/* The history has the same. */
	EXPECT_STREQ(parameter(message, "time_ns"),
		     PATH_OF("%lld", guest_integer(guest_one_event(), "time_ns")));
}

#define TRACING "/proc/sys/kernel/ftrace_enabled"

/* One sysctl ends all enforcement: nobody is to learn of it by chance. */
TEST_F(syslog, tells_that_tracing_is_off)
{
	char *message;

	self->log = guest_syslog_open();
	self->daemon = guest_daemon_start();
	EXPECT_EQ(0, GUEST_RUN(NULL, "embargo", "status"));
	if (attempt_write_text(TRACING, "0")) {
		/* The newest kernel refuses that itself while programs hang on trampolines. */
		EXPECT_EQ(-EPERM, attempt_mmap_exec(self->banned));
		return;
	}
	EXPECT_EQ(0, attempt_mmap_exec(self->banned));
	EXPECT_EQ(1, GUEST_RUN(NULL, "embargo", "status"));
	EXPECT_EQ(1, GUEST_RUN(NULL, "embargo", "doctor"));
	message = guest_syslog_next(self->log, GUEST_PATIENCE_MS);
	EXPECT_NOT_NULL(strstr(message ?: "", "<81>1 ")); /* authpriv, alert */
	EXPECT_NOT_NULL(strstr(message ?: "", "NOTHING IS ENFORCED"));
	EXPECT_EQ(0, attempt_write_text(TRACING, "1"));
	message = guest_syslog_next(self->log, GUEST_PATIENCE_MS);
	EXPECT_NOT_NULL(strstr(message ?: "", "enforced again"));
	EXPECT_EQ(0, GUEST_RUN(NULL, "embargo", "status"));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->banned));
	EXPECT_NOT_NULL(strstr(guest_syslog_next(self->log, GUEST_PATIENCE_MS) ?: "", "<84>1 "));
}

TEST_F(syslog, severity_follows_the_verdict)
{
	self->log = guest_syslog_open();
	self->daemon = guest_daemon_start();
	GUEST_LOAD("--audit", {.path = self->banned});
	EXPECT_EQ(0, attempt_mmap_exec(self->banned));
	EXPECT_NOT_NULL(strstr(guest_syslog_next(self->log, GUEST_PATIENCE_MS) ?: "", "<85>1 ")); /* notice */
	GUEST_LOAD("--enforce", {.path = self->banned, .action = "audit"});
	EXPECT_EQ(0, attempt_mmap_exec(self->banned));
	EXPECT_NOT_NULL(strstr(guest_syslog_next(self->log, GUEST_PATIENCE_MS) ?: "", "<85>1 "));
	guest_ban(self->banned);
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->banned));
	EXPECT_NOT_NULL(strstr(guest_syslog_next(self->log, GUEST_PATIENCE_MS) ?: "", "<84>1 "));
}

/* As many messages as there were denials since @begin, in their order, each once. */
static void check_all_told(struct syslog_self *self, int times, uint64_t begin)
{
	unsigned long long last = begin, now;
	char *message, *time;

	for (int i = 0; i < times; i++) {
		message = guest_syslog_next(self->log, GUEST_PATIENCE_MS);
		ASSERT_NOT_NULL(message)
		{
			TH_LOG("%d of %d came", i, times);
		}
		time = parameter(message, "time_ns");
		ASSERT_NOT_NULL(time)
		{
			TH_LOG("%s", message);
		}
		now = strtoull(time, NULL, 10);
		ASSERT_LT(last, now)
		{
			TH_LOG("message %d", i);
		}
		last = now;
		free(time);
		free(message);
	}
	/* The daemon gives back the room of an event after it told it. */
	while (guest_number("ring.used"))
		sched_yield();
}

/* The daemon is up before syslog is: nothing is lost, for the ring keeps it. */
TEST_F(syslog, comes_later)
{
	uint64_t begin = guest_clock_ns(CLOCK_BOOTTIME);

	self->daemon = guest_daemon_start();
	guest_deny(self->banned, 50);
	EXPECT_LT(0, guest_number("ring.used"));
	self->log = guest_syslog_open();
	check_all_told(self, 50, begin);
	/* And when it goes and comes again. */
	guest_syslog_close(self->log);
	begin = guest_clock_ns(CLOCK_BOOTTIME);
	guest_deny(self->banned, 10);
	self->log = guest_syslog_open();
	check_all_told(self, 10, begin);
}

/* Nobody reads: the daemon waits without holding up anybody, and goes on where it stopped. */
TEST_F(syslog, does_not_read)
{
	uint64_t begin = guest_clock_ns(CLOCK_BOOTTIME);
	long long lost = guest_number("ring.lost");

	self->log = guest_syslog_open();
	self->daemon = guest_daemon_start();
	ASSERT_TRUE(attempt_mmap_exec(self->banned) == -EPERM &&
		    guest_readable(self->log, GUEST_PATIENCE_MS));
	guest_deny(self->banned, 299);
	EXPECT_LT(0, guest_number("ring.used"));
	EXPECT_EQ(lost, guest_number("ring.lost"));
	EXPECT_EQ(0, kill(self->daemon, 0));
	check_all_told(self, 300, begin);
	/* It is not spinning either: it still ends at once when it is told to. */
	EXPECT_EQ(0, guest_end(self->daemon, SIGTERM));
	self->daemon = 0;
}

/* Killed at any moment, the daemon repeats an event at worst, and forgets none. */
TEST_F(syslog, hears_all_from_daemons_that_are_killed)
{
	char *message, *time, told[100][24] = {};
	int count = 0, other;

	self->log = guest_syslog_open();
	guest_deny(self->banned, 100);
	while (count < 100) {
		self->daemon = guest_daemon_start();
		for (int i = 0; i < 12 && (message = guest_syslog_next(self->log, i < 11 ? 2000 : 0)); i++) {
			time = parameter(message, "time_ns");
			for (other = 0; other < count && strcmp(told[other], time);)
				other++;
			ASSERT_LE(count - 1, other); /* only the last one may be told again */
			if (other == count)
				strcpy(told[count++], time);
			free(message);
			free(time);
		}
		EXPECT_EQ(ATTEMPT_SIGNAL + SIGKILL, guest_end(self->daemon, SIGKILL));
		self->daemon = 0;
	}
	/* The last one may have told of an event that it did not come to file. */
	self->daemon = guest_daemon_start();
	while (guest_number("ring.used"))
		sched_yield();
	EXPECT_EQ(100, json_array_size(guest_events()));
}

/* The same, again and again: a few are told, the others counted, and all are in the event log. */
TEST_F(syslog, counts_what_it_does_not_repeat)
{
	char *message, *value;

	self->log = guest_syslog_open();
	self->daemon = guest_daemon_start_with("rate-limit = 3/3600");
	guest_deny(self->banned, 50);
	for (int i = 0; i < 3; i++) {
		message = guest_syslog_next(self->log, GUEST_PATIENCE_MS);
		ASSERT_NOT_NULL(message);
		EXPECT_NULL(parameter(message, "repeated"));
		free(message);
	}
	while (guest_number("ring.used"))
		;
	/* It does not take what it holds back to its grave. */
	EXPECT_EQ(0, guest_end(self->daemon, SIGTERM));
	self->daemon = 0;
	message = guest_syslog_next(self->log, GUEST_PATIENCE_MS);
	ASSERT_NOT_NULL(message);
	value = parameter(message, "repeated");
	EXPECT_STREQ("47", value ?: "") TH_LOG("%s", message);
	EXPECT_NULL(guest_syslog_next(self->log, 0));
	EXPECT_EQ(50, json_array_size(guest_events()));
}

/* Windows close by themselves, and what was told and what was counted are all there was. */
TEST_F(syslog, counts_exactly_as_windows_close)
{
	int sum = 0, messages = 0;
	char *message, *value;

	self->log = guest_syslog_open();
	self->daemon = guest_daemon_start_with("rate-limit = 3/1");
	guest_deny(self->banned, 200);
	while (sum < 200) {
		message = guest_syslog_next(self->log, GUEST_PATIENCE_MS);
		ASSERT_NOT_NULL(message) TH_LOG("%d of 200 after %d messages", sum, messages);
		value = parameter(message, "repeated");
		sum += value ? atoi(value) : 1;
		messages++;
		free(value);
		free(message);
	}
	EXPECT_EQ(200, sum);
	EXPECT_GT(100, messages);
	EXPECT_NULL(guest_syslog_next(self->log, 1500));
}

TEST_F(syslog, agrees_with_metrics)
{
	long long denied = guest_number("verdicts.mmap.denied") + 7, generation = guest_number("generation");
	const char *text;

	self->log = guest_syslog_open();
	self->daemon = guest_daemon_start();
	guest_deny(self->banned, 7);
	for (int i = 0; i < 7; i++)
		ASSERT_NOT_NULL(guest_syslog_next(self->log, GUEST_PATIENCE_MS));
	while (guest_number("ring.used"))
		;
	text = guest_metrics();
	EXPECT_NOT_NULL(strstr(text, "\nembargo_loaded 1\n")) TH_LOG("%s", text);
	EXPECT_NOT_NULL(strstr(text, "\nembargo_mode{mode=\"enforce\"} 1\n"));
	EXPECT_NOT_NULL(strstr(text, PATH_OF("\nembargo_policy_generation %lld\n", generation)));
	EXPECT_NOT_NULL(strstr(text, "\nembargo_rules{kind=\"hash\"} 1\n"));
	EXPECT_NOT_NULL(strstr(
		text, PATH_OF("\nembargo_verdicts_total{hook=\"mmap\",verdict=\"denied\"} %lld\n", denied)));
	EXPECT_NOT_NULL(
		strstr(text, "{hook=\"mmap\",kind=\"hash\",mode=\"enforce\",verdict=\"denied\"} 7\n"));
	EXPECT_NOT_NULL(strstr(text, "\nembargo_delivered_total{sink=\"syslog\"} 7\n"));
	EXPECT_NOT_NULL(strstr(text, "\nembargo_ring_used_bytes 0\n"));
}

/* What the kernel's log of itself says after @position, of records of the audit log that nobody else takes.
 */
static bool kernel_says(int log, const char *words)
{
	char line[8192];
	ssize_t size;

	while ((size = read(log, line, sizeof(line) - 1)) > 0) {
		line[size] = '\0';
		if (strstr(line, words))
			return true;
	}
	return false;
}

TEST_F(syslog, goes_with_an_audit_record)
{
	int audit = audit_open(), log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	ASSERT_TRUE(audit >= 0 && log >= 0);
	lseek(log, 0, SEEK_END);
	ASSERT_LT(0, audit_set_enabled(audit, 1));
	self->log = guest_syslog_open();
	self->daemon = guest_daemon_start_with("audit = on");
	guest_deny(self->banned, 1);
	ASSERT_NOT_NULL(guest_syslog_next(self->log, GUEST_PATIENCE_MS));
	/* The record follows the message; ending the daemon is what can be waited for. */
	EXPECT_EQ(0, guest_end(self->daemon, SIGTERM));
	self->daemon = 0;
	EXPECT_TRUE(kernel_says(log, "op=embargo-denied hook=\"mmap\" mode=\"enforce\""));
	audit_set_enabled(audit, 0);
	audit_close(audit);
	close(log);
}

GUEST_MAIN
