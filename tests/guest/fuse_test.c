// SPDX-License-Identifier: GPL-2.0-or-later
/* FUSE: a server says what a file holds and how long it is, may change its mind, and may never answer. */
#include "tests/guest/guest.h"
#include "tests/guest/guest_fuse.h"
#include "tests/guest/guest_kept.h"
#include "tests/guest/world.h"

#include <pthread.h>

FIXTURE(fuse)
{
	struct guest_fuse fuse;
	struct guest_content harmless, banned;
	const char *base, *mount, *file, *reference;
};

FIXTURE_SETUP(fuse)
{
	char base[] = "/mnt/ext4/test.XXXXXX";

	guest_lift();
	GUEST_RUN(NULL, "modprobe", "-q", "fuse");
	ASSERT_EQ(0, chmod("/dev/fuse", 0666)); /* as udev does */
	ASSERT_NOT_NULL(mkdtemp(base));
	chmod(base, 0755);
	self->base = strdup(base);
	self->mount = strdup(PATH_OF("%s/mount", base));
	self->file = strdup(PATH_OF("%s/mount/file", base));
	self->reference = strdup(PATH_OF("%s/reference", base));
	ASSERT_EQ(0, mkdir(self->mount, 0755));
	guest_elf(&self->harmless, FILE_SIZE, HARMLESS, 0, NULL);
	guest_elf(&self->banned, FILE_SIZE, BANNED, 0, NULL);
	guest_put(self->reference, &self->banned);
	guest_ban(self->reference);
}

FIXTURE_TEARDOWN(fuse)
{
	guest_lift();
	GUEST_RUN(NULL, "rm", "-rf", self->base);
}

TEST_F(fuse, content_changes_at_the_server)
{
	long long kept;

	guest_fuse_start(&self->fuse, self->mount);
	guest_fuse_show(&self->fuse, &self->harmless);
	kept = guest_number("kept");
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(HARMLESS, attempt_exec(self->file));
		poll(NULL, 0, GUEST_TICK_MS);
	}
	EXPECT_EQ(kept, guest_number("kept"));
	guest_fuse_show(&self->fuse, &self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(self->file));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->file));
	guest_fuse_show(&self->fuse, &self->harmless);
	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	guest_fuse_stop(&self->fuse, self->mount);
}

/* What has no size yet may have any: it is read only after it was let through, and then its server says it.
 */
TEST_F(fuse, size_is_not_told)
{
	for (int direct = 0; direct < 2; direct++) {
		guest_fuse_start(&self->fuse, self->mount);
		self->fuse.state->direct = direct;
		guest_fuse_show(&self->fuse, &self->banned);
		self->fuse.state->named_size = 0;
		EXPECT_EQ(-EPERM, attempt_exec(self->file));
		EXPECT_EQ(-EPERM, attempt_mmap_exec(self->file));
		guest_fuse_stop(&self->fuse, self->mount);
	}
}

/* @twin, @banned: what comes of the files, which have the size of a banned one. */
static void run_as_user(struct fuse_self *self, int twin, int banned, int *ret_reads)
{
	int *reads = mmap(NULL, sizeof(*reads), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = fork();

	if (!pid) {
		ASSERT_TRUE(world_own());
		guest_fuse_start(&self->fuse, self->mount);
		guest_fuse_show(&self->fuse, &self->harmless);
		EXPECT_EQ(twin, attempt_exec(self->file));
		guest_fuse_show(&self->fuse, &self->banned);
		EXPECT_EQ(banned, attempt_exec(self->file));
		guest_fuse_show(&self->fuse, &self->banned);
		self->fuse.state->content.size++; /* of no banned one's size: runs in any case */
		self->fuse.state->named_size++;
		EXPECT_EQ(BANNED, attempt_exec(self->file));
		*reads = self->fuse.state->reads;
		guest_fuse_stop(&self->fuse, self->mount);
		_exit(0);
	}
	EXPECT_EQ(0, attempt_status(pid));
	*ret_reads = *reads;
	munmap(reads, sizeof(*reads));
}

/* Its owner could hold up the read, and with it the host: it has a cause of its own, and is not read. */
TEST_F(fuse, of_a_user_namespace)
{
	long long causes = guest_number("causes.user-fuse"), hashed = guest_number("hashed");
	int reads;

	ASSERT_EQ(0, chown(self->mount, 1000, 1000));
	run_as_user(self, -EPERM, -EPERM, &reads);
	EXPECT_LE(causes + 2, guest_number("causes.user-fuse"));
	guest_load("--enforce", GUEST_RULES({.path = self->reference}), "on-error user-fuse allow\n");
	run_as_user(self, HARMLESS, BANNED, &reads);
	guest_load("--enforce", GUEST_RULES({.path = self->reference}), "on-error user-fuse audit\n");
	run_as_user(self, HARMLESS, BANNED, &reads);
	EXPECT_EQ(hashed, guest_number("hashed"));
}

struct late_read {
	const char *from;
	char *memory;
	ssize_t done;
};

/* The pages that it reads into stay pinned until the server answers, whatever becomes of the mapping. */
static void *read_late(void *argument)
{
	struct late_read *late = argument;
	int fd = open(late->from, O_RDONLY | O_DIRECT | O_CLOEXEC);

	late->done = pread(fd, late->memory, 8192, 0);
	close(fd);
	return NULL;
}

static void land_late(struct fuse_self *self, const char *target)
{
	struct late_read late = {.from = self->file};
	pthread_t reader;
	int fd;

	guest_fuse_show(&self->fuse, &self->banned);
	guest_put(target, &self->harmless);
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(HARMLESS, attempt_exec(target));
		poll(NULL, 0, GUEST_TICK_MS);
	}
	fd = open(target, O_RDWR | O_CLOEXEC);
	late.memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, late.memory);
	close(fd);
	self->fuse.state->hold = true;
	ASSERT_EQ(0, pthread_create(&reader, NULL, read_late, &late));
	for (int i = 0; i < GUEST_PATIENCE_MS && !__atomic_load_n(&self->fuse.state->held, __ATOMIC_SEQ_CST);
	     i++)
		usleep(1000);
	ASSERT_LT(0, self->fuse.state->held);
	munmap(late.memory, 8192);
	/* Nobody has it open or mapped, and nothing has changed: it runs, as often as it likes. */
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(HARMLESS, attempt_exec(target));
		poll(NULL, 0, GUEST_TICK_MS);
	}
	guest_fuse_release(&self->fuse);
	pthread_join(reader, NULL);
	EXPECT_EQ(FILE_SIZE, late.done);
	EXPECT_EQ(-EPERM, attempt_exec(target));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(target));
}

TEST_F(fuse, direct_read_lands_late)
{
	const char *tmp = strdup(PATH_OF("%s/tmp", self->base));

	ASSERT_EQ(0, mkdir(tmp, 0755));
	ASSERT_EQ(0, mount("tmpfs", tmp, "tmpfs", 0, "mode=755"));
	guest_fuse_start(&self->fuse, self->mount);
	self->fuse.state->direct = true;
	land_late(self, PATH_OF("%s/target", self->base));
	land_late(self, PATH_OF("%s/target", tmp));
	guest_fuse_stop(&self->fuse, self->mount);
	EXPECT_EQ(0, umount2(tmp, MNT_DETACH));
}

GUEST_MAIN
