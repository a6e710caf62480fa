// SPDX-License-Identifier: GPL-2.0-or-later
/* Ways past a path rule, each tried as root or as an ordinary user in a namespace of his own. */
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "tests/guest/technique.h"
#include "tests/guest/world.h"

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

static void run(const char *path)
{
	char *const argv[] = {"program", NULL};

	execv(path, argv);
}

#define PLACE "the directory is known by device and inode, whatever it is called and seen from"
#define BYTES "the rule asks where a file is: a hash or a signer bans what it is"

/* A line of the table: what was seen. */
static void seen(const char *name, int status, const char *why)
{
	technique_line("path", name, "ext4", status == -EPERM ? TECHNIQUE_REFUSED : TECHNIQUE_PASSES, why);
}

/* Before, under the rule, and after it. */
static void check(const struct evasion_self *self, void (*step)(const void *), const char *path,
		  const char *name)
{
	int status;

	EXPECT_EQ(BANNED, attempt_fork(step, path));
	guest_load("--enforce", NULL, self->ban);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	status = attempt_fork(step, path);
	EXPECT_EQ(-EPERM, status);
	seen(name, status, PLACE);
	EXPECT_EQ(HARMLESS, attempt_exec(self->clean));
	guest_lift();
	EXPECT_EQ(BANNED, attempt_fork(step, path));
}

#define ASKED "where the file is, is asked at every hook"

static const struct technique mapped[] = {
	{"mmap, later mprotect", attempt_mmap_then_mprotect, 0, TECHNIQUE_REFUSED, ASKED},
	{"mmap PROT_NONE, later mprotect", attempt_none_then_mprotect, 0, TECHNIQUE_REFUSED, ASKED},
	{"mmap MAP_SHARED, later mprotect", attempt_shared_then_mprotect, 0, TECHNIQUE_REFUSED, ASKED},
	{"mmap PROT_EXEC", attempt_mmap_exec, 0, TECHNIQUE_REFUSED, ASKED},
	{"mmap PROT_EXEC, MAP_SHARED", attempt_mmap_shared_exec, 0, TECHNIQUE_REFUSED, ASKED},
	{"mmap PROT_READ under READ_IMPLIES_EXEC", attempt_mmap_implied, 0, TECHNIQUE_REFUSED, ASKED},
	{"execveat of a descriptor (O_PATH)", attempt_exec_fd, BANNED, TECHNIQUE_REFUSED, ASKED},
	{"copy in a memfd", attempt_memfd, BANNED, TECHNIQUE_PASSES, BYTES},
};

TEST_F(evasion, path_mapped_first_made_executable_later)
{
	EXPECT_EQ(0, attempt_mmap_then_mprotect(self->banned));
	guest_load("--enforce", NULL, self->ban);
	for (size_t i = 0; i < sizeof(mapped) / sizeof(*mapped); i++)
		technique_try(&mapped[i], self->banned, "path", "ext4");
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
	technique_try(&(struct technique){"mmap, later pkey_mprotect", pkey, 0, TECHNIQUE_REFUSED, ASKED},
		      self->banned, "path", "ext4");
	EXPECT_EQ(0, pkey(self->clean));
	guest_lift();
	EXPECT_EQ(0, pkey(self->banned));
}

static void bind_step(const void *vendor)
{
	if (world_own() && !mount(vendor, "/mnt", NULL, MS_BIND, NULL))
		run("/mnt/bin/program");
}

TEST_F(evasion, path_bind_mount_by_user)
{
	check(self, bind_step, self->vendor, "bind mount of the directory by a user");
}

static void bind_file_step(const void *program)
{
	if (world_own() && !mount(program, "/usr/bin/dash", NULL, MS_BIND, NULL))
		run("/usr/bin/dash");
}

TEST_F(evasion, path_file_bind_mount_by_user)
{
	check(self, bind_file_step, self->banned, "bind mount of the file by a user");
}

static void bind_root_step(const void *vendor)
{
	if (!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	    !mount(vendor, "/mnt", NULL, MS_BIND, NULL))
		run("/mnt/bin/program");
}

TEST_F(evasion, path_bind_mount_by_root)
{
	check(self, bind_root_step, self->vendor, "bind mount by root in a mount namespace");
}

static void chroot_step(const void *vendor)
{
	if (world_own() && !chroot(vendor))
		run("/bin/program");
}

TEST_F(evasion, path_chroot_by_user)
{
	check(self, chroot_step, self->vendor, "chroot by a user in namespaces of his own");
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
	check(self, chroot_only_step, self->vendor, "chroot without a mount namespace");
}

static void open_tree_step(const void *vendor)
{
	char *const argv[] = {"program", NULL};
	int tree;

	if (!world_own())
		return;
	tree = syscall(SYS_open_tree, AT_FDCWD, vendor, OPEN_TREE_CLONE | O_CLOEXEC);
	if (tree >= 0)
		syscall(SYS_execveat, tree, "bin/program", argv, environ, 0);
}

TEST_F(evasion, path_detached_mount_by_user)
{
	check(self, open_tree_step, self->vendor, "detached mount (open_tree) by a user");
}

