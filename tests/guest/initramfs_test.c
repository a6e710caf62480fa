// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the initramfs does, as its hooks lay it out: the last good policy is in force before the real root's
 * init, survives the move of /sys, has its policy database in /run, and gives way to the policy of the real
 * root.
 */
#include <sys/mount.h>

#include "tests/guest/guest.h"

#define LOAD "/usr/lib/embargo/initramfs-load"
#define BOOKS "/usr/lib/embargo/initramfs"
#define STATE "/var/lib/embargo"
#define ASIDE "/var/lib/embargo.aside"
#define CONFIG "/etc/embargo/embargo.conf"
#define ROOT "/run/newroot"
#define EMPTIED "/run/emptied"

FIXTURE(initramfs)
{
	struct guest_place place;
	const char *banned;
};

FIXTURE_SETUP(initramfs)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_ban(self->banned);
	ASSERT_EQ(0, system("mkdir -p " BOOKS " && cp -p " STATE "/last-*.book " BOOKS));
	EMBARGO("unload");
	ASSERT_EQ(0, rename(STATE, ASIDE));
	guest_put_text(STATE, "");
	guest_put_text(CONFIG, "mode = enforce\n");
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
}

FIXTURE_TEARDOWN(initramfs)
{
	if (!access(ASIDE, F_OK)) {
		unlink(STATE);
		rename(ASIDE, STATE);
	}
	EXPECT_EQ(0, system("rm -r " BOOKS " " CONFIG));
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_place_remove(&self->place);
}

static int without_it(void)
{
	guest_put_text("/run/cmdline", "quiet embargo=off\n");
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("/run/cmdline", "/proc/cmdline", NULL, MS_BIND, NULL))
		return 100;
	return GUEST_RUN(NULL, LOAD);
}

/* As run-init and systemd do it. */
static int after_the_move(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return 100;
	mkdir(ROOT, 0755);
	if (mount("root", ROOT, "tmpfs", 0, NULL) || mkdir(ROOT "/sys", 0755) ||
	    mount("/sys", ROOT "/sys", NULL, MS_MOVE, NULL))
		return 101;
	return access(ROOT "/sys/fs/bpf/embargo/live/links", F_OK) ? 102 : 0;
}

static int child_status(int (*run)(void))
{
	pid_t pid = fork();

	if (!pid)
		_exit(run());
	return attempt_status(pid);
}

TEST_F_TIMEOUT(initramfs, loads_before_init, 240)
{
	char policydb[PATH_MAX] = "";

	EXPECT_EQ(0, child_status(without_it));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	/* A root whose administrator took the policies away gets none. */
	ASSERT_EQ(0, system("mkdir -p " EMPTIED "/etc/embargo/policy.d"));
	EXPECT_EQ(0, GUEST_RUN(NULL, LOAD, EMPTIED));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(0, GUEST_RUN(NULL, LOAD));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_LT(0, readlink("/run/embargo/policy", policydb, sizeof(policydb) - 1));
	EXPECT_STREQ("/run/embargo/policy-1.book", policydb);
	EXPECT_EQ(0, child_status(after_the_move));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	/* The real root has its /var, and its own policy. */
	unlink(STATE);
	ASSERT_EQ(0, rename(ASIDE, STATE));
	EMBARGO("load", "--last-good", POLICY_FILE);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(2, guest_number("generation"));
	EXPECT_EQ(0, access(STATE "/last-enforce.book", F_OK));
	EXPECT_EQ(-1, access("/run/embargo/last-enforce.book", F_OK));
	/* The unit of a boot with an empty directory takes out what the initramfs has put in force. */
	EMBARGO("load", "--last-good", EMPTIED "/etc/embargo/policy.d");
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(-1, access(STATE "/last-enforce.book", F_OK));
}

GUEST_MAIN
