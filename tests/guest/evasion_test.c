// SPDX-License-Identifier: GPL-2.0-or-later
/* Ways past a path rule, each tried as root or as an ordinary user in a namespace of his own. */
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "loader/internal.h"
#include "tests/guest/interpreter.h"

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

FIXTURE(evasion)
{
	struct guest_place place;
	const char *vendor;	    /* the banned directory */
	const char *banned, *clean; /* the same program in it and beside it */
	const char *ban;	    /* the rule */
};

FIXTURE_SETUP(evasion)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->vendor = strdup(PATH_OF("%s/vendor", self->place.dir));
	self->banned = strdup(PATH_OF("%s/bin/program", self->vendor));
	self->clean = strdup(PATH_OF("%s/program", self->place.dir));
	self->ban = strdup(PATH_OF("ban path prefix=\"%s/\"\n", self->vendor));
	ASSERT_EQ(0, mkdir(self->vendor, 0755));
	ASSERT_EQ(0, mkdir(PATH_OF("%s/bin", self->vendor), 0755));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->clean, HARMLESS, 0);
}

FIXTURE_TEARDOWN(evasion)
{
	guest_lift();
	guest_place_remove(&self->place);
}

static bool put_line(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line);

	close(fd);
	return done;
}

/* An ordinary user, root in a world of his own. */
static bool own_world(void)
{
	if (setgid(1000) || setuid(1000))
		return false;
	prctl(PR_SET_DUMPABLE, 1); /* else /proc/self belongs to root */
	return !unshare(CLONE_NEWUSER | CLONE_NEWNS) && put_line("/proc/self/uid_map", "0 1000 1") &&
	       put_line("/proc/self/setgroups", "deny") && put_line("/proc/self/gid_map", "0 1000 1");
}

static void run(const char *path)
{
	char *const argv[] = {"program", NULL};

	execv(path, argv);
}

/* Before, under the rule, and after it. */
static void check(const struct evasion_self *self, void (*step)(const void *), const char *path)
{
	EXPECT_EQ(BANNED, attempt_fork(step, path));
	guest_load("--enforce", NULL, self->ban);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_fork(step, path));
	EXPECT_EQ(HARMLESS, attempt_exec(self->clean));
	guest_lift();
	EXPECT_EQ(BANNED, attempt_fork(step, path));
}

TEST_F(evasion, path_mapped_first_made_executable_later)
{
	EXPECT_EQ(0, attempt_mmap_then_mprotect(self->banned));
	guest_load("--enforce", NULL, self->ban);
	EXPECT_EQ(-EPERM, attempt_mmap_then_mprotect(self->banned));
	EXPECT_EQ(-EPERM, attempt_none_then_mprotect(self->banned));
	EXPECT_EQ(-EPERM, attempt_shared_then_mprotect(self->banned));
	EXPECT_EQ(0, attempt_mmap_then_mprotect(self->clean));
	guest_lift();
	EXPECT_EQ(0, attempt_mmap_then_mprotect(self->banned));
}

#ifndef SYS_pkey_mprotect
#define SYS_pkey_mprotect 329
#endif

static int pkey(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	int r = syscall(SYS_pkey_mprotect, memory, 4096, PROT_READ | PROT_EXEC, -1) ? -errno : 0;

	munmap(memory, 4096);
	close(fd);
	return r;
}

TEST_F(evasion, path_made_executable_by_pkey_mprotect)
{
	EXPECT_EQ(0, pkey(self->banned));
	guest_load("--enforce", NULL, self->ban);
	EXPECT_EQ(-EPERM, pkey(self->banned));
	EXPECT_EQ(0, pkey(self->clean));
	guest_lift();
	EXPECT_EQ(0, pkey(self->banned));
}

static void bind_step(const void *vendor)
{
	if (own_world() && !mount(vendor, "/mnt", NULL, MS_BIND, NULL))
		run("/mnt/bin/program");
}

TEST_F(evasion, path_bind_mount_by_user)
{
	check(self, bind_step, self->vendor);
}

static void bind_file_step(const void *program)
{
	if (own_world() && !mount(program, "/usr/bin/dash", NULL, MS_BIND, NULL))
		run("/usr/bin/dash");
}

TEST_F(evasion, path_file_bind_mount_by_user)
{
	check(self, bind_file_step, self->banned);
}

