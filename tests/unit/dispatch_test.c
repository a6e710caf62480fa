// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is told of an event, and who may hold up the next one. */
#include "tests/unit/event_record.h"

#include <sys/socket.h>
#include <sys/un.h>

FIXTURE(tell)
{
	char log[64], journal[64];
	int log_fd, journal_fd; /* what the receivers read */
	struct embargo_config config;
	struct embargo_sinks sinks;
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
	ASSERT_EQ(0, embargo_config_default(&self->config));
	self->config.notices = false;
	embargo_sinks_init(&self->sinks, &self->config, NULL);
	self->sinks.syslog.path = self->log;
	self->sinks.journal.path = self->journal;
	self->record = sample_record("/x");
}

FIXTURE_TEARDOWN(tell)
{
	embargo_sinks_close(&self->sinks);
	embargo_config_clear(&self->config);
	unlink(self->log);
	unlink(self->journal);
}

static int sinks_lost(struct embargo_sinks *sinks, uint64_t lost, uint64_t total)
{
	struct embargo_entry entry;
	int r;

	embargo_entry_lost(&entry, lost, total);
	r = embargo_sinks_take(sinks, &entry, false);
	embargo_entry_clear(&entry);
	return r;
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

	while (!sinks_event(&self->sinks, &self->record))
		ASSERT_GT(100000, ++count);
	return count;
}

TEST_F(tell, both)
{
	EXPECT_EQ(0, sinks_event(&self->sinks, &self->record));
	EXPECT_EQ(0, sinks_lost(&self->sinks, 1, 1));
	EXPECT_EQ(2, drain(self->log_fd));
	EXPECT_EQ(2, drain(self->journal_fd));
	EXPECT_EQ(2, self->sinks.delivered[EMBARGO_SINK_SYSLOG]);
	EXPECT_EQ(2, self->sinks.delivered[EMBARGO_SINK_JOURNAL]);
}

/* Syslog is full: the event waits for it, and the journal does not hear of it twice. */
TEST_F(tell, syslog_holds_and_the_journal_hears_once)
{
	int count = 0, heard = 0;

	while (!sinks_event(&self->sinks, &self->record)) {
		ASSERT_GT(100000, ++count);
		heard += drain(self->journal_fd);
	}
	EXPECT_EQ(-EAGAIN, sinks_event(&self->sinks, &self->record));
	EXPECT_EQ(-EAGAIN, sinks_event(&self->sinks, &self->record));
	heard += drain(self->journal_fd);
	EXPECT_EQ(count + 1, heard);
	EXPECT_EQ(count, drain(self->log_fd));
	EXPECT_EQ(0, sinks_event(&self->sinks, &self->record));
	EXPECT_EQ(0, drain(self->journal_fd));
	EXPECT_EQ(0, sinks_event(&self->sinks, &self->record));
	EXPECT_EQ(1, drain(self->journal_fd));
	EXPECT_EQ(2, drain(self->log_fd));
}

/* While syslog is full two things wait, by turns: the journal hears each of them once. */
TEST_F(tell, what_waits_has_places_of_its_own)
{
	int held = 0;

	while (!sinks_event(&self->sinks, &self->record)) {
		ASSERT_GT(100000, ++held);
		drain(self->journal_fd);
	}
	EXPECT_EQ(1, drain(self->journal_fd));
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(-EAGAIN, sinks_lost(&self->sinks, 1, 1));
		EXPECT_EQ(-EAGAIN, sinks_event(&self->sinks, &self->record));
	}
	EXPECT_EQ(1, drain(self->journal_fd)); /* the loss; the event was heard of before */
	EXPECT_EQ(held, drain(self->log_fd));
	EXPECT_EQ(0, sinks_event(&self->sinks, &self->record));
	EXPECT_EQ(0, sinks_lost(&self->sinks, 1, 1));
	EXPECT_EQ(0, drain(self->journal_fd));
	EXPECT_EQ(2, drain(self->log_fd));
}