TEST_F(evasion, path_renamed_parent)
{
	const char *moved = strdup(PATH_OF("%s/moved", self->place.dir));

	guest_load("--enforce", NULL, self->ban);
	ASSERT_EQ(0, rename(self->vendor, moved));
	technique_try(&(struct technique){"its parent directory renamed", attempt_exec, BANNED,
					  TECHNIQUE_REFUSED, PLACE},
		      PATH_OF("%s/bin/program", moved), "path", "ext4");
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
	technique_line("path", "bind mount of a directory that came after the load", "ext4", TECHNIQUE_LATER,
		       "by its path at once; by what it is when the daemon looks, every five seconds");
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

	if (world_own() && !mount(over->vendor, over->allowed, NULL, MS_BIND, NULL))
		run(PATH_OF("%s/bin/program", over->allowed));
}

/* What an exemption names is mounted over by a user with what is banned. */
TEST_F(evasion, path_allowed_name_mounted_over)
{
	const char *allowed = strdup(PATH_OF("%s/allowed", self->place.dir)), *rules;
	const struct over over = {.vendor = self->vendor, .allowed = allowed};
	int status;

	ASSERT_EQ(0, mkdir(allowed, 0755));
	guest_put_elf(PATH_OF("%s/program", allowed), HARMLESS, 0);
	rules = strdup(
		PATH_OF("ban path prefix=\"%s/\"\nallow path prefix=\"%s/\"\n", self->place.dir, allowed));
	EXPECT_EQ(BANNED, attempt_fork(allow_step, &over));
	guest_load("--enforce", NULL, rules);
	EXPECT_EQ(HARMLESS, attempt_exec(PATH_OF("%s/program", allowed)));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	status = attempt_fork(allow_step, &over);
	EXPECT_EQ(-EPERM, status);
	seen("mounted by a user where an exemption is", status,
	     "a name through mounts that root has not made can ban and nothing else");
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
	technique_try(&(struct technique){"O_DIRECT mapping below an exempt path", direct, 0,
					  TECHNIQUE_REFUSED,
					  "a path excuses no file that could not be hashed"},
		      twin, "path", "ext4");
	EXPECT_EQ(failed + 1, guest_number("causes.hash-failed"));
	guest_lift();
	EXPECT_EQ(0, direct(self->clean));
}

static int linked(const char *path)
{
	int r = link(path, "/mnt/ext4/link") ? -errno : attempt_exec("/mnt/ext4/link");

	unlink("/mnt/ext4/link");
	return r;
}

static int moved(const char *path)
{
	int r = rename(path, "/mnt/ext4/moved") ? -errno : attempt_exec("/mnt/ext4/moved");

	rename("/mnt/ext4/moved", path);
	return r;
}

static int by_link(const char *path)
{
	int r = symlink(path, "/run/link") ? -errno : attempt_exec("/run/link");

	unlink("/run/link");
	return r;
}

static int by_proc_root(const char *path)
{
	return attempt_exec(PATH_OF("/proc/%d/root%s", getpid(), path));
}

static int by_dots(const char *path)
{
	return attempt_exec(PATH_OF("/usr/../..//%s", path));
}

static void relative_step(const void *path)
{
	const char *name = strrchr(path, '/');

	if (!chdir(PATH_OF("%.*s", (int)(name - (const char *)path), (const char *)path)))
		run(PATH_OF(".%s", name));
}

static int relative(const char *path)
{
	return attempt_fork(relative_step, path);
}

static void overlay_step(const void *path)
{
	const char *name = strrchr(path, '/');
	const char *directory = PATH_OF("%.*s", (int)(name - (const char *)path), (const char *)path);

	if (world_own() && !mount("tmpfs", "/tmp", "tmpfs", 0, NULL) && !mkdir("/tmp/m", 0755) &&
	    !mkdir("/tmp/empty", 0755) &&
	    !mount("overlay", "/tmp/m", "overlay", 0, PATH_OF("lowerdir=%s:/tmp/empty", directory)))
		run(PATH_OF("/tmp/m%s", name));
}

static int by_overlay(const char *path)
{
	return attempt_fork(overlay_step, path);
}

static const struct technique elsewhere[] = {
	{"symbolic link from elsewhere", by_link, BANNED, TECHNIQUE_REFUSED, PLACE},
	{"path through /proc/PID/root", by_proc_root, BANNED, TECHNIQUE_REFUSED, PLACE},
	{"path with .. and doubled slashes", by_dots, BANNED, TECHNIQUE_REFUSED, PLACE},
	{"relative path", relative, BANNED, TECHNIQUE_REFUSED, PLACE},
	{"hard link in another directory", linked, BANNED, TECHNIQUE_PASSES, BYTES},
	{"copy in another directory", technique_copied_to_memory, BANNED, TECHNIQUE_PASSES, BYTES},
	{"file moved to another directory", moved, BANNED, TECHNIQUE_PASSES, BYTES},
	{"overlayfs of a user's own over the directory", by_overlay, BANNED, TECHNIQUE_PASSES, BYTES},
};

TEST_F(evasion, path_from_elsewhere)
{
	GUEST_RUN(NULL, "modprobe", "-q", "overlay");
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		technique_control(&elsewhere[i], self->banned);
	guest_load("--enforce", NULL, self->ban);
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		technique_try(&elsewhere[i], self->banned, "path", "ext4");
	guest_lift();
}

GUEST_MAIN