static void bind_root_step(const void *vendor)
{
	if (!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	    !mount(vendor, "/mnt", NULL, MS_BIND, NULL))
		run("/mnt/bin/program");
}

TEST_F(evasion, path_bind_mount_by_root)
{
	check(self, bind_root_step, self->vendor);
}

static void chroot_step(const void *vendor)
{
	if (own_world() && !chroot(vendor))
		run("/bin/program");
}

TEST_F(evasion, path_chroot_by_user)
{
	check(self, chroot_step, self->vendor);
}

/* Neither has a mount namespace of his own, only the right to change his root. */
static void chroot_only_step(const void *vendor)
{
	if (setgid(1000) || setuid(1000))
		return;
	prctl(PR_SET_DUMPABLE, 1);
	if (!unshare(CLONE_NEWUSER) && !chroot(vendor))
		run("/bin/program");
}

TEST_F(evasion, path_chroot_without_mount_namespace)
{
	check(self, chroot_only_step, self->vendor);
}

static void open_tree_step(const void *vendor)
{
	char *const argv[] = {"program", NULL};
	int tree;

	if (!own_world())
		return;
	tree = syscall(SYS_open_tree, AT_FDCWD, vendor, OPEN_TREE_CLONE | O_CLOEXEC);
	if (tree >= 0)
		syscall(SYS_execveat, tree, "bin/program", argv, environ, 0);
}

TEST_F(evasion, path_detached_mount_by_user)
{
	check(self, open_tree_step, self->vendor);
}

TEST_F(evasion, path_renamed_parent)
{
	const char *moved = strdup(PATH_OF("%s/moved", self->place.dir));

	guest_load("--enforce", NULL, self->ban);
	ASSERT_EQ(0, rename(self->vendor, moved));
	EXPECT_EQ(-EPERM, attempt_exec(PATH_OF("%s/bin/program", moved)));
	EXPECT_EQ(-EPERM, attempt_mmap_then_mprotect(PATH_OF("%s/bin/program", moved)));
	EXPECT_EQ(HARMLESS, attempt_exec(self->clean));
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(PATH_OF("%s/bin/program", moved)));
	ASSERT_EQ(0, rename(moved, self->vendor));
}

/* A directory that comes after the load is found by what the daemon does now and then. */
TEST_F(evasion, path_directory_that_appears_later)
{
	const char *away = strdup(PATH_OF("%s/away", self->place.dir));

	ASSERT_EQ(0, rename(self->vendor, away));
	guest_load("--enforce", NULL, self->ban);
	ASSERT_EQ(0, rename(away, self->vendor));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned)); /* by its path */
	EXPECT_EQ(BANNED, attempt_fork(bind_step, self->vendor));
	EXPECT_EQ(0, embargo_places_refresh(NULL));
	EXPECT_EQ(-EPERM, attempt_fork(bind_step, self->vendor));
	guest_lift();
	EXPECT_EQ(BANNED, attempt_fork(bind_step, self->vendor));
}

/* The number of a directory that is gone is given to another: that is not banned. */
TEST_F(evasion, path_directory_replaced)
{
	struct stat before, after = {};
	int i;

	guest_load("--enforce", NULL, self->ban);
	ASSERT_EQ(0, stat(self->vendor, &before));
	GUEST_RUN(NULL, "rm", "-r", self->vendor);
	for (i = 0; i < 64 && after.st_ino != before.st_ino; i++) {
		ASSERT_EQ(0, mkdir(PATH_OF("%s/d%d", self->place.dir, i), 0755));
		stat(PATH_OF("%s/d%d", self->place.dir, i), &after);
	}
	EXPECT_EQ(before.st_ino, after.st_ino);
	i--;
	guest_put_elf(PATH_OF("%s/d%d/program", self->place.dir, i), HARMLESS, 0);
	EXPECT_EQ(HARMLESS, attempt_exec(PATH_OF("%s/d%d/program", self->place.dir, i)));
}

struct over {
	const char *vendor, *allowed;
};

static void allow_step(const void *argument)
{
	const struct over *over = argument;

	if (own_world() && !mount(over->vendor, over->allowed, NULL, MS_BIND, NULL))
		run(PATH_OF("%s/bin/program", over->allowed));
}

