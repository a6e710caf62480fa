// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A million rules on a real kernel: what a load takes of memory and of time, that no verdict wavers
 * meanwhile, and that a policy for which there is no memory changes nothing.
 */
#include <sys/resource.h>

#include "tests/guest/driver.h"
#include "tests/guest/guest_state.h"

#define RULES 1000000
#define RULES_OF_TEXT 200000 /* in make check: to read a million lines takes an emulated guest minutes */
#define STATE "/var/lib/embargo"
#define CGROUP "/sys/fs/cgroup/embargo-test"

FIXTURE(scale)
{
	struct guest_place place;
	const char *banned, *twin, *policy, *state;
};

/* The policy databases of large policies go to the disk: the guest's own root is memory. */
FIXTURE_SETUP(scale)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->twin = strdup(PATH_OF("%s/twin", self->place.dir));
	self->policy = strdup(PATH_OF("%s/million.policy", self->place.dir));
	self->state = strdup(PATH_OF("%s/state", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->twin, HARMLESS, 0);
	mkdir(self->state, 0755);
	mkdir(STATE, 0755);
	ASSERT_EQ(0, mount(self->state, STATE, NULL, MS_BIND, NULL));
}

FIXTURE_TEARDOWN(scale)
{
	guest_lift();
	umount2(STATE, MNT_DETACH);
	guest_lift(); /* its policy database is in the directory that stays */
	rmdir(CGROUP);
	guest_place_remove(&self->place);
}

static void put_hex(char *to, uint64_t number, int digits)
{
	while (digits--) {
		to[digits] = "0123456789abcdef"[number & 15];
		number >>= 4;
	}
}

/* As text, as feeds give it, and the test's own file last. By hand: printf takes its time in a guest. */
static uint64_t rules_of_text(void)
{
	return getenv("EMBARGO_COUNTED") ? RULES : RULES_OF_TEXT;
}

static void write_rules(const struct scale_self *self)
{
	char line[] = "ban hash sha256:0000000000000000000000000000000000000000000000000000000000000000 "
		      "size=100000000\n";
	char *hex = strchr(line, ':') + 1, *size = strchr(hex, '=') + 1;
	FILE *out;
	int digit;

	guest_write_policy(self->policy, GUEST_RULES({.path = self->banned}), NULL);
	out = fopen(self->policy, "ae");
	ASSERT_NOT_NULL(out);
	for (uint64_t i = 0, number; i < rules_of_text(); i++) {
		for (int word = 0; word < 4; word++)
			put_hex(hex + 16 * word, (i + 1) * 0x9e3779b97f4a7c15 * (word + 1), 16);
		for (number = i, digit = 8; digit; digit--, number /= 10)
			size[digit] = '0' + number % 10;
		fwrite(line, sizeof(line) - 1, 1, out);
	}
	ASSERT_EQ(0, fclose(out));
}

/* Runs what is banned and what is not until the pipe is closed; fails if once it came out wrong. */
static pid_t watch_verdicts(const struct scale_self *self, const int pipes[2])
{
	struct pollfd end = {.fd = pipes[0]};
	pid_t pid = fork();
	int wrong = 0;

	if (pid)
		return pid;
	close(pipes[1]);
	do
		wrong += attempt_exec(self->banned) != -EPERM || attempt_exec(self->twin) != HARMLESS;
	while (!poll(&end, 1, 100)); /* seldom: the load is what shall take the time */
	_exit(wrong ? 1 : 0);
}

static long load_text(const struct scale_self *self)
{
	const char *const argv[] = {"embargo", "load", "--enforce", self->policy, NULL};
	struct rusage usage;
	int status;
	pid_t pid = guest_spawn(argv, -1, -1);

	ASSERT_EQ(pid, wait4(pid, &status, 0, &usage));
	EXPECT_EQ(0, status);
	TH_LOG("%ld KiB, %ld.%03ld s user, %ld.%03ld s system", usage.ru_maxrss, usage.ru_utime.tv_sec,
	       usage.ru_utime.tv_usec / 1000, usage.ru_stime.tv_sec, usage.ru_stime.tv_usec / 1000);
	return usage.ru_maxrss;
}

