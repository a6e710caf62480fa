// SPDX-License-Identifier: GPL-2.0-or-later
/* New files that fall under rules which the kernel cannot match: refused soon after they are there, by
 * themselves. */
#include "tests/guest/guest.h"
#include "tests/guest/guest_event.h"

#include <dirent.h>

#include "policy/identity/identity.h"
#include "userspace/watch/watch.h"

/* Ten thousand files are read in it, by an emulated processor that others use, too; within a test's own
 * limit. */
#define PATIENCE_NS (2 * GUEST_PATIENCE_MS * 1000000ULL)
#define MEMORY_KB 65536 /* of one process of the daemon, at most */

FIXTURE(watch)
{
	struct guest_place place;
	char *rule; /* for the build-id of GUEST_PROBE */
	pid_t daemon;
	int log;
};

static char *build_id(const char *path)
{
	struct embargo_identity *identity;

	ASSERT_EQ(0, embargo_identity_read(path, EMBARGO_WANT_INSIDE, &identity, NULL));
	ASSERT_NOT_NULL(identity->build_id);
	return identity->build_id;
}

FIXTURE_SETUP(watch)
{
	guest_place_at(&self->place, GUEST_EXT4);
	self->rule = strdup(PATH_OF("ban build-id %s reason=\"found at once\"\n", build_id(GUEST_PROBE)));
	unlink(EMBARGO_WATCH_STATE);
	self->log = guest_syslog_open();
}

FIXTURE_TEARDOWN(watch)
{
	if (self->daemon)
		EXPECT_EQ(0, guest_end(self->daemon, SIGTERM));
	guest_syslog_close(self->log);
	unlink(EMBARGO_WATCH_STATE);
	guest_lift();
	guest_place_remove(&self->place);
}

static struct embargo_watch_shared state(void)
{
	struct embargo_watch_shared shared = {0};

	if (!embargo_watch_shared_read(EMBARGO_WATCH_STATE, &shared))
		shared.active = 0;
	return shared;
}

/* Until @condition, which sees the state as `now`. */
#define UNTIL(condition)                                                                                     \
	do {                                                                                                 \
		uint64_t end_ = guest_clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;                               \
		struct embargo_watch_shared now = state();                                                   \
		while (!(condition) && guest_clock_ns(CLOCK_MONOTONIC) < end_) {                             \
			poll(NULL, 0, 1);                                                                    \
			now = state();                                                                       \
		}                                                                                            \
		ASSERT_TRUE(condition);                                                                      \
	} while (0)

static void until_watched(void)
{
	uint64_t generation = guest_number("generation");

	UNTIL(now.active && now.generation == generation);
}

static void begin(struct watch_self *self, const char *rule, const char *settings)
{
	guest_load("--enforce", NULL, rule);
	self->daemon = guest_daemon_start_with(settings);
	until_watched();
}

/* A copy that falls under the rule, and has a hash that nobody knows. */
static char *put_banned(const char *path)
{
	static int salt;

	guest_copy_salted(GUEST_PROBE, path, PATH_OF("salt %d", salt++));
	return strdup(path);
}

/* ms from now until it is refused; -1: it never was. */
static double until_refused(const char *path)
{
	uint64_t begun = guest_clock_ns(CLOCK_MONOTONIC);
	int r;

	while ((r = attempt_mmap_exec(path)) != -EPERM &&
	       guest_clock_ns(CLOCK_MONOTONIC) < begun + PATIENCE_NS)
		poll(NULL, 0, 1);
	EXPECT_EQ(-EPERM, r)
	{
		TH_LOG("%s", path);
	}
	return r == -EPERM ? (guest_clock_ns(CLOCK_MONOTONIC) - begun) / 1e6 : -1;
}

/* The next message to syslog that has @words; NULL: none came. */
static char *message_with(struct watch_self *self, const char *words)
{
	char *message;

	while ((message = guest_syslog_next(self->log, GUEST_PATIENCE_MS)) && !strstr(message, words))
		free(message);
	return message;
}

