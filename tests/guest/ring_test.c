// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring of events: full, and read by two at once. */
#include "tests/guest/guest.h"
#include "tests/guest/guest_event.h"

#define JOURNAL "/run/systemd/journal/socket"

FIXTURE(ring)
{
	struct guest_place place;
	const char *banned;
	pid_t daemon, follower;
	int log, journal;
};

FIXTURE_SETUP(ring)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	EXPECT_EQ(0, attempt_mmap_exec(self->banned));
	guest_ban(self->banned);
	guest_events_clear();
	self->log = self->journal = -1;
}

FIXTURE_TEARDOWN(ring)
{
	if (self->daemon)
		guest_end(self->daemon, SIGKILL);
	if (self->follower)
		guest_end(self->follower, SIGKILL);
	if (self->log >= 0)
		guest_syslog_close(self->log);
	if (self->journal >= 0)
		close(self->journal);
	unlink(JOURNAL);
	guest_lift();
	EXPECT_EQ(0, attempt_mmap_exec(self->banned));
	guest_events_clear();
	guest_place_remove(&self->place);
}

/* Where its path makes an event as large as events get. */
static void go_deep(struct ring_self *self)
{
	char name[NAME_MAX + 1];

	memset(name, 'd', NAME_MAX);
	name[NAME_MAX] = '\0';
	ASSERT_EQ(0, chdir(self->place.dir));
	for (int i = 0; i < 15; i++)
		ASSERT_EQ(0, mkdir(name, 0755) ?: chdir(name));
	guest_copy_salted(self->banned, "banned", "");
	self->banned = "./banned";
}

/* From both processors at once. Returns how many of the tries were refused. */
static int deny(const char *path, int times)
{
	int *refused = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), sum;
	pid_t pids[2];

	for (int cpu = 0; cpu < 2; cpu++) {
		pids[cpu] = fork();
		if (pids[cpu])
			continue;
		guest_pin_to(cpu);
		for (int i = 0; i < times / 2; i++)
			refused[cpu] += attempt_mmap_exec(path) == -EPERM;
		_exit(0);
	}
	for (int cpu = 0; cpu < 2; cpu++)
		EXPECT_EQ(0, attempt_status(pids[cpu]));
	sum = refused[0] + refused[1];
	munmap(refused, 4096);
	return sum;
}

static int events_waiting(void)
{
	char path[EMBARGO_PATH_SIZE];
	struct embargo_event event;
	struct embargo_ring *ring;
	struct embargo_error error;
	int count = 0;

	ASSERT_EQ(0, embargo_ring_open(true, &ring, &error));
	for (; embargo_ring_next(ring, &event, path) > 0; count++)
		embargo_ring_take(ring);
	embargo_ring_close(ring);
	return count;
}

TEST_F(ring, counts_what_it_cannot_take)
{
	const int times = 2400;
	long long events = guest_number("ring.events"), lost = guest_number("ring.lost");
	long long denied = guest_number("verdicts.mmap.denied");

	go_deep(self);
	EXPECT_EQ(times, deny(self->banned, times));
	EXPECT_EQ(denied + times, guest_number("verdicts.mmap.denied"));
	events = guest_number("ring.events") - events;
	lost = guest_number("ring.lost") - lost;
	EXPECT_EQ(times, events + lost);
	EXPECT_LT(0, lost);
	EXPECT_LT(1000, events);
	EXPECT_EQ(events, events_waiting());
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->banned));
	EXPECT_EQ(1, events_waiting());
}

/* How much of the loss a daemon told before. */
static long long told_before(void)
{
	FILE *file = fopen("/run/embargo/lost-told", "re");
	unsigned long long instance = 0;
	long long told = 0;
	struct stat st;

	if (!file || stat("/sys/fs/bpf/embargo/live", &st) ||
	    fscanf(file, "%llu %lld", &instance, &told) != 2 || instance != st.st_ino)
		told = 0;
	if (file)
		fclose(file);
	return told;
}

/* What was lost is told once, in full, after what was not. */
TEST_F(ring, loss_is_told)
{
	char *message = NULL, *told = NULL;
	long long lost = guest_number("ring.lost"), before = told_before(), total;
	int messages = 0;

	go_deep(self);
	EXPECT_EQ(2400, deny(self->banned, 2400));
	total = guest_number("ring.lost");
	self->log = guest_syslog_open();
	self->daemon = guest_daemon_start();
	for (; !told; messages++) {
		free(message);
		message = guest_syslog_next(self->log, GUEST_PATIENCE_MS);
		ASSERT_NOT_NULL(message);
		told = strstr(message, " lost=\"");
	}
	EXPECT_EQ(2400 - (total - lost), messages - 1);
	EXPECT_NOT_NULL(strstr(message, "<83>1 "))
	{
		TH_LOG("%s", message);
	} /* authpriv, error */
	EXPECT_NOT_NULL(
		strstr(message, PATH_OF(" lost=\"%lld\" lost_total=\"%lld\"]", total - before, total)))
	{
		TH_LOG("%s", message);
	}
}

