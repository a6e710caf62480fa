// SPDX-License-Identifier: GPL-2.0-or-later
/* The person at the terminal: told there, and nobody else. */
#include "tests/unit/event_record.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "userspace/sink/audit.h"
#include "userspace/sink/tty_notice.h"

/* A terminal, and a process that it controls. */
FIXTURE(terminal)
{
	int master;
	char path[64];
	pid_t pid;
	struct embargo_event event;
	struct embargo_record record;
	struct embargo_tty_notices notices;
};

static uint64_t boot_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

FIXTURE_SETUP(terminal)
{
	int ready[2];
	char byte;

	self->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	ASSERT_LE(0, self->master);
	ASSERT_EQ(0, unlockpt(self->master));
	ASSERT_EQ(0, ptsname_r(self->master, self->path, sizeof(self->path)));
	ASSERT_EQ(0, chmod(self->path, 0620));
	ASSERT_EQ(0, pipe(ready));
	self->pid = fork();
	if (!self->pid) {
		setsid();
		if (open(self->path, O_RDWR) >= 0 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	self->record = sample_record("/opt/agent");
	self->event = sample_event;
	self->event.tgid = self->pid;
	self->event.uid = getuid();
	self->event.time_ns = boot_ns();
	self->record.event = &self->event;
	self->notices.text = "ask security@example.org";
}

FIXTURE_TEARDOWN(terminal)
{
	kill(self->pid, SIGKILL);
	waitpid(self->pid, NULL, 0);
	close(self->master);
}

/* What stands on the terminal, "": nothing. */
static const char *shown(struct terminal_self *self)
{
	static char text[8192];
	ssize_t size = read(self->master, text, sizeof(text) - 1);

	text[size > 0 ? size : 0] = '\0';
	return text;
}

TEST_F(terminal, is_told_why)
{
	const char *text;

	ASSERT_EQ(0, embargo_tty_notice(&self->notices, &self->record, 0));
	text = shown(self);
	EXPECT_NOT_NULL(strstr(
		text, "embargo: \"/opt/agent\" was not allowed to run: rule \"agent\" (banned [\"x\"]; "
		      "BOD 17-01; https://example.org/1)"))
	TH_LOG("%s", text);
	EXPECT_NOT_NULL(strstr(text, "embargo: ask security@example.org"));
}

TEST_F(terminal, of_the_parent_when_the_process_is_gone)
{
	self->event.parent_tgid = self->pid;
	self->event.tgid = 0x7ffffff0;
	EXPECT_EQ(0, embargo_tty_notice(&self->notices, &self->record, 0));
	EXPECT_LT(0, strlen(shown(self)));
}

TEST_F(terminal, of_a_process_that_came_later_is_left_alone)
{
	self->event.time_ns = 1;
	EXPECT_EQ(-ENOTTY, embargo_tty_notice(&self->notices, &self->record, 0));
	EXPECT_STREQ("", shown(self));
}

TEST_F(terminal, of_another_person_is_left_alone)
{
	self->event.uid = getuid() + 1;
	EXPECT_EQ(-EPERM, embargo_tty_notice(&self->notices, &self->record, 0));
	EXPECT_STREQ("", shown(self));
	/* But sudo does not make it another's. */
	self->event.loginuid = getuid();
	EXPECT_EQ(0, embargo_tty_notice(&self->notices, &self->record, 0));
}

TEST_F(terminal, that_takes_no_messages_gets_none)
{
	ASSERT_EQ(0, chmod(self->path, 0600));
	EXPECT_EQ(-EPERM, embargo_tty_notice(&self->notices, &self->record, 0));
	EXPECT_STREQ("", shown(self));
}

TEST_F(terminal, is_not_driven_by_a_path)
{
	const char *text;

	self->record.path = "/\x1b]0;x\x07\r\n\xe2\x80\xae\xff\"";
	self->notices.text = "a\x1b[2Jb";
	ASSERT_EQ(0, embargo_tty_notice(&self->notices, &self->record, 0));
	for (text = shown(self); *text; text++)
		EXPECT_TRUE(*text == '\r' || *text == '\n' || (*text >= ' ' && *text <= '~'))
	TH_LOG("%02x", *text);
}

TEST_F(terminal, is_not_flooded)
{
	int told = 0, i;

	for (i = 0; i < 1000; i++)
		told += !embargo_tty_notice(&self->notices, &self->record, i);
	EXPECT_EQ(EMBARGO_NOTICES_LIMIT, told);
	EXPECT_EQ(-EBUSY, embargo_tty_notice(&self->notices, &self->record, i));
	EXPECT_EQ(0, embargo_tty_notice(&self->notices, &self->record, EMBARGO_NOTICES_WINDOW_MS));
}

/* Stopped with ^S, and nobody reads: nothing waits for it. */
TEST_F(terminal, that_is_stopped_holds_nobody_up)
{
	int slave = open(self->path, O_RDWR | O_NOCTTY), r = 0;

	ASSERT_LE(0, slave);
	ASSERT_EQ(0, ioctl(slave, TCXONC, 0));
	for (int i = 0; i < 3000 && !r; i++)
		r = embargo_tty_notice(&self->notices, &self->record, i * EMBARGO_NOTICES_WINDOW_MS);
	EXPECT_EQ(-EAGAIN, r);
}

TEST(no_terminal)
{
	struct embargo_record record = sample_record("/x");
	struct embargo_event event = sample_event;
	struct embargo_tty_notices notices = {0};

	event.tgid = event.parent_tgid = 0;
	record.event = &event;
	EXPECT_EQ(-ENOTTY, embargo_tty_notice(&notices, &record, 0));
}

/* The audit log: texts in quotes or in hexadecimal, so that no name can add a field. */
TEST(audit_record)
{
	struct embargo_record record = sample_record("/opt/a b\" op=x");
	char *text = audit_text(&record);

	ASSERT_NOT_NULL(text);
	EXPECT_EQ(
		0,
		strncmp(text,
			"op=embargo-denied hook=\"exec\" mode=\"enforce\" gen=4 kind=\"hash\" rule=\"agent\"",
			70))
	TH_LOG("%s", text);
	EXPECT_NOT_NULL(strstr(text, " path=2F6F70742F61206222206F703D78 "));
	EXPECT_NOT_NULL(strstr(text, " authority=424F442031372D3031 "));
	EXPECT_NOT_NULL(strstr(text, " opid=123 ouid=1000 "));
	EXPECT_NULL(strstr(text, "op=x"));
	free(text);
}

/* Records of the longest texts are not cut: a record that ends in the middle says less than it should. */
TEST(audit_record_fits)
{
	char path[EMBARGO_PATH_SIZE];
	struct embargo_record record;
	char *text;

	memset(path, ' ', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	record = sample_record(path);
	text = audit_text(&record);
	EXPECT_GT(8000, strlen(text));
	free(text);
}

TEST_HARNESS_MAIN