/* What an exemption names is mounted over by a user with what is banned. */
TEST_F(evasion, path_allowed_name_mounted_over)
{
	const char *allowed = strdup(PATH_OF("%s/allowed", self->place.dir)), *rules;
	const struct over over = {.vendor = self->vendor, .allowed = allowed};

	ASSERT_EQ(0, mkdir(allowed, 0755));
	guest_put_elf(PATH_OF("%s/program", allowed), HARMLESS, 0);
	rules = strdup(
		PATH_OF("ban path prefix=\"%s/\"\nallow path prefix=\"%s/\"\n", self->place.dir, allowed));
	EXPECT_EQ(BANNED, attempt_fork(allow_step, &over));
	guest_load("--enforce", NULL, rules);
	EXPECT_EQ(HARMLESS, attempt_exec(PATH_OF("%s/program", allowed)));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_fork(allow_step, &over));
	guest_lift();
	EXPECT_EQ(BANNED, attempt_fork(allow_step, &over));
}

static int direct(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC), r;
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	r = memory == MAP_FAILED ? -errno : 0;
	if (!r)
		munmap(memory, 4096);
	close(fd);
	return r;
}

/* Opened so that it cannot be hashed, where a path is exempt: what kept it from being hashed decides. */
TEST_F(evasion, path_allow_excuses_no_unhashed_file)
{
	const char *allow = strdup(PATH_OF("allow path prefix=\"%s/\"\n", self->place.dir));
	const char *twin = strdup(PATH_OF("%s/twin", self->place.dir));
	long long failed;

	guest_copy_salted(self->clean, twin, "x");
	EXPECT_EQ(0, direct(self->clean));
	guest_load("--enforce", GUEST_RULES({.path = self->clean}), allow);
	EXPECT_EQ(-EPERM, attempt_exec(self->clean));
	EXPECT_EQ(HARMLESS, attempt_exec(twin));
	EXPECT_EQ(-EPERM, direct(self->clean));
	/* On a file whose hash nobody has yet. */
	guest_copy_salted(self->clean, twin, "");
	failed = guest_number("causes.hash-failed");
	EXPECT_EQ(-EPERM, direct(twin));
	EXPECT_EQ(failed + 1, guest_number("causes.hash-failed"));
	guest_lift();
	EXPECT_EQ(0, direct(self->clean));
}

/* An ordinary program gets the name of an interpreter, in a user's own world, and runs there. */
static void rename_interpreter_step(const void *script)
{
	char *const argv[] = {"cat", (char *)script, NULL};

	if (own_world() && !mount("/usr/bin/cat", "/usr/bin/dash", NULL, MS_BIND, NULL))
		execv("/usr/bin/dash", argv);
}

TEST_F(evasion, interpreter_name_given_to_another_program)
{
	const char *script = strdup(PATH_OF("%s/script", self->place.dir));

	interpreter_put(script, BANNED);
	EXPECT_EQ(BANNED, INTERPRETER_RUN("/usr/bin/dash", script));
	EXPECT_EQ(0, INTERPRETER_RUN("/usr/bin/cat", script));
	interpreter_load("--enforce", GUEST_RULES({.path = script, .format = "script"}), NULL);
	EXPECT_EQ(-EPERM, INTERPRETER_RUN("/usr/bin/dash", script));
	EXPECT_EQ(0, attempt_fork(rename_interpreter_step, script));
	EXPECT_EQ(0, INTERPRETER_RUN("/usr/bin/cat", script));
	EXPECT_EQ(-EPERM, INTERPRETER_RUN("/usr/bin/dash", script));
	interpreter_lift();
	EXPECT_EQ(BANNED, INTERPRETER_RUN("/usr/bin/dash", script));
}

/* And the interpreter another name: it is the same program. */
static void hide_interpreter_step(const void *script)
{
	char *const argv[] = {"x", (char *)script, NULL};

	if (own_world() && !mount("/usr/bin/dash", "/usr/bin/cat", NULL, MS_BIND, NULL))
		execv("/usr/bin/cat", argv);
}

TEST_F(evasion, interpreter_under_another_name)
{
	const char *script = strdup(PATH_OF("%s/script", self->place.dir));

	interpreter_put(script, BANNED);
	EXPECT_EQ(BANNED, attempt_fork(hide_interpreter_step, script));
	interpreter_load("--enforce", GUEST_RULES({.path = script, .format = "script"}), NULL);
	EXPECT_NE(BANNED, attempt_fork(hide_interpreter_step, script));
	interpreter_lift();
	EXPECT_EQ(BANNED, attempt_fork(hide_interpreter_step, script));
}

GUEST_MAIN