/* By a file that is written, and by one that is written anew. */
static void check_written(struct watch_self *self)
{
	const char *path = strdup(PATH_OF("%s/old", self->place.dir));
	struct embargo_watch_shared now;
	char *message, *output;
	double ms;

	put_banned(PATH_OF("%s/new", self->place.dir));
	ms = until_refused(PATH_OF("%s/new", self->place.dir));
	printf("from close to refused: %.1f ms\n", ms);
	EXPECT_EQ(-EPERM, attempt_exec(PATH_OF("%s/new", self->place.dir)));
	EXPECT_EQ(0, attempt_mmap_exec(path)); /* what was there before is the business of scan */
	message = message_with(self, " pinned [");
	ASSERT_NOT_NULL(message);
	EXPECT_NOT_NULL(strstr(message, PATH_OF("banned from now on \"%s/new\", ", self->place.dir)))
	{
		TH_LOG("%s", message);
	}
	EXPECT_NOT_NULL(strstr(message, " ms after it was closed: rule"));
	EXPECT_NOT_NULL(strstr(message, "found at once"));
	EXPECT_NOT_NULL(strstr(message, PATH_OF(" path=\"%s/new\"", self->place.dir)));
	/* Written to again it is another file. */
	put_banned(path);
	until_refused(path);
	UNTIL(now.force_count == 2);
	now = state();
	EXPECT_EQ(2, now.counts[EMBARGO_WATCH_PINNED]);
	EXPECT_EQ(0, now.counts[EMBARGO_WATCH_OVERFLOWS]);
	printf("from event to rule in force: %.1f ms at most\n", now.force_ns_max / 1e6);
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_NOT_NULL(strstr(output, " 2 pinned, 0 wait; overflows 0, rescans 0"))
	{
		TH_LOG("%s", output);
	}
}

/* A tmpfs that is mounted now, and that the watcher sees: what is written there before it does, it misses. */
static void place_watched(struct guest_place *tmpfs)
{
	unsigned int before = state().filesystems;

	guest_place_at(tmpfs, GUEST_TMPFS);
	UNTIL(now.filesystems == before + 1);
}

/* Somewhere that was mounted after the watch began; on file systems with handles and without. */
static void check_mounts(void)
{
	struct guest_place tmpfs, overlay;
	unsigned int before;

	before = state().filesystems;
	guest_place_at(&tmpfs, GUEST_TMPFS);
	guest_place_at(&overlay, GUEST_OVERLAY);
	UNTIL(now.filesystems == before + 2);
	until_refused(put_banned(PATH_OF("%s/new", tmpfs.dir)));
	until_refused(put_banned(PATH_OF("%s/new", overlay.dir)));
	guest_place_remove(&tmpfs);
	guest_place_remove(&overlay);
	UNTIL(now.filesystems == before);
	/* The next one may have the same number. */
	place_watched(&tmpfs);
	until_refused(put_banned(PATH_OF("%s/new", tmpfs.dir)));
	guest_place_remove(&tmpfs);
}

/* As packages are installed: a file under another name, then its own, and whose it is comes last. */
static void check_package(struct watch_self *self)
{
	const char *path = strdup(PATH_OF("%s/tool", self->place.dir));
	const char *other = strdup(PATH_OF("%s/other", self->place.dir));

	GUEST_RUN(NULL, "mkdir", "-p", "/var/lib/dpkg/info");
	guest_put_elf(PATH_OF("%s.dpkg-new", path), BANNED, 0);
	ASSERT_EQ(0, rename(PATH_OF("%s.dpkg-new", path), path));
	guest_put_elf(other, HARMLESS, 0);
	UNTIL(now.counts[EMBARGO_WATCH_CLASSIFIED] >= 2 && !now.queued);
	EXPECT_EQ(BANNED, attempt_exec(path));
	guest_put_text("/var/lib/dpkg/info/test-evil.list", PATH_OF("%s\n", path));
	guest_put_text("/var/lib/dpkg/status-new",
		       "Package: test-evil\nStatus: install ok installed\nMaintainer: Evil\n"
		       "Architecture: amd64\nVersion: 1.0\n\n");
	ASSERT_EQ(0, rename("/var/lib/dpkg/status-new", "/var/lib/dpkg/status"));
	until_refused(path);
	EXPECT_EQ(HARMLESS, attempt_exec(other));
	unlink("/var/lib/dpkg/status");
	unlink("/var/lib/dpkg/info/test-evil.list");
}

/* The process that @parent started first; 0: none. */
static pid_t child_of(pid_t parent)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0, above;
	FILE *stat;

	while ((entry = readdir(processes))) {
		stat = atoi(entry->d_name) ? fopen(PATH_OF("/proc/%s/stat", entry->d_name), "re") : NULL;
		if (!stat)
			continue;
		if (fscanf(stat, "%*d (%*[^)]) %*c %d", &above) == 1 && above == parent &&
		    (!found || atoi(entry->d_name) < found))
			found = atoi(entry->d_name);
		fclose(stat);
	}
	closedir(processes);
	return found;
}

static pid_t watcher_of(pid_t daemon)
{
	pid_t watcher;

	while (!(watcher = child_of(child_of(daemon))))
		poll(NULL, 0, 1);
	return watcher;
}