static int journal_open(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = JOURNAL};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	mkdir("/run/systemd", 0755);
	mkdir("/run/systemd/journal", 0755);
	unlink(JOURNAL);
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&address, sizeof(address)))
	{
		TH_LOG("%s: %m", JOURNAL);
	}
	return fd;
}

/* How much the next message about a loss says was lost; others are passed over. */
static long long next_loss(int fd, const char *key)
{
	char *message, *found = NULL;
	long long lost = -1;

	while (!found && (message = guest_syslog_next(fd, GUEST_PATIENCE_MS))) {
		found = strstr(message, key);
		lost = found ? atoll(found + strlen(key)) : -1;
		free(message);
	}
	EXPECT_LT(0, lost);
	return lost;
}

/* The journal takes a loss, syslog is not there yet, and more is lost meanwhile: neither hears of any twice.
 */
TEST_F(ring, loss_that_waits_grows_for_nobody)
{
	long long before = told_before(), first, total;

	go_deep(self);
	EXPECT_EQ(2400, deny(self->banned, 2400));
	first = guest_number("ring.lost") - before;
	EXPECT_LT(0, first);
	events_waiting();
	unlink("/dev/log");
	self->journal = journal_open();
	self->daemon = guest_daemon_start_with("journal = on\nrate-limit = 1/3600");
	EXPECT_EQ(first, next_loss(self->journal, "EMBARGO_LOST="));
	EXPECT_EQ(2400, deny(self->banned, 2400));
	total = guest_number("ring.lost") - before;
	EXPECT_LT(first, total);
	self->log = guest_syslog_open();
	EXPECT_EQ(first, next_loss(self->log, " lost=\""));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->banned)); /* wakes the daemon before its own time */
	EXPECT_EQ(total - first, next_loss(self->log, " lost=\""));
	EXPECT_EQ(total - first, next_loss(self->journal, "EMBARGO_LOST="));
	EXPECT_FALSE(guest_readable(self->journal, 0));
}

/* The times of events are their names here: no two of one process are the same. */
struct seen {
	char *lines;
	size_t size;
	int count;
};

static void see(struct seen *seen, const char *text, const char *key)
{
	for (const char *at = strstr(text, key); at; at = strstr(at + 1, key)) {
		seen->lines = realloc(seen->lines, seen->size + 32);
		seen->size +=
			sprintf(seen->lines + seen->size, "%llu ", strtoull(at + strlen(key), NULL, 10));
		seen->count++;
	}
}

TEST_F(ring, two_readers_see_all)
{
	static const char *const follow[] = {"embargo", "events", "--follow", "--json", NULL};
	struct seen by_daemon = {}, by_follower = {};
	const int times = 100;
	char *message, line[65536];
	int pipes[2];
	FILE *in;

	ASSERT_EQ(0, pipe2(pipes, O_CLOEXEC));
	self->log = guest_syslog_open();
	self->follower = guest_spawn(follow, pipes[1], -1);
	close(pipes[1]);
	in = fdopen(pipes[0], "r");
	/* Some before there is a daemon, some while it starts, some while it works. */
	for (int i = 0; i < times; i++) {
		if (i == 10)
			self->daemon = guest_daemon_start();
		if (i == 50)
			see(&by_daemon, message = guest_syslog_next(self->log, GUEST_PATIENCE_MS) ?: "",
			    " time_ns=\"");
		EXPECT_EQ(-EPERM, attempt_mmap_exec(self->banned));
	}
	while (by_daemon.count < times && (message = guest_syslog_next(self->log, GUEST_PATIENCE_MS)))
		see(&by_daemon, message, " time_ns=\"");
	while (by_follower.count < times && fgets(line, sizeof(line), in))
		see(&by_follower, line, "\"time_ns\":");
	EXPECT_EQ(times, by_daemon.count);
	EXPECT_EQ(times, by_follower.count);
	EXPECT_TRUE(!strcmp(by_daemon.lines, by_follower.lines))
	{
		TH_LOG("%s\n%s", by_daemon.lines, by_follower.lines);
	}
	fclose(in);
}

GUEST_MAIN
