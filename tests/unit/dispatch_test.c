// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is told of an event, and who may hold up the next one. */
#include "tests/unit/event_record.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "userspace/daemon/daemon.h"

FIXTURE(tell)
{
	char log[64], journal[64];
	int log_fd, journal_fd; /* what the receivers read */
	struct embargo_daemon daemon;
	struct embargo_record record;
};

static int receiver_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, path);
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&address, sizeof(address)));
	return fd;
}

FIXTURE_SETUP(tell)
{
	sprintf(self->log, "/tmp/dispatch_test.%d.log", getpid());
	sprintf(self->journal, "/tmp/dispatch_test.%d.journal", getpid());
	self->log_fd = receiver_open(self->log);
	self->journal_fd = receiver_open(self->journal);
	ASSERT_EQ(0, embargo_config_default(&self->daemon.config));
	self->daemon.config.notices = false;
	self->daemon.syslog = (struct embargo_syslog){.path = self->log, .fd = -1};
	self->daemon.journal = (struct embargo_journal){.path = self->journal, .fd = -1};
	self->record = sample_record("/x");
}

FIXTURE_TEARDOWN(tell)
{
	embargo_syslog_close(&self->daemon.syslog);
	embargo_journal_close(&self->daemon.journal);
	embargo_config_clear(&self->daemon.config);
	unlink(self->log);
	unlink(self->journal);
}

static int drain(int fd)
{
	char message[65536];
	int count = 0;

	while (recv(fd, message, sizeof(message), 0) > 0)
		count++;
	return count;
}

/* How many events it takes until the next must wait. */
static int tell_until_held(struct tell_self *self)
{
	int count = 0;

	while (!embargo_dispatch_event(&self->daemon, &self->record))
		ASSERT_GT(100000, ++count);
	return count;
}

TEST_F(tell, both)
{
	EXPECT_EQ(0, embargo_dispatch_event(&self->daemon, &self->record));
	EXPECT_EQ(0, embargo_dispatch_lost_events(&self->daemon, 1, 1));
	EXPECT_EQ(2, drain(self->log_fd));
	EXPECT_EQ(2, drain(self->journal_fd));
	EXPECT_EQ(2, self->daemon.tally.delivered[EMBARGO_SINK_SYSLOG]);
	EXPECT_EQ(2, self->daemon.tally.delivered[EMBARGO_SINK_JOURNAL]);
}

/* Syslog is full: the event waits for it, and the journal does not hear of it twice. */
TEST_F(tell, syslog_holds_and_the_journal_hears_once)
{
	int count = 0, heard = 0;

	while (!embargo_dispatch_event(&self->daemon, &self->record)) {
		ASSERT_GT(100000, ++count);
		heard += drain(self->journal_fd);
	}
	EXPECT_EQ(-EAGAIN, embargo_dispatch_event(&self->daemon, &self->record));
	EXPECT_EQ(-EAGAIN, embargo_dispatch_event(&self->daemon, &self->record));
	heard += drain(self->journal_fd);
	EXPECT_EQ(count + 1, heard);
	EXPECT_EQ(count, drain(self->log_fd));
	EXPECT_EQ(0, embargo_dispatch_event(&self->daemon, &self->record));
	EXPECT_EQ(0, drain(self->journal_fd));
	EXPECT_EQ(0, embargo_dispatch_event(&self->daemon, &self->record));
	EXPECT_EQ(1, drain(self->journal_fd));
	EXPECT_EQ(2, drain(self->log_fd));
}

/* The journal does not read: it holds up nobody while syslog is told. */
TEST_F(tell, journal_does_not_hold_up_syslog)
{
	for (int i = 0; i < 2000; i++) {
		ASSERT_EQ(0, embargo_dispatch_event(&self->daemon, &self->record));
		ASSERT_EQ(1, drain(self->log_fd));
	}
	EXPECT_EQ(2000, self->daemon.tally.delivered[EMBARGO_SINK_SYSLOG]);
	EXPECT_LT(0, self->daemon.tally.failed[EMBARGO_SINK_JOURNAL]);
	EXPECT_EQ(2000, self->daemon.tally.delivered[EMBARGO_SINK_JOURNAL] +
				self->daemon.tally.failed[EMBARGO_SINK_JOURNAL]);
}

TEST_F(tell, journal_alone_holds)
{
	int count;

	self->daemon.config.syslog = EMBARGO_SYSLOG_OFF;
	count = tell_until_held(self);
	EXPECT_EQ(count, drain(self->journal_fd));
	EXPECT_EQ(0, embargo_dispatch_event(&self->daemon, &self->record));
	EXPECT_EQ(0, drain(self->log_fd));
}

/* Who was told before is waited for; on a host without a journal nobody is. */
TEST_F(tell, journal_alone_is_gone)
{
	self->daemon.config.syslog = EMBARGO_SYSLOG_OFF;
	close(self->journal_fd);
	EXPECT_EQ(-ECONNREFUSED, embargo_dispatch_event(&self->daemon, &self->record));
	unlink(self->journal);
	EXPECT_EQ(0, embargo_dispatch_event(&self->daemon, &self->record));
	self->journal_fd = receiver_open(self->journal);
	EXPECT_EQ(0, embargo_dispatch_event(&self->daemon, &self->record));
	EXPECT_EQ(1, drain(self->journal_fd));
	close(self->journal_fd);
	unlink(self->journal);
	EXPECT_EQ(-ECONNREFUSED, embargo_dispatch_event(&self->daemon, &self->record));
	EXPECT_EQ(-ENOENT, embargo_dispatch_event(&self->daemon, &self->record));
	self->journal_fd = receiver_open(self->journal);
	EXPECT_EQ(0, embargo_dispatch_event(&self->daemon, &self->record));
	EXPECT_EQ(1, drain(self->journal_fd));
	EXPECT_EQ(2, self->daemon.tally.delivered[EMBARGO_SINK_JOURNAL]);
	EXPECT_EQ(0, drain(self->log_fd));
}

TEST_F(tell, hosts_without_the_one_or_the_other)
{
	unlink(self->journal);
	EXPECT_EQ(0, embargo_dispatch_event(&self->daemon, &self->record));
	EXPECT_EQ(1, drain(self->log_fd));
	EXPECT_EQ(0, self->daemon.tally.failed[EMBARGO_SINK_JOURNAL]);
	embargo_syslog_close(&self->daemon.syslog);
	unlink(self->log);
	EXPECT_EQ(-ENOENT, embargo_dispatch_event(&self->daemon, &self->record));
	close(self->journal_fd);
	self->journal_fd = receiver_open(self->journal);
	EXPECT_EQ(0, embargo_dispatch_event(&self->daemon, &self->record));
	EXPECT_EQ(1, drain(self->journal_fd));
	/* Whoever asks for a form of syslog wants it there. */
	self->daemon.config.syslog = EMBARGO_SYSLOG_CEE;
	EXPECT_EQ(-ENOENT, embargo_dispatch_event(&self->daemon, &self->record));
}

TEST_HARNESS_MAIN