/* The most memory that it had, in kB. */
static long memory_of(pid_t pid)
{
	FILE *file = fopen(PATH_OF("/proc/%d/status", pid), "re");
	char line[256];
	long most = -1;

	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "VmHWM: %ld", &most);
	if (file)
		fclose(file);
	return most;
}

/* @count files while the watcher does not run; the @banned one of them falls under the rule. */
static char *burst(struct watch_self *self, const char *dir, int count, int banned)
{
	pid_t watcher = watcher_of(self->daemon);
	struct guest_content content;
	char *path = NULL;

	guest_elf(&content, 256, HARMLESS, 0, NULL);
	ASSERT_EQ(0, kill(watcher, SIGSTOP));
	for (int i = 0; i < count; i++) {
		if (i == banned)
			path = put_banned(PATH_OF("%s/banned", dir));
		else
			guest_put(PATH_OF("%s/%d", dir, i), &content);
	}
	ASSERT_EQ(0, kill(watcher, SIGCONT));
	return path;
}

/* As many as apt may install: each is looked at, the one is found, and memory stays what it was. */
static void check_burst_absorbed(struct watch_self *self)
{
	uint64_t begun = guest_clock_ns(CLOCK_MONOTONIC), classified;
	struct guest_place tmpfs;
	long memory;

	place_watched(&tmpfs);
	classified = state().counts[EMBARGO_WATCH_CLASSIFIED];
	until_refused(burst(self, tmpfs.dir, 10000, 9000));
	UNTIL(now.counts[EMBARGO_WATCH_CLASSIFIED] >= classified + 10000 && !now.queued);
	EXPECT_EQ(0, state().counts[EMBARGO_WATCH_OVERFLOWS]);
	memory = memory_of(watcher_of(self->daemon));
	printf("10,000 files in %.1f s, the watcher had %ld kB at most\n",
	       (guest_clock_ns(CLOCK_MONOTONIC) - begun) / 1e9, memory);
	EXPECT_LT(0, memory);
	EXPECT_GT(MEMORY_KB, memory);
	guest_place_remove(&tmpfs);
}

/* What the queue does not hold is found all the same, and it is told that something was missed. */
static void check_burst_too_large(struct watch_self *self)
{
	struct guest_place tmpfs;
	char *message;

	place_watched(&tmpfs);
	until_refused(burst(self, tmpfs.dir, 300, 299));
	EXPECT_NOT_NULL(message_with(self, " watch-lost ["));
	message = message_with(self, " watch-rescanned [");
	ASSERT_NOT_NULL(message);
	printf("%s\n", message);
	UNTIL(now.counts[EMBARGO_WATCH_RESCANS] && !now.lost);
	EXPECT_LE(1, state().counts[EMBARGO_WATCH_OVERFLOWS]);
	guest_place_remove(&tmpfs);
}

/* A watcher that dies is started again, and what was missed is found. */
static void check_killed(struct watch_self *self)
{
	const char *path = strdup(PATH_OF("%s/new", self->place.dir));
	pid_t watcher;

	watcher = watcher_of(self->daemon);
	ASSERT_EQ(0, kill(watcher, SIGSTOP));
	put_banned(path);
	ASSERT_EQ(0, kill(watcher, SIGKILL));
	printf("killed, and found %.0f ms later\n", until_refused(path));
	EXPECT_EQ(1, state().counts[EMBARGO_WATCH_RESTARTS]);
	until_refused(put_banned(PATH_OF("%s/newer", self->place.dir)));
}

/* Into @fd, and close it: a copy that falls under the rule. */
static void write_banned(int fd)
{
	static int salt;
	int in = open(GUEST_PROBE, O_RDONLY | O_CLOEXEC);

	ASSERT_LE(0, in);
	ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
	ASSERT_EQ(0, attempt_copy(in, fd));
	ASSERT_LT(0, dprintf(fd, "other name %d", salt++));
	close(in);
	close(fd);
}

/* What @fd has so far, under its new name, is harmless, and was looked at. */
static void until_looked_at(uint64_t before)
{
	UNTIL(now.counts[EMBARGO_WATCH_CLASSIFIED] > before && !now.queued);
}

