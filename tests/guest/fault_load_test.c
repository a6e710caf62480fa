// SPDX-License-Identifier: GPL-2.0-or-later
/* More than a host should be asked for: programs started as fast as they can be, and a fork bomb. */
#include "tests/guest/guest.h"
#include "tests/guest/fault.h"

#define GROUPS "/sys/fs/cgroup"
#define BOMB GROUPS "/bomb"

#define WORKERS 4
#define TRIES 10000 /* of all workers */

/* What somebody who tries saw, in memory that all share. */
struct tries {
	int refused, ran, wrong;
	bool stop;
};

FIXTURE(fault_load)
{
	struct fault fault;
	struct tries *tries;
	int checks;			 /* refusals that were no try */
	long long refused, events, lost; /* when it began */
};

FIXTURE_SETUP(fault_load)
{
	fault_begin(&self->fault);
	self->tries =
		mmap(NULL, sizeof(*self->tries), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->tries);
	self->fault.log = guest_syslog_open();
	fault_daemon_start(&self->fault, "syslog = rfc5424\nrate-limit = 5/1");
	self->refused = fault_refused();
	self->events = guest_number("ring.events");
	self->lost = guest_number("ring.lost");
}

FIXTURE_TEARDOWN(fault_load)
{
	fault_end(&self->fault);
}

static void count(int *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

/* What is refused needs no process of its own. */
static void try_banned(struct fault_load_self *self)
{
	char *const argv[] = {"banned", NULL};

	execv(self->fault.banned, argv);
	count(errno == EPERM ? &self->tries->refused : &self->tries->wrong);
}

static void try_harmless(struct fault_load_self *self)
{
	count(attempt_exec(self->fault.harmless) == HARMLESS ? &self->tries->ran : &self->tries->wrong);
}

static void check_verdicts(struct fault_load_self *self)
{
	fault_check_verdicts(&self->fault);
	self->checks += FAULT_VERDICTS_PER_CHECK;
}

static long long metric_denied(const char *hook)
{
	long long value = fault_metric(PATH_OF(
		"embargo_events_total{hook=\"%s\",kind=\"hash\",mode=\"enforce\",verdict=\"denied\"}", hook));

	return value < 0 ? 0 : value;
}

/* Every verdict was right, and each refusal is counted, and told or counted as lost. */
static void check_account(struct fault_load_self *self)
{
	long long refused = self->tries->refused + self->checks, events, lost;

	EXPECT_EQ(0, self->tries->wrong);
	EXPECT_EQ(self->refused + refused, fault_refused());
	events = guest_number("ring.events") - self->events;
	lost = guest_number("ring.lost") - self->lost;
	EXPECT_EQ(refused, events + lost);
	fault_account(&self->fault, refused);
	EXPECT_EQ(lost, self->fault.lost);
	EXPECT_EQ(events, metric_denied("exec") + metric_denied("mmap"));
	EXPECT_EQ(self->fault.repeated, fault_metric("embargo_limited_total"));
	printf("%d events were told, %lld as repeated, %lld were lost\n", self->fault.messages,
	       self->fault.repeated, self->fault.lost);
	check_verdicts(self);
	EXPECT_EQ(0, kill(self->fault.daemon, 0));
	fault_daemon_end(&self->fault);
	fault_account(&self->fault, refused + FAULT_VERDICTS_PER_CHECK);
}

static void work(struct fault_load_self *self)
{
	for (int i = 0; i < TRIES / WORKERS; i++) {
		if (i % 50)
			try_banned(self);
		else
			try_harmless(self);
	}
	_exit(0);
}

/* As many as come in a second, as fast as it goes: an emulated guest does some two thousand a second. */
TEST_F(fault_load, ten_thousand_execs)
{
	uint64_t begin = guest_clock_ns(CLOCK_MONOTONIC), took;
	pid_t workers[WORKERS];

	for (int i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		if (!workers[i])
			work(self);
	}
	FAULT_EMBARGO("status");
	for (int i = 0; i < WORKERS; i++)
		EXPECT_EQ(0, attempt_status(workers[i]));
	took = guest_clock_ns(CLOCK_MONOTONIC) - begin;
	printf("%d execs were refused and %d ran in %llu ms: %llu a second\n", self->tries->refused,
	       self->tries->ran, (unsigned long long)took / 1000000, TRIES * 1000000000ULL / took);
	EXPECT_EQ(TRIES / 50, self->tries->ran);
	EXPECT_EQ(TRIES - TRIES / 50, self->tries->refused);
	check_account(self);
}

/* The number behind @key in a file of the bomb's group. */
static long long group_number(const char *file, const char *key)
{
	char text[512] = "";
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	ASSERT_LT(0, read(fd, text, sizeof(text) - 1));
	close(fd);
	return fault_number_in(text, key);
}

/* Each of them makes more of them, until told to stop. */
static void explode(struct fault_load_self *self)
{
	while (!__atomic_load_n(&self->tries->stop, __ATOMIC_ACQUIRE)) {
		fork();
		try_banned(self);
	}
	_exit(0);
}

TEST_F(fault_load, fork_bomb_in_a_cgroup)
{
	pid_t pid;

	EXPECT_EQ(0, attempt_write_text(GROUPS "/cgroup.subtree_control", "+pids +cpu"));
	ASSERT_EQ(0, mkdir(BOMB, 0755));
	EXPECT_EQ(0, attempt_write_text(BOMB "/pids.max", "64"));
	pid = fork();
	if (!pid) {
		EXPECT_EQ(0, attempt_write_text(BOMB "/cgroup.procs", "0"));
		explode(self);
	}
	FAULT_WAIT("the bomb", group_number(BOMB "/pids.events", "max ") > 0);
	for (int i = 0; i < 3; i++) {
		check_verdicts(self);
		FAULT_EMBARGO("status");
	}
	/* The daemon gets on with telling, too. */
	EXPECT_TRUE(guest_readable(self->fault.log, FAULT_PATIENCE_MS));
	__atomic_store_n(&self->tries->stop, true, __ATOMIC_RELEASE);
	EXPECT_EQ(0, attempt_status(pid));
	FAULT_WAIT("the end of the bomb", !group_number(BOMB "/cgroup.events", "populated "));
	EXPECT_EQ(0, rmdir(BOMB));
	EXPECT_EQ(0, attempt_write_text(GROUPS "/cgroup.subtree_control", "-pids -cpu"));
	check_account(self);
}

GUEST_MAIN
