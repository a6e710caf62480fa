// SPDX-License-Identifier: GPL-2.0-or-later
/* Nobody listens, the clock jumps, the daemon is stopped: no verdict waits, and nothing is lost unsaid. */
#include "tests/guest/guest.h"
#include "tests/guest/fault.h"

#define JOURNAL "/run/systemd/journal/socket"
#define YEAR (365LL * 24 * 60 * 60)

FIXTURE(fault_log)
{
	struct fault fault;
	long long refused, events, lost; /* when it began */
	int journal, supervisor;
	long long moved; /* seconds that the clock is ahead */
};

FIXTURE_SETUP(fault_log)
{
	fault_begin(&self->fault);
	self->refused = fault_refused();
	self->events = guest_number("ring.events");
	self->lost = guest_number("ring.lost");
	self->journal = self->supervisor = -1;
}

static void clock_move(struct fault_log_self *self, long long seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += seconds;
	ASSERT_EQ(0, clock_settime(CLOCK_REALTIME, &now));
	self->moved += seconds;
}

FIXTURE_TEARDOWN(fault_log)
{
	if (self->moved)
		clock_move(self, -self->moved);
	if (self->journal >= 0)
		close(self->journal);
	unlink(JOURNAL);
	fault_end(&self->fault);
}

static long long refused_since(struct fault_log_self *self)
{
	return fault_refused() - self->refused;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	unlink(path);
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&address, sizeof(address)))
	{
		TH_LOG("%s: %m", path);
	}
	return fd;
}

/* What the journal is sent, until it has @events of them, in their order, each once. */
static void journal_account(struct fault_log_self *self, int events)
{
	long long last = 0, now;
	char *entry;

	for (int i = 0; i < events; i++) {
		entry = guest_syslog_next(self->journal, FAULT_PATIENCE_MS);
		ASSERT_NOT_NULL(entry)
		{
			TH_LOG("%d of %d came", i, events);
		}
		now = fault_number_in(entry, "EMBARGO_TIME_NS=");
		ASSERT_LT(last, now)
		{
			TH_LOG("%d: %s", i, entry);
		}
		last = now;
		free(entry);
	}
	EXPECT_FALSE(guest_readable(self->journal, 0));
}

/* It is the only one that is told. At first it does not read, then it is not there. */
TEST_F(fault_log, journald_stopped)
{
	mkdir("/run/systemd", 0755);
	mkdir("/run/systemd/journal", 0755);
	self->journal = listen_at(JOURNAL);
	fault_daemon_start(&self->fault, "syslog = off\njournal = on\nrate-limit = off");
	guest_deny(self->fault.banned, 1);
	journal_account(self, 1);
	guest_deny(self->fault.banned, 60);
	fault_check_verdicts(&self->fault);
	EXPECT_LT(0, guest_number("ring.used"));
	journal_account(self, 60 + FAULT_VERDICTS_PER_CHECK);
	close(self->journal);
	guest_deny(self->fault.banned, 20);
	unlink(JOURNAL);
	fault_check_verdicts(&self->fault);
	FAULT_EMBARGO("status");
	FAULT_WAIT("word of it", fault_was_said("the journal takes no messages"));
	EXPECT_LT(0, guest_number("ring.used"));
	self->journal = listen_at(JOURNAL);
	journal_account(self, 20 + FAULT_VERDICTS_PER_CHECK);
	FAULT_WAIT("word of it", fault_was_said("the journal takes messages again"));
	FAULT_WAIT("an empty ring", !guest_number("ring.used"));
	EXPECT_EQ(refused_since(self), fault_metric("embargo_delivered_total{sink=\"journal\"}"));
	EXPECT_EQ(refused_since(self), fault_metric("embargo_delivered_total{sink=\"history\"}"));
	EXPECT_EQ(self->lost, guest_number("ring.lost"));
	EXPECT_EQ(refused_since(self), json_array_size(guest_events()));
	fault_daemon_end(&self->fault);
}

/* While it is gone the daemon reads its configuration again, and still knows what it has to tell. */
TEST_F(fault_log, syslog_socket_gone)
{
	self->fault.log = guest_syslog_open();
	fault_daemon_start(&self->fault, "syslog = rfc5424\njournal = off\nrate-limit = 3/600");
	guest_deny(self->fault.banned, 40);
	fault_account(&self->fault, 3);
	FAULT_WAIT("an empty ring", !guest_number("ring.used"));
	guest_syslog_close(self->fault.log);
	fault_check_verdicts(&self->fault);
	EXPECT_EQ(0, kill(self->fault.daemon, SIGHUP));
	FAULT_WAIT("word of it", fault_was_said("the configuration was read again"));
	GUEST_LOAD("--enforce", {.path = self->fault.banned, .name = "another"});
	guest_deny(self->fault.banned, 10);
	FAULT_WAIT("word of it", fault_was_said("syslog takes no messages"));
	fault_check_verdicts(&self->fault);
	FAULT_EMBARGO("status");
	EXPECT_LT(0, guest_number("ring.used"));
	self->fault.log = guest_syslog_open();
	FAULT_WAIT("word of it", fault_was_said("syslog takes messages again"));
	FAULT_WAIT("an empty ring", !guest_number("ring.used"));
	EXPECT_EQ(self->lost, guest_number("ring.lost"));
	fault_check_verdicts(&self->fault);
	fault_daemon_end(&self->fault);
	fault_account(&self->fault, refused_since(self));
}

/* A rule that expires at the end of the day of @last. */
static void ban_until(const char *path, time_t last)
{
	char hex[65], day[16];
	struct tm tm;

	guest_sha256(path, hex);
	strftime(day, sizeof(day), "%Y-%m-%d", gmtime_r(&last, &tm));
	guest_load("--enforce", NULL,
		   PATH_OF("ban hash sha256:%s size=%d expires=%s\n", hex, FILE_SIZE, day));
}