/* The name by which a file was opened is gone when it is closed, and of the other name nobody tells. */
static void check_other_name(struct watch_self *self)
{
	const char *shown = strdup(PATH_OF("%s/shown", self->place.dir));
	const char *kept = strdup(PATH_OF("%s/kept", self->place.dir));
	const char *unnamed = strdup(PATH_OF("%s/unnamed", self->place.dir));
	uint64_t before = state().counts[EMBARGO_WATCH_CLASSIFIED];
	int fd = open(shown, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	ASSERT_LE(0, fd);
	ASSERT_EQ(1, write(fd, "#", 1));
	ASSERT_EQ(0, link(shown, kept));
	ASSERT_EQ(0, unlink(shown));
	until_looked_at(before);
	write_banned(fd);
	until_refused(kept);

	fd = open(self->place.dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0755);
	ASSERT_LE(0, fd);
	ASSERT_EQ(1, write(fd, "#", 1));
	before = state().counts[EMBARGO_WATCH_CLASSIFIED];
	ASSERT_EQ(0, linkat(AT_FDCWD, PATH_OF("/proc/self/fd/%d", fd), AT_FDCWD, unnamed, AT_SYMLINK_FOLLOW));
	until_looked_at(before);
	write_banned(fd);
	until_refused(unnamed);
}

/* Who has a lease on his file cannot keep it from being looked at. */
static void check_leased(struct watch_self *self)
{
	pid_t watcher = watcher_of(self->daemon);
	char *path;
	int fd;

	signal(SIGIO, SIG_IGN);
	ASSERT_EQ(0, kill(watcher, SIGSTOP));
	path = put_banned(PATH_OF("%s/leased", self->place.dir));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_EQ(0, fcntl(fd, F_SETLEASE, F_WRLCK));
	ASSERT_EQ(0, kill(watcher, SIGCONT));
	/* Time for the watcher to meet it; nothing is written when it is given back. */
	poll(NULL, 0, 1000);
	close(fd);
	until_refused(path);
}

/* What comes between one daemon and the next, as when the package is upgraded, is found. */
static void check_restarted(struct watch_self *self, const char *settings)
{
	char *path;

	EXPECT_EQ(0, guest_end(self->daemon, SIGTERM));
	path = put_banned(PATH_OF("%s/meanwhile", self->place.dir));
	self->daemon = guest_daemon_start_with(settings);
	until_refused(path);
}

/* Turned off, and for policies without such rules, nothing is watched; and then again. */
static void check_off_and_on(struct watch_self *self)
{
	char *path = strdup(PATH_OF("%s/new", self->place.dir));

	guest_put_text("/run/test.conf", "syslog = rfc5424\nwatch = off\n");
	kill(self->daemon, SIGHUP);
	UNTIL(!now.active);
	put_banned(path);
	guest_put_text("/run/test.conf", "syslog = rfc5424\nwatch = auto\n");
	kill(self->daemon, SIGHUP);
	until_watched();
	until_refused(put_banned(PATH_OF("%s/newer", self->place.dir)));
	EXPECT_EQ(0, attempt_mmap_exec(path));
	guest_lift();
	UNTIL(!now.active);
	EXPECT_EQ(0, attempt_mmap_exec(PATH_OF("%s/newer", self->place.dir)));
}

TEST_F(watch, what_comes)
{
	put_banned(PATH_OF("%s/old", self->place.dir));
	begin(self, self->rule, "rate-limit = off");
	check_written(self);
	check_mounts();
	check_leased(self);
	check_other_name(self);
	check_off_and_on(self);
}

TEST_F(watch, ten_thousand_files)
{
	begin(self, self->rule, "rate-limit = off");
	check_burst_absorbed(self);
}

TEST_F(watch, what_was_missed)
{
	begin(self, self->rule, "watch-queue = 64");
	check_burst_too_large(self);
	check_killed(self);
	check_restarted(self, "watch-queue = 64");
}

static char *limit_set(const char *file, const char *value)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	char before[32] = "";

	ASSERT_LT(0, read(fd, before, sizeof(before) - 1));
	close(fd);
	guest_put_text(file, value);
	return strdup(before);
}

/* The kernel gives out nothing to be told by: the daemon goes on, says why, and files are found by scans. */
TEST_F(watch, limits_that_are_used_up)
{
	static const char groups[] = "/proc/sys/fs/fanotify/max_user_groups";
	static const char instances[] = "/proc/sys/fs/inotify/max_user_instances";
	char *path = strdup(PATH_OF("%s/old", self->place.dir)), *output;
	char *had_groups = limit_set(groups, "0"), *had_instances = limit_set(instances, "0");

	put_banned(path);
	guest_load("--enforce", NULL, self->rule);
	self->daemon = guest_daemon_start_with("rate-limit = off");
	until_refused(path);
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_TRUE(strstr(output, "watch       not watching: fs.fanotify.max_user_groups is used up") !=
		    NULL)
	{
		TH_LOG("%s", output);
	}
	guest_put_text(groups, had_groups);
	guest_put_text(instances, had_instances);
	UNTIL(now.active && !now.blind && now.filesystems);
	until_refused(put_banned(PATH_OF("%s/newer", self->place.dir)));
}

TEST_F(watch, packages)
{
	begin(self, "ban package name=test-evil reason=evil\n", "rate-limit = off");
	check_package(self);
}

GUEST_MAIN