/* make check-scale loads a million of them. */
TEST_F_TIMEOUT(scale, rules_of_text, 1600)
{
	long long generation;
	int pipes[2];
	pid_t pid;

	ASSERT_EQ(0, pipe2(pipes, O_CLOEXEC));
	write_rules(self);
	guest_ban(self->banned);
	generation = guest_number("generation");
	pid = watch_verdicts(self, pipes);
	EXPECT_GT(200 * 1024, load_text(self));
	EXPECT_EQ(generation + 1, guest_number("generation"));
	EXPECT_EQ(rules_of_text() + 1, guest_number("rules.hash"));
	EXPECT_GE(64LL * (rules_of_text() + 1), guest_number("policy_memory"));
	guest_ban(self->banned);
	close(pipes[1]);
	EXPECT_EQ(0, attempt_status(pid));
}

/* In memory, as if it had been read. */
static struct embargo_policy *make_million(const char *banned)
{
	struct embargo_policy *policy = embargo_policy_new();
	struct embargo_rule rule = {.action = EMBARGO_ACTION_BAN,
				    .formats = EMBARGO_FORMAT_ANY,
				    .digest_size = EMBARGO_SHA256_SIZE};
	const char *head = guest_format("policy test\nversion 1\nban hash %s\n", driver_hash(banned));
	uint64_t words[4];

	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "test", head, strlen(head), 0));
	for (uint64_t i = 0; i < RULES; i++) {
		for (int word = 0; word < 4; word++)
			words[word] = (i + 1) * 0x9e3779b97f4a7c15 * (word + 1);
		memcpy(rule.digest, words, sizeof(words));
		rule.size = 100000000 + i;
		ASSERT_EQ(0, embargo_policy_add(policy, &rule));
	}
	ASSERT_EQ(0, embargo_policy_check(policy, time(NULL)));
	return policy;
}

/* The policy is in memory already; what it needs of the kernel's is more than this process may have. */
static void check_too_large(struct embargo_policy *policy)
{
	struct embargo_error error = {""};
	char *before = guest_state();
	uint64_t generation;

	ASSERT_EQ(0, attempt_write_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, mkdir(CGROUP, 0755));
	ASSERT_EQ(0, attempt_write_text(CGROUP "/memory.max", "20000000"));
	ASSERT_EQ(0, attempt_write_text(CGROUP "/cgroup.procs", "0"));
	EXPECT_EQ(-ENOMEM, embargo_load(policy, EMBARGO_MODE_ENFORCE, &generation, &error));
	EXPECT_NOT_NULL(strstr(error.text, "no kernel memory for a policy of 1000001 rules"))
	{
		TH_LOG("%s", error.text);
	}
	ASSERT_EQ(0, attempt_write_text("/sys/fs/cgroup/cgroup.procs", "0"));
	guest_check_unchanged(before);
}

/* Of one exec; what disturbs a row of them only adds to it. */
static uint64_t exec_cost(const char *path)
{
	uint64_t best = UINT64_MAX, begun, taken;

	for (int row = 0; row < 5; row++) {
		begun = guest_clock_ns(CLOCK_MONOTONIC);
		for (int i = 0; i < 20; i++)
			EXPECT_EQ(HARMLESS, attempt_exec(path));
		taken = (guest_clock_ns(CLOCK_MONOTONIC) - begun) / 20;
		best = taken < best ? taken : best;
	}
	return best;
}

/*
 * From a policy in memory to one in force. Where the guest's clock counts instructions (make check-scale), it
 * takes less than a second of 10^9 of them; the time of the process, since a clock that counts instructions
 * runs wild while all wait for the disk. And an exec then costs what it did with one rule.
 */
TEST_F_TIMEOUT(scale, publishing_a_million_rules, 800)
{
	struct embargo_policy *policy = make_million(self->twin);
	const char *other = strdup(PATH_OF("%s/other", self->place.dir));
	struct embargo_error error = {""};
	uint64_t generation, begun, ns, cost_of_one, cost_of_million;

	guest_copy_salted(self->twin, other, "of a size that no rule gives");
	guest_ban(self->banned);
	cost_of_one = exec_cost(other);
	check_too_large(policy);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->twin));
	begun = guest_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	ASSERT_EQ(0, embargo_load(policy, EMBARGO_MODE_ENFORCE, &generation, &error))
	{
		TH_LOG("%s", error.text);
	}
	ns = guest_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - begun;
	cost_of_million = exec_cost(other);
	TH_LOG("published in %llu ms; an exec takes %llu ns with one rule, %llu with a million",
	       (unsigned long long)ns / 1000000, (unsigned long long)cost_of_one,
	       (unsigned long long)cost_of_million);
	if (getenv("EMBARGO_COUNTED")) {
		EXPECT_GT(1000000000ULL, ns);
		EXPECT_GE(cost_of_one * 102, cost_of_million * 100);
	}
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_exec(self->twin));
}

GUEST_MAIN
