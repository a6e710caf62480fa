// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kept verdict must not outlive the content that it was given for. A harmless file and a banned content
 * of the same size take turns in one inode; "reference" holds the banned content all the time.
 */
#include "tests/guest/guest.h"

#include <sys/ioctl.h>

#define TICK_MS 40 /* after so long without a write a verdict is kept, where one may be kept at all */

FIXTURE(rewrite)
{
	struct guest_place place;
	struct guest_content harmless, banned;
	const char *file, *reference;
};

GUEST_PLACES(rewrite);

FIXTURE_SETUP(rewrite)
{
	guest_place_make(&self->place, variant->fs);
	self->file = strdup(PATH_OF("%s/file", self->place.dir));
	self->reference = strdup(PATH_OF("%s/reference", self->place.dir));
	guest_elf(&self->harmless, FILE_SIZE, HARMLESS, 0, NULL);
	guest_elf(&self->banned, FILE_SIZE, BANNED, 0, NULL);
	guest_put(self->reference, &self->banned);
	guest_put(self->file, &self->harmless);
	EXPECT_EQ(BANNED, attempt_exec(self->reference));
	guest_ban(self->reference);
	EXPECT_EQ(-EPERM, attempt_exec(self->reference));
}

FIXTURE_TEARDOWN(rewrite)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->reference));
	guest_place_remove(&self->place);
}

/* Time itself is what is waited for here: the tick of the clock that file systems stamp files with. */
static void pass_ms(int ms)
{
	poll(NULL, 0, ms);
}

/*
 * The harmless file runs until its verdict is answered from the cache. On Linux 6.1 overlayfs does not ask
 * for the version of the file below, so that there the clock must be seen to move twice.
 */
static void run_until_kept(struct rewrite_self *self)
{
	long long kept = guest_number("kept");

	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(HARMLESS, attempt_exec(self->file));
		pass_ms(TICK_MS);
	}
	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	EXPECT_LT(kept, guest_number("kept"));
}

/* Nothing is kept of it any more: each run hashes, but once. */
static void run_never_kept(struct rewrite_self *self)
{
	long long kept = guest_number("kept"), hashed = guest_number("hashed");

	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(HARMLESS, attempt_exec(self->file));
		pass_ms(TICK_MS);
	}
	EXPECT_EQ(kept, guest_number("kept"));
	EXPECT_EQ(hashed + 4, guest_number("hashed"));
}

TEST_F(rewrite, to_banned_and_back)
{
	run_until_kept(self);
	guest_rewrite(self->file, &self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(self->file));
	pass_ms(TICK_MS);
	EXPECT_EQ(-EPERM, attempt_exec(self->file));
	EXPECT_EQ(-EPERM, attempt_exec(self->file));
	guest_rewrite(self->file, &self->harmless);
	run_until_kept(self);
}

TEST_F(rewrite, with_its_mtime_put_back)
{
	struct stat before, after;

	run_until_kept(self);
	ASSERT_EQ(0, stat(self->file, &before));
	guest_rewrite(self->file, &self->banned);
	ASSERT_EQ(0, utimensat(AT_FDCWD, self->file, (struct timespec[]){before.st_atim, before.st_mtim}, 0));
	ASSERT_EQ(0, stat(self->file, &after));
	EXPECT_EQ(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	EXPECT_EQ(-EPERM, attempt_exec(self->file));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->file));
}

/*
 * Runs, is rewritten and must not run, as fast as it goes: often within one tick, so that ctime is the same.
 * Between the first run and the rewrite passes more and more time, so that verdicts get kept in some rounds.
 */
static void race(struct rewrite_self *self, int (*attempt)(const char *), int harmless, int rounds)
{
	int same = 0, wrong = 0, refused = 0;
	struct stat before, after;
	uint64_t end;

	for (int i = 0; i < rounds; i++) {
		guest_pin_to(i & 1);
		guest_rewrite(self->file, &self->harmless);
		end = guest_clock_ns(CLOCK_BOOTTIME) + i % 16 * 3000000ULL;
		do
			refused += attempt(self->file) != harmless;
		while (guest_clock_ns(CLOCK_BOOTTIME) < end);
		stat(self->file, &before);
		guest_rewrite(self->file, &self->banned);
		wrong += attempt(self->file) != -EPERM;
		stat(self->file, &after);
		same += before.st_ctim.tv_sec == after.st_ctim.tv_sec &&
			before.st_ctim.tv_nsec == after.st_ctim.tv_nsec;
	}
	EXPECT_EQ(0, wrong)
	{
		TH_LOG("in %d of %d rounds, %d with the same ctime", wrong, rounds, same);
	}
	EXPECT_EQ(0, refused);
	printf("%d of %d rewrites left ctime as it was\n", same, rounds);
}

TEST_F(rewrite, within_the_same_tick_then_executed)
{
	race(self, attempt_exec, HARMLESS, 64);
}

TEST_F(rewrite, within_the_same_tick_then_mapped)
{
	race(self, attempt_mmap_exec, 0, 128);
}