/* What hangs on a clock goes by one that nobody can set. */
TEST_F(fault_log, clock_set_back)
{
	const char *file = PATH_OF("%s/file", self->fault.place.dir);
	const time_t yesterday = time(NULL) - 24 * 60 * 60;
	struct guest_content banned, harmless;
	long long age;

	guest_elf(&banned, FILE_SIZE, BANNED, 0, NULL);
	guest_elf(&harmless, FILE_SIZE, HARMLESS, 5, NULL);
	guest_put(file, &harmless);
	self->fault.log = guest_syslog_open();
	fault_daemon_start(&self->fault, "syslog = rfc5424\njournal = off\nrate-limit = 3/1");
	guest_deny(self->fault.banned, 10);
	fault_account(&self->fault, 3);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(HARMLESS, attempt_exec(file));
	clock_move(self, -YEAR);
	guest_deny(self->fault.banned, 10);
	fault_check_verdicts(&self->fault);
	/* The window closes as if nothing had happened. */
	fault_account(&self->fault, refused_since(self));
	age = fault_metric("embargo_policy_age_seconds");
	EXPECT_LE(0, age);
	EXPECT_GT(600, age);
	/* No verdict is kept that is not of these bytes. */
	guest_rewrite(file, &banned);
	EXPECT_EQ(-EPERM, attempt_exec(file));
	guest_rewrite(file, &harmless);
	EXPECT_EQ(HARMLESS, attempt_exec(file));
	ban_until(self->fault.banned, yesterday);
	fault_check_verdicts(&self->fault);
	clock_move(self, YEAR);
	FAULT_WAIT("an empty ring", !guest_number("ring.used"));
	age = fault_metric("embargo_policy_age_seconds");
	EXPECT_LE(0, age);
	EXPECT_GT(600, age);
	/* It expired, but what is in force stays until the next load. */
	fault_check_verdicts(&self->fault);
	guest_rewrite(file, &banned);
	EXPECT_EQ(-EPERM, attempt_exec(file));
	guest_ban(self->fault.banned);
	fault_check_verdicts(&self->fault);
	fault_account(&self->fault, refused_since(self));
	EXPECT_EQ(refused_since(self), json_array_size(guest_events()));
	EXPECT_EQ(self->lost, guest_number("ring.lost"));
	fault_daemon_end(&self->fault);
}

/* Where its path makes an event as large as events get, so that fewer fill the ring. */
static void go_deep(struct fault_log_self *self)
{
	char name[NAME_MAX + 1];

	memset(name, 'd', NAME_MAX);
	name[NAME_MAX] = '\0';
	ASSERT_EQ(0, chdir(self->fault.place.dir));
	for (int i = 0; i < 15; i++)
		ASSERT_EQ(0, mkdir(name, 0755) ?: chdir(name));
	guest_copy_salted(self->fault.banned, "banned", "");
	self->fault.banned = "./banned";
}

/* As the service manager that wants to hear of it every second. */
static void supervise(struct fault_log_self *self)
{
	self->supervisor = listen_at("/run/supervisor");
	setenv("NOTIFY_SOCKET", "/run/supervisor", 1);
	setenv("WATCHDOG_USEC", "1000000", 1);
}

static bool next_is_alive(struct fault_log_self *self)
{
	char *word;
	bool alive;

	do {
		word = guest_syslog_next(self->supervisor, 5000);
		alive = word && strstr(word, "WATCHDOG=1");
		free(word);
	} while (word && !alive);
	return alive;
}

/* A minute may be as long as the ring is full: nothing but its size counts. */
TEST_F(fault_log, daemon_stopped)
{
	const int times = 2100;
	long long lost, waiting;

	supervise(self);
	self->fault.log = guest_syslog_open();
	fault_daemon_start(&self->fault, "syslog = rfc5424\njournal = off\nrate-limit = 5/1");
	unsetenv("NOTIFY_SOCKET");
	fault_check_verdicts(&self->fault);
	EXPECT_TRUE(next_is_alive(self));
	fault_account(&self->fault, FAULT_VERDICTS_PER_CHECK);
	FAULT_WAIT("an empty ring", !guest_number("ring.used"));
	EXPECT_EQ(0, kill(self->fault.daemon, SIGSTOP));
	ASSERT_EQ(self->fault.daemon, waitpid(self->fault.daemon, NULL, WUNTRACED));
	while (guest_readable(self->supervisor, 0))
		free(guest_syslog_next(self->supervisor, 0));
	go_deep(self);
	guest_deny(self->fault.banned, times);
	fault_check_verdicts(&self->fault);
	FAULT_EMBARGO("status");
	lost = guest_number("ring.lost") - self->lost;
	waiting = guest_number("ring.events") - self->events - FAULT_VERDICTS_PER_CHECK;
	EXPECT_LT(0, lost);
	EXPECT_EQ(times + FAULT_VERDICTS_PER_CHECK, lost + waiting);
	EXPECT_FALSE(guest_readable(self->supervisor, 0));
	EXPECT_EQ(0, kill(self->fault.daemon, SIGCONT));
	EXPECT_TRUE(next_is_alive(self));
	fault_account(&self->fault, refused_since(self));
	EXPECT_EQ(lost, self->fault.lost);
	EXPECT_EQ(self->lost + lost, fault_metric("embargo_ring_lost_total"));
	EXPECT_EQ(0, guest_number("ring.used"));
	fault_check_verdicts(&self->fault);
	fault_daemon_end(&self->fault);
	fault_account(&self->fault, refused_since(self));
	EXPECT_EQ(lost, self->fault.lost);
}

GUEST_MAIN
