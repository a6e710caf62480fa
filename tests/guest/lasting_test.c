// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is in force until the next boot only says so, and no load takes a policy out of force that the next
 * boot would bring back, unless it was told to.
 */
#include "tests/guest/guest.h"

#include <sys/socket.h>
#include <sys/un.h>

#define BOOT_DIR "/etc/embargo/policy.d"
#define CONFIG "/etc/embargo/embargo.conf"

FIXTURE(lasting)
{
	struct guest_place place;
	const char *site, *mine; /* programs: banned by the policy of the boot, by one beside it */
	char *output;
};

static void policy_put(const char *path, const char *name, const char *banned)
{
	ASSERT_EQ(0, GUEST_RUN(NULL, "sh", "-c",
			       PATH_OF("{ echo policy %s; echo version 1; embargo id --rule %s; } >%s", name,
				       banned, path)));
}

FIXTURE_SETUP(lasting)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->site = strdup(PATH_OF("%s/site", self->place.dir));
	self->mine = strdup(PATH_OF("%s/mine", self->place.dir));
	guest_put_elf(self->site, BANNED, 0);
	guest_put_elf(self->mine, BANNED, 1);
	ASSERT_EQ(0, GUEST_RUN(NULL, "mkdir", "-p", BOOT_DIR));
	policy_put(BOOT_DIR "/site.policy", "site", self->site);
	policy_put("/run/mine.policy", "mine", self->mine);
	EXPECT_EQ(BANNED, attempt_exec(self->site));
	EXPECT_EQ(BANNED, attempt_exec(self->mine));
}

FIXTURE_TEARDOWN(lasting)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->site));
	EXPECT_EQ(BANNED, attempt_exec(self->mine));
	EXPECT_EQ(0, GUEST_RUN(NULL, "rm", "-rf", BOOT_DIR, CONFIG));
	guest_place_remove(&self->place);
}

static void expect_said(struct lasting_self *self, const char *words, bool said)
{
	EXPECT_EQ(said, strstr(self->output, words) != NULL)
	{
		TH_LOG("'%s': %s", words, self->output);
	}
}

TEST_F(lasting, no_policy_of_the_boot_leaves_unasked)
{
	EMBARGO("load", "--enforce", BOOT_DIR);
	EXPECT_EQ(1, GUEST_RUN(&self->output, "embargo", "load", "--enforce", "/run/mine.policy"));
	expect_said(self, "'" BOOT_DIR "/site.policy' (site, 1 rule) would be out of force", true);
	expect_said(self, "--add", true);
	EXPECT_EQ(-EPERM, attempt_exec(self->site));
	EXPECT_EQ(BANNED, attempt_exec(self->mine));

	EXPECT_EQ(0, GUEST_RUN(&self->output, "embargo", "load", "--replace", "/run/mine.policy"));
	expect_said(self, "no longer in force: site, 1 rule (" BOOT_DIR "/site.policy)", true);
	expect_said(self, "'/run/mine.policy' is in force until the next boot only", true);
	EXPECT_EQ(BANNED, attempt_exec(self->site));
	EXPECT_EQ(-EPERM, attempt_exec(self->mine));

	/* What the boot would not bring back goes without a question, but not without a word. */
	EXPECT_EQ(0, GUEST_RUN(&self->output, "embargo", "load", BOOT_DIR));
	expect_said(self, "no longer in force: mine, 1 rule (/run/mine.policy)", true);
	EXPECT_EQ(-EPERM, attempt_exec(self->site));
	EXPECT_EQ(BANNED, attempt_exec(self->mine));
}

TEST_F(lasting, one_policy_comes_and_goes)
{
	EMBARGO("load", "--enforce", BOOT_DIR);
	EXPECT_EQ(0, GUEST_RUN(&self->output, "embargo", "load", "--add", "/run/mine.policy"));
	expect_said(self, "no longer in force", false);
	EXPECT_EQ(-EPERM, attempt_exec(self->site));
	EXPECT_EQ(-EPERM, attempt_exec(self->mine));
	EXPECT_EQ(1, GUEST_RUN(&self->output, "embargo", "unload", "other"));
	expect_said(self, "no policy of the name 'other' is in force", true);
	expect_said(self, "mine (/run/mine.policy)", true);
	EXPECT_EQ(0, GUEST_RUN(&self->output, "embargo", "unload", "mine"));
	expect_said(self, "no longer in force: mine", true);
	EXPECT_EQ(-EPERM, attempt_exec(self->site));
	EXPECT_EQ(BANNED, attempt_exec(self->mine));
	EXPECT_EQ(0, GUEST_RUN(&self->output, "embargo", "unload", "site"));
	expect_said(self, "nothing is blocked any more", true);
}

TEST_F(lasting, the_mode_says_how_long_it_lasts)
{
	EMBARGO("load", "--audit", BOOT_DIR);
	EXPECT_EQ(0, GUEST_RUN(&self->output, "embargo", "mode", "enforce"));
	expect_said(self, "until the next boot only", true);
	EXPECT_EQ(0, GUEST_RUN(&self->output, "embargo", "status"));
	expect_said(self, "at boot     audit; " BOOT_DIR "/site.policy", true);
	expect_said(self, "DIFFERS     enforce is until the next boot only", true);
	EXPECT_EQ(0, GUEST_RUN(&self->output, "embargo", "mode", "--persist", "enforce"));
	expect_said(self, "until the next boot only", false);
	EXPECT_EQ(0, GUEST_RUN(NULL, "grep", "-qx", "mode = enforce", CONFIG));
	EXPECT_EQ(0, GUEST_RUN(&self->output, "embargo", "status"));
	expect_said(self, "at boot     enforce", true);
	expect_said(self, "DIFFERS", false);

	/* As embargo-load.service does it, after a boot. */
	EMBARGO("unload");
	EXPECT_EQ(BANNED, attempt_exec(self->site));
	EMBARGO("load", "--last-good", BOOT_DIR);
	EXPECT_EQ(-EPERM, attempt_exec(self->site));
}

static int log_listen(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	unlink(address.sun_path);
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&address, sizeof(address)));
	return fd;
}

static void expect_logged(int fd, const char *words, const char *also)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	char line[8192] = "";

	ASSERT_EQ(1, poll(&poll_fd, 1, GUEST_PATIENCE_MS));
	ASSERT_LT(0, recv(fd, line, sizeof(line) - 1, 0));
	EXPECT_NOT_NULL(strstr(line, words))
	{
		TH_LOG("'%s': %s", words, line);
	}
	EXPECT_NOT_NULL(strstr(line, also))
	{
		TH_LOG("'%s': %s", also, line);
	}
}

/* Whoever changes what is in force leaves a line: an auditor asks who, from what, to what. */
TEST_F(lasting, each_change_is_told)
{
	int fd = log_listen();

	EMBARGO("load", "--enforce", BOOT_DIR);
	expect_logged(fd, "<85>1 ", "loaded [embargo@32473 mode=\"enforce\" generation=\"");
	EXPECT_EQ(1, GUEST_RUN(NULL, "embargo", "load", "/nonexistent.policy"));
	expect_logged(fd, "load-failed [", "from_mode=\"enforce\"");
	EMBARGO("mode", "audit");
	expect_logged(fd, "mode [embargo@32473 mode=\"audit\" from_mode=\"enforce\"",
		      "the mode was changed from enforce to audit");
	EMBARGO("unload");
	expect_logged(fd, "unloaded [", "uid=\"0\" pid=\"");
	close(fd);
	unlink("/dev/log");
}

GUEST_MAIN