static void write_mapped(const char *path, const struct guest_content *content)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	char *memory = mmap(NULL, content->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	ASSERT_NE(MAP_FAILED, memory)
	{
		TH_LOG("%s: %m", path);
	}
	close(fd);
	memcpy(memory, content->bytes, content->size);
	munmap(memory, content->size);
}

TEST_F(rewrite, through_a_shared_mapping)
{
	run_until_kept(self);
	write_mapped(self->file, &self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(self->file));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->file));
	write_mapped(self->file, &self->harmless);
	run_never_kept(self); /* who mapped it may have pages of it for ever */
}

/* The page is writable already when the verdict is given: the second write shows in no time stamp. */
TEST_F(rewrite, through_a_mapping_that_stays)
{
	int fd = open(self->file, O_RDWR | O_CLOEXEC);
	char *memory = mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	long long kept;

	ASSERT_NE(MAP_FAILED, memory);
	close(fd);
	memcpy(memory, self->harmless.bytes, FILE_SIZE);
	kept = guest_number("kept");
	EXPECT_EQ(0, attempt_mmap_exec(self->file));
	pass_ms(TICK_MS);
	EXPECT_EQ(0, attempt_mmap_exec(self->file));
	EXPECT_EQ(0, attempt_mmap_exec(self->file));
	EXPECT_EQ(kept, guest_number("kept"));
	memcpy(memory, self->banned.bytes, FILE_SIZE);
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->file));
	munmap(memory, FILE_SIZE);
	EXPECT_EQ(-EPERM, attempt_exec(self->file));
}

/* Somebody has it open for writing: no verdict is kept, and mprotect() finds none. */
TEST_F(rewrite, through_a_descriptor_that_stays)
{
	int fd = open(self->file, O_WRONLY | O_CLOEXEC);
	long long kept = guest_number("kept");

	EXPECT_EQ(0, attempt_mmap_exec(self->file));
	pass_ms(TICK_MS);
	EXPECT_EQ(0, attempt_mmap_exec(self->file));
	EXPECT_EQ(0, attempt_mmap_exec(self->file));
	EXPECT_EQ(-EPERM, attempt_mmap_then_mprotect(self->file));
	EXPECT_EQ(kept, guest_number("kept"));
	ASSERT_EQ(FILE_SIZE, pwrite(fd, self->banned.bytes, FILE_SIZE, 0));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->file));
	ASSERT_EQ(FILE_SIZE, pwrite(fd, self->harmless.bytes, FILE_SIZE, 0));
	EXPECT_EQ(0, attempt_mmap_exec(self->file));
	close(fd);
	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
}

static void write_truncated(const char *path, const struct guest_content *content)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	ASSERT_EQ(content->size, write(fd, content->bytes, content->size));
	close(fd);
}

static void write_copied(const char *path, const struct guest_content *content)
{
	int from = memfd_create("content", MFD_CLOEXEC), to = open(path, O_WRONLY | O_CLOEXEC);

	ASSERT_EQ(content->size, write(from, content->bytes, content->size));
	ASSERT_EQ(0, lseek(from, 0, SEEK_SET));
	ASSERT_EQ(content->size, sendfile(to, from, NULL, content->size));
	close(from);
	close(to);
}

static void write_spliced(const char *path, const struct guest_content *content)
{
	int pipes[2], to = open(path, O_WRONLY | O_CLOEXEC);

	ASSERT_EQ(0, pipe2(pipes, O_CLOEXEC));
	ASSERT_EQ(content->size, write(pipes[1], content->bytes, content->size));
	for (size_t done = 0; done < content->size;)
		done += splice(pipes[0], NULL, to, NULL, content->size - done, 0);
	close(pipes[0]);
	close(pipes[1]);
	close(to);
}

/* Past the page cache, where the file system can; it writes whole blocks, so the rest is cut off again. */
static void write_direct(const char *path, const struct guest_content *content)
{
	static _Alignas(4096) char block[8192];
	int fd = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);

	if (fd < 0)
		fd = open(path, O_WRONLY | O_CLOEXEC);
	memcpy(block, content->bytes, content->size);
	ASSERT_EQ(sizeof(block), pwrite(fd, block, sizeof(block), 0))
	{
		TH_LOG("%m");
	}
	ASSERT_EQ(0, ftruncate(fd, content->size));
	close(fd);
}

/* Another inode under the same name. */
static void write_renamed(const char *path, const struct guest_content *content)
{
	const char *other = PATH_OF("%s.new", path);

	guest_put(other, content);
	ASSERT_EQ(0, rename(other, path));
}

TEST_F(rewrite, by_whatever_call)
{
	static void (*const writers[])(const char *, const struct guest_content *) = {
		write_truncated, write_copied, write_spliced, write_direct, write_renamed,
	};

	for (size_t i = 0; i < sizeof(writers) / sizeof(*writers); i++) {
		run_until_kept(self);
		writers[i](self->file, &self->banned);
		EXPECT_EQ(-EPERM, attempt_exec(self->file))
		{
			TH_LOG("writer %zu", i);
		}
		writers[i](self->file, &self->harmless);
		EXPECT_EQ(HARMLESS, attempt_exec(self->file))
		{
			TH_LOG("writer %zu", i);
		}
	}
}

GUEST_MAIN