/* Entries that are never told again do not use up the places: what waits after them is heard of once. */
TEST_F(tell, what_is_given_up_leaves_its_place)
{
	int held = 0;

	while (!sinks_event(&self->sinks, &self->record)) {
		ASSERT_GT(100000, ++held);
		drain(self->journal_fd);
	}
	for (int i = 1; i <= 3 * EMBARGO_SINK_PLACES; i++)
		EXPECT_EQ(-EAGAIN, sinks_lost(&self->sinks, 1, i));
	drain(self->journal_fd);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(-EAGAIN, sinks_lost(&self->sinks, 2, 1000));
	EXPECT_EQ(1, drain(self->journal_fd));
}

/* The journal does not read: it holds up nobody while syslog is told. */
TEST_F(tell, journal_does_not_hold_up_syslog)
{
	for (int i = 0; i < 2000; i++) {
		ASSERT_EQ(0, sinks_event(&self->sinks, &self->record));
		ASSERT_EQ(1, drain(self->log_fd));
	}
	EXPECT_EQ(2000, self->sinks.delivered[EMBARGO_SINK_SYSLOG]);
	EXPECT_LT(0, self->sinks.failed[EMBARGO_SINK_JOURNAL]);
	EXPECT_EQ(2000,
		  self->sinks.delivered[EMBARGO_SINK_JOURNAL] + self->sinks.failed[EMBARGO_SINK_JOURNAL]);
}

TEST_F(tell, journal_alone_holds)
{
	int count;

	self->config.syslog = EMBARGO_SYSLOG_OFF;
	count = tell_until_held(self);
	EXPECT_EQ(count, drain(self->journal_fd));
	EXPECT_EQ(0, sinks_event(&self->sinks, &self->record));
	EXPECT_EQ(0, drain(self->log_fd));
}

/* Who was told before is waited for; on a host without a journal nobody is. */
TEST_F(tell, journal_alone_is_gone)
{
	self->config.syslog = EMBARGO_SYSLOG_OFF;
	close(self->journal_fd);
	EXPECT_EQ(-ECONNREFUSED, sinks_event(&self->sinks, &self->record));
	unlink(self->journal);
	EXPECT_EQ(0, sinks_event(&self->sinks, &self->record));
	self->journal_fd = receiver_open(self->journal);
	EXPECT_EQ(0, sinks_event(&self->sinks, &self->record));
	EXPECT_EQ(1, drain(self->journal_fd));
	close(self->journal_fd);
	unlink(self->journal);
	EXPECT_EQ(-ECONNREFUSED, sinks_event(&self->sinks, &self->record));
	EXPECT_EQ(-ENOENT, sinks_event(&self->sinks, &self->record));
	self->journal_fd = receiver_open(self->journal);
	EXPECT_EQ(0, sinks_event(&self->sinks, &self->record));
	EXPECT_EQ(1, drain(self->journal_fd));
	EXPECT_EQ(2, self->sinks.delivered[EMBARGO_SINK_JOURNAL]);
	EXPECT_EQ(0, drain(self->log_fd));
}

TEST_F(tell, hosts_without_the_one_or_the_other)
{
	unlink(self->journal);
	EXPECT_EQ(0, sinks_event(&self->sinks, &self->record));
	EXPECT_EQ(1, drain(self->log_fd));
	EXPECT_EQ(0, self->sinks.failed[EMBARGO_SINK_JOURNAL]);
	embargo_syslog_close(&self->sinks.syslog);
	unlink(self->log);
	EXPECT_EQ(-ENOENT, sinks_event(&self->sinks, &self->record));
	close(self->journal_fd);
	self->journal_fd = receiver_open(self->journal);
	EXPECT_EQ(0, sinks_event(&self->sinks, &self->record));
	EXPECT_EQ(1, drain(self->journal_fd));
	/* Whoever asks for a form of syslog wants it there. */
	self->config.syslog = EMBARGO_SYSLOG_CEE;
	EXPECT_EQ(-ENOENT, sinks_event(&self->sinks, &self->record));
}

TEST_HARNESS_MAIN
