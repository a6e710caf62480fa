// SPDX-License-Identifier: GPL-2.0-or-later
/* A boot whose policy is broken: the last good one is in force, the kernel's log says so, and load fails. */
#include "tests/guest/guest.h"
#include "tests/guest/guest_state.h"

#define BROKEN "/run/broken.policy"
#define KEPT "/var/lib/embargo/last-enforce.book"
#define KEPT_AUDIT "/var/lib/embargo/last-audit.book"
#define ASIDE "/var/lib/embargo/aside"
#define CONFIG "/etc/embargo/embargo.conf"

FIXTURE(last_good)
{
	struct guest_place place;
	const char *banned;
	int log;
};

/* The state of a host whose last good policy bans, and in which something else is in force. */
FIXTURE_SETUP(last_good)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_ban(self->banned);
	ASSERT_EQ(0, rename(KEPT, ASIDE));
	guest_lift();
	ASSERT_EQ(0, rename(ASIDE, KEPT));
	ASSERT_EQ(-1, access(KEPT_AUDIT, F_OK));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_put_text(BROKEN, "policy broken\nversion 1\nban nonsense\n");
	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->log);
	lseek(self->log, 0, SEEK_END);
}

FIXTURE_TEARDOWN(last_good)
{
	unlink(CONFIG);
	unlink(BROKEN);
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_place_remove(&self->place);
}

static bool log_says(int log, const char *what)
{
	char line[8192];
	ssize_t size;

	while ((size = read(log, line, sizeof(line) - 1)) > 0) {
		line[size] = '\0';
		/* facility daemon, priority critical */
		if (strstr(line, what) && !strncmp(line, "26,", 3))
			return true;
	}
	return false;
}

TEST_F(last_good, is_in_force_when_the_policy_is_broken)
{
	long long generation = guest_number("generation");
	char *output = NULL;

	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--last-good", BROKEN));
	EXPECT_NOT_NULL(strstr(output, "broken.policy:3"));
	EXPECT_NOT_NULL(strstr(output, "COULD NOT BE PUT IN FORCE"));
	EXPECT_EQ(generation + 1, guest_number("generation"));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_TRUE(log_says(self->log,
			     "embargo: THE POLICY OF THIS HOST COULD NOT BE PUT IN FORCE; the last good"));
	free(output);
	ASSERT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_EQ(0, strncmp(output, "BROKEN", 6));
	/* Alone it is what was asked for. */
	guest_write_policy(POLICY_FILE, NULL, "ban path \"/nowhere/\"\n");
	EMBARGO("load", "--enforce", POLICY_FILE);
	free(output);
	ASSERT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_NULL(strstr(output, "BROKEN"));
	ASSERT_EQ(0, access(KEPT, F_OK));
	EXPECT_EQ(0, GUEST_RUN(NULL, "embargo", "load", "--last-good"));
	EXPECT_FALSE(log_says(self->log, "COULD NOT"));
	free(output);
}

TEST_F(last_good, keeps_its_mode_when_the_configuration_is_broken)
{
	mkdir("/etc/embargo", 0755);
	guest_put_text(CONFIG, "mode = aduit\n");
	/* Another policy is in force, whose mode is not that of the last good one. */
	EMBARGO("mode", "audit");
	EXPECT_EQ(0, access(KEPT, F_OK));
	EXPECT_EQ(-1, access(KEPT_AUDIT, F_OK));
	EXPECT_EQ(1, GUEST_RUN(&(char *){NULL}, "embargo", "load", "--last-good", POLICY_FILE));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_TRUE(log_says(self->log, "COULD NOT BE PUT IN FORCE; the last good policy"));
	/* Now it is. */
	EMBARGO("mode", "audit");
	EXPECT_EQ(-1, access(KEPT, F_OK));
	EXPECT_EQ(0, access(KEPT_AUDIT, F_OK));
	EMBARGO("mode", "enforce");
	EMBARGO("mode", "audit");
	EXPECT_EQ(1, GUEST_RUN(&(char *){NULL}, "embargo", "load", "--last-good", POLICY_FILE));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
}

/* What was put in force is not undone, whatever is asked for. */
TEST_F(last_good, is_not_there)
{
	char *before, *output = NULL;

	ASSERT_EQ(0, truncate(KEPT, 100));
	before = guest_state();
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--last-good", BROKEN));
	EXPECT_NOT_NULL(strstr(output, "cannot read the last good policy"));
	guest_check_unchanged(before);
	free(before);
	free(output);
	unlink(KEPT);
	before = guest_state();
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--last-good", BROKEN));
	EXPECT_NOT_NULL(strstr(output, "no last good policy is kept"));
	EXPECT_TRUE(log_says(self->log, "nor could the last good one"));
	guest_check_unchanged(before);
	free(before);
	free(output);
}

TEST_F(last_good, is_none_that_was_forced)
{
	struct stat before, after;

	ASSERT_EQ(0, stat(KEPT, &before));
	EMBARGO("load", "--enforce", "--force", POLICY_FILE);
	ASSERT_EQ(0, stat(KEPT, &after));
	EXPECT_EQ(before.st_ino, after.st_ino);
	EMBARGO("load", "--enforce", POLICY_FILE);
	ASSERT_EQ(0, stat(KEPT, &after));
	EXPECT_NE(before.st_ino, after.st_ino);
}

GUEST_MAIN
