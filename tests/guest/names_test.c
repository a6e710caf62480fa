// SPDX-License-Identifier: GPL-2.0-or-later
/* A banned content stays banned under every name, and wherever it is looked at from. */
#include "tests/guest/guest.h"
#include "tests/guest/world.h"

FIXTURE(names)
{
	struct guest_place place;
	const char *banned, *twin;
};

GUEST_PLACES(names);

FIXTURE_SETUP(names)
{
	guest_place_make(&self->place, variant->fs);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->twin = strdup(PATH_OF("%s/twin", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->twin, HARMLESS, 0);
}

FIXTURE_TEARDOWN(names)
{
	guest_place_remove(&self->place);
}

static int attempt_hard_link(const char *path)
{
	const char *other = PATH_OF("%s.link", path);
	int r = link(path, other) ? -errno : attempt_exec(other);

	unlink(other);
	return r;
}

TEST_F(names, hard_link)
{
	guest_check(attempt_hard_link, self->banned, BANNED, self->twin, HARMLESS);
}

static int attempt_symbolic_link(const char *path)
{
	const char *other = PATH_OF("%s.link", path);
	int r = symlink(path, other) ? -errno : attempt_exec(other);

	unlink(other);
	return r;
}

TEST_F(names, symbolic_link)
{
	guest_check(attempt_symbolic_link, self->banned, BANNED, self->twin, HARMLESS);
}

static int attempt_renamed(const char *path)
{
	const char *other = PATH_OF("%s.renamed", path);
	int r = rename(path, other) ? -errno : attempt_exec(other);

	EXPECT_EQ(0, rename(other, path));
	return r;
}

TEST_F(names, renamed)
{
	guest_check(attempt_renamed, self->banned, BANNED, self->twin, HARMLESS);
}

static int attempt_copied(const char *path)
{
	const char *other = PATH_OF("%s.copy", path);
	int r;

	guest_copy_salted(path, other, "");
	r = attempt_exec(other);
	unlink(other);
	return r;
}

TEST_F(names, copied)
{
	guest_check(attempt_copied, self->banned, BANNED, self->twin, HARMLESS);
}

/* From the place's file system to another: the hash is of the content alone. */
static int attempt_copied_away(const char *path)
{
	int r;

	guest_copy_salted(path, "/dev/shm/copy", "");
	r = attempt_exec("/dev/shm/copy");
	unlink("/dev/shm/copy");
	return r;
}

TEST_F(names, copied_to_another_file_system)
{
	guest_check(attempt_copied_away, self->banned, BANNED, self->twin, HARMLESS);
}

static int attempt_bind_mounted(const char *path)
{
	const char *other = "/dev/shm/bound";
	int fd = open(other, O_CREAT | O_CLOEXEC, 0644), r;

	close(fd);
	r = mount(path, other, NULL, MS_BIND, NULL) ? -errno : attempt_exec(other);
	umount2(other, MNT_DETACH);
	unlink(other);
	return r;
}

TEST_F(names, bind_mounted)
{
	guest_check(attempt_bind_mounted, self->banned, BANNED, self->twin, HARMLESS);
}

static void chroot_step(const void *path)
{
	char *const argv[] = {"program", NULL}, *directory = strdup(path), *name = strrchr(directory, '/');

	*name = '\0';
	if (!chroot(directory) && !chdir("/"))
		execv(PATH_OF("/%s", name + 1), argv);
}

static int attempt_chroot(const char *path)
{
	return attempt_fork(chroot_step, path);
}

TEST_F(names, chroot)
{
	guest_check(attempt_chroot, self->banned, BANNED, self->twin, HARMLESS);
}

/* A user without privileges makes himself root in a world of his own, and a file system in it. */
static void namespace_step(const void *path)
{
	char *const argv[] = {"program", NULL};
	int from = open(path, O_RDONLY | O_CLOEXEC), to;

	if (from < 0 || !world_own() || mount("tmpfs", "/mnt", "tmpfs", 0, NULL))
		return;
	to = open("/mnt/program", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (to < 0 || attempt_copy(from, to))
		return;
	close(to);
	execv("/mnt/program", argv);
}

static int attempt_namespace(const char *path)
{
	return attempt_fork(namespace_step, path);
}

TEST_F(names, user_and_mount_namespace)
{
	guest_check(attempt_namespace, self->banned, BANNED, self->twin, HARMLESS);
}

static void user_step(const void *path)
{
	char *const argv[] = {"program", NULL};

	if (!setgid(1000) && !setuid(1000))
		execv(path, argv);
}

static int attempt_user(const char *path)
{
	return attempt_fork(user_step, path);
}

TEST_F(names, user_without_privileges)
{
	guest_check(attempt_user, self->banned, BANNED, self->twin, HARMLESS);
}

/* A container's program lies in a lower layer, and may be copied up. */
TEST(program_in_a_lower_layer)
{
	struct guest_place place;
	const char *lower, *merged;

	guest_place_make(&place, GUEST_OVERLAY);
	lower = PATH_OF("%s/lower/banned", place.base);
	merged = PATH_OF("%s/banned", place.dir);
	guest_put_elf(lower, BANNED, 0);
	EXPECT_EQ(BANNED, attempt_exec(merged));
	guest_ban(lower);
	EXPECT_EQ(-EPERM, attempt_exec(lower));
	EXPECT_EQ(-EPERM, attempt_exec(merged));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(merged));
	EXPECT_EQ(0, chmod(merged, 0700)); /* copies it up */
	EXPECT_EQ(0, access(PATH_OF("%s/upper/banned", place.base), X_OK));
	EXPECT_EQ(-EPERM, attempt_exec(merged));
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(merged));
	guest_place_remove(&place);
}

GUEST_MAIN
