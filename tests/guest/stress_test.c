// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All at once, on both processors: files are written to and run, renamed and run, policies swapped, and
 * memory runs short, so that inodes go and come back. Whoever knows what a file holds compares each verdict
 * with it.
 *
 * EMBARGO_STRESS, in the kernel's command line and so in the environment: seconds (8). `make stress` takes
 * 600.
 */
#include "tests/guest/guest.h"

#define SECONDS 8
#define PLACES 3
#define LIMIT 7200 /* of the test: it ends by itself */

FIXTURE(stress)
{
	struct guest_place places[PLACES];
	struct guest_content harmless, banned;
	const char *reference;
	struct stress_counts *counts; /* shared memory */
	uint64_t end;
};

/* What was seen. */
struct stress_counts {
	int ran, refused; /* as it had to be */
	int wrongly_ran, wrongly_refused, strange;
	int renames, loads, evictions;
};

static void count(int *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

FIXTURE_SETUP(stress)
{
	const char *seconds = getenv("EMBARGO_STRESS");

	for (int i = 0; i < PLACES; i++)
		guest_place_make(&self->places[i],
				 (const enum guest_fs[]){GUEST_EXT4, GUEST_OVERLAY, GUEST_TMPFS}[i]);
	self->reference = strdup(PATH_OF("%s/reference", self->places[0].base));
	guest_elf(&self->harmless, FILE_SIZE, HARMLESS, 0, NULL);
	guest_elf(&self->banned, FILE_SIZE, BANNED, 0, NULL);
	guest_put(self->reference, &self->banned);
	guest_ban(self->reference);
	self->counts =
		mmap(NULL, sizeof(*self->counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->counts);
	self->end = guest_clock_ns(CLOCK_MONOTONIC) + (seconds ? atoi(seconds) : SECONDS) * 1000000000ULL;
}

FIXTURE_TEARDOWN(stress)
{
	guest_lift();
	for (int i = PLACES; i--;)
		guest_place_remove(&self->places[i]);
}

static bool goes_on(struct stress_self *self)
{
	return guest_clock_ns(CLOCK_MONOTONIC) < self->end;
}

/* @holds_banned: what who calls knows of the file. */
static void judge(struct stress_self *self, int seen, bool holds_banned)
{
	struct stress_counts *counts = self->counts;

	if (seen == -EPERM)
		count(holds_banned ? &counts->refused : &counts->wrongly_refused);
	else if (seen == BANNED || (seen == HARMLESS && holds_banned))
		count(&counts->wrongly_ran);
	else if (seen == HARMLESS)
		count(&counts->ran);
	else
		count(&counts->strange);
}

/* Somebody else may be running it right now. */
static void rewrite(const char *path, const struct guest_content *content)
{
	int fd;

	do
		fd = open(path, O_WRONLY | O_CLOEXEC);
	while (fd < 0 && errno == ETXTBSY);
	ASSERT_LE(0, fd)
	{
		TH_LOG("%s: %m", path);
	}
	ASSERT_EQ(content->size, pwrite(fd, content->bytes, content->size, 0));
	close(fd);
}

static const char *file_in(struct stress_self *self, int place, const char *name)
{
	return PATH_OF("%s/%s", self->places[place].dir, name);
}

/* Writes a file and runs it, turn by turn; now and then so late that its verdict is kept. */
static void write_and_run(struct stress_self *self, int place)
{
	const char *path = strdup(file_in(self, place, "written"));

	guest_put(path, &self->harmless);
	for (int i = 0; goes_on(self); i++) {
		rewrite(path, i % 2 ? &self->banned : &self->harmless);
		for (int run = 0; run < 1 + i % 5; run++)
			judge(self, attempt_exec(path), i % 2);
		if (i % 7 == 0)
			poll(NULL, 0, 30);
	}
}

/* Runs what another one writes to: whatever it holds now, it never runs as the banned one. */
static void run_what_is_written(struct stress_self *self, int place)
{
	const char *path = strdup(file_in(self, place, "written"));
	int seen;

	while (goes_on(self)) {
		seen = attempt_exec(path);
		if (seen == BANNED)
			count(&self->counts->wrongly_ran);
		else if (seen != HARMLESS && seen != -EPERM && seen != -ETXTBSY && seen != -ENOENT)
			count(&self->counts->strange);
	}
}

/* Two files take each other's names; both are run by descriptors, whose content never changes. */
static void rename_and_run(struct stress_self *self, int place)
{
	const char *one = strdup(file_in(self, place, "one")), *two = strdup(file_in(self, place, "two"));
	int harmless, banned;

	guest_put(one, &self->harmless);
	guest_put(two, &self->banned);
	harmless = open(one, O_PATH);
	banned = open(two, O_PATH);
	while (goes_on(self)) {
		ASSERT_EQ(0, renameat2(AT_FDCWD, one, AT_FDCWD, two, RENAME_EXCHANGE));
		count(&self->counts->renames);
		judge(self, attempt_exec(PATH_OF("/proc/self/fd/%d", harmless)), false);
		judge(self, attempt_exec(PATH_OF("/proc/self/fd/%d", banned)), true);
	}
}

/* Nobody writes to these, and nobody holds them: their inodes go. */
static void run_what_rests(struct stress_self *self, int place)
{
	const char *harmless = strdup(file_in(self, place, "rests")),
		   *banned = strdup(file_in(self, place, "rests2"));

	guest_put(harmless, &self->harmless);
	guest_put(banned, &self->banned);
	while (goes_on(self)) {
		judge(self, attempt_exec(harmless), false);
		judge(self, attempt_exec(banned), true);
	}
}

static void swap_policies(struct stress_self *self)
{
	for (int i = 0; goes_on(self); i++) {
		guest_load("--enforce", GUEST_RULES({.path = self->reference, .unsized = i % 3 == 2}),
			   i % 2 ? "ban hash "
				   "sha256:0000000000000000000000000000000000000000000000000000000000000002 "
				   "size=4300\n"
				 : NULL);
		count(&self->counts->loads);
		poll(NULL, 0, 100);
	}
}

/* What is there but for some, so that nobody is killed. */
static size_t memory_to_take(void)
{
	FILE *info = fopen("/proc/meminfo", "re");
	char line[128];
	long kib = 0;

	while (fgets(line, sizeof(line), info) && sscanf(line, "MemAvailable: %ld", &kib) != 1)
		;
	fclose(info);
	return kib > (96 << 10) ? (kib - (96 << 10)) * 1024UL : 0;
}

static void press_memory(struct stress_self *self)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	for (int i = 0; goes_on(self); i++) {
		size_t size = i % 8 == 7 ? memory_to_take() : 0;
		void *memory = size ? mmap(NULL, size, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)
				    : MAP_FAILED;

		if (memory != MAP_FAILED)
			munmap(memory, size);
		sync();
		ASSERT_EQ(1, write(fd, i % 2 ? "2" : "3", 1));
		count(&self->counts->evictions);
		poll(NULL, 0, 50);
	}
}

static void start(struct stress_self *self, int *running, void (*what)(struct stress_self *, int), int place)
{
	if (fork() == 0) {
		guest_pin_to(*running % 2);
		what(self, place);
		_exit(0);
	}
	++*running;
}

static void swap_policies_at(struct stress_self *self, int place)
{
	(void)place;
	swap_policies(self);
}

static void press_memory_at(struct stress_self *self, int place)
{
	(void)place;
	press_memory(self);
}

TEST_F_TIMEOUT(stress, all_at_once, LIMIT)
{
	const struct stress_counts *counts = self->counts;
	int running = 0;

	for (int place = 0; place < PLACES; place++) {
		start(self, &running, write_and_run, place);
		start(self, &running, run_what_is_written, place);
		start(self, &running, rename_and_run, place);
		start(self, &running, run_what_rests, place);
	}
	start(self, &running, swap_policies_at, 0);
	start(self, &running, press_memory_at, 0);
	while (running--)
		EXPECT_EQ(0, attempt_status(-1));
	printf("%d ran, %d were refused; %d renames, %d loads, %d evictions\n", counts->ran, counts->refused,
	       counts->renames, counts->loads, counts->evictions);
	EXPECT_EQ(0, counts->wrongly_ran);
	EXPECT_EQ(0, counts->wrongly_refused);
	EXPECT_EQ(0, counts->strange);
	EXPECT_LT(0, counts->ran);
	EXPECT_LT(0, counts->refused);
	EXPECT_LT(0, counts->renames);
	EXPECT_LT(0, counts->loads);
	EXPECT_LT(0, counts->evictions);
}

GUEST_MAIN
