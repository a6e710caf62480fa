// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A load that is refused or fails changes nothing: the old policy is in force with its generation and its
 * mode, and nothing of the new one is left.
 */
#include "tests/guest/guest.h"
#include "tests/guest/guest_state.h"

#define POLICY_NEW "/run/new.policy"

FIXTURE(broken_load)
{
	struct guest_place place;
	const char *banned, *other;
};

FIXTURE_SETUP(broken_load)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->other = strdup(PATH_OF("%s/other", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->other, HARMLESS, 0);
	guest_ban(self->banned);
	guest_write_policy(POLICY_NEW, GUEST_RULES({.path = self->banned}, {.path = self->other}), NULL);
}

FIXTURE_TEARDOWN(broken_load)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->other));
	guest_place_remove(&self->place);
}

static void check_verdicts(struct broken_load_self *self)
{
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->other));
}

/* What is wrong with it, the exit status and a part of what is said. */
static const struct {
	const char *text;
	const char *said;
} bad[] = {
	{"ban hash sha256:abcd size=1\n", "bad.policy:1:17: error: wrong length"},
	{"ban hash\n", "bad.policy:1:5: error: "},
	{"ban hsah sha256:00\nbna\n", "bad.policy:2:1: error: "},
	{"policy a\npolicy b\n", "bad.policy:2:1: error: second policy"},
	{"include \"/nonexistent\"\n", "No such file"},
};

TEST_F(broken_load, by_a_bad_policy)
{
	char *before = guest_state(), *output = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		guest_put_text("/run/bad.policy", bad[i].text);
		EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--enforce", "/run/bad.policy"));
		EXPECT_NOT_NULL(strstr(output, bad[i].said))
		{
			TH_LOG("%s", output);
		}
		/* A good one beside it does not help. */
		EXPECT_EQ(1,
			  GUEST_RUN(&output, "embargo", "load", "--enforce", POLICY_NEW, "/run/bad.policy"));
	}
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--enforce", "/nonexistent"));
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--enforce", self->place.dir)); /* no *.policy */
	EXPECT_EQ(2, GUEST_RUN(&output, "embargo", "load", "--enforce"));
	EXPECT_EQ(2, GUEST_RUN(&output, "embargo", "load", "--enforce", "--audit", POLICY_NEW));
	guest_check_unchanged(before);
	check_verdicts(self);
}

TEST_F(broken_load, by_a_policy_that_others_can_write)
{
	char *before = guest_state(), *output = NULL;

	ASSERT_EQ(0, chmod(POLICY_NEW, 0666));
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--enforce", POLICY_NEW));
	EXPECT_NOT_NULL(strstr(output, "chmod go-w"))
	{
		TH_LOG("%s", output);
	}
	ASSERT_EQ(0, chmod(POLICY_NEW, 0644));
	ASSERT_EQ(0, chown(POLICY_NEW, 1000, 0));
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--enforce", POLICY_NEW));
	EXPECT_NOT_NULL(strstr(output, "chown root"))
	{
		TH_LOG("%s", output);
	}
	ASSERT_EQ(0, chown(POLICY_NEW, 0, 0));
	guest_check_unchanged(before);
	check_verdicts(self);
}

TEST_F(broken_load, by_a_policy_that_locks_out)
{
	static const char *const needed[] = {"/proc/1/exe", "/usr/sbin/embargo", "/bin/sh", ATTEMPT_LOADER,
					     ATTEMPT_LIBC};
	char *before = guest_state(), *output = NULL;

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		guest_write_policy("/run/bad.policy", GUEST_RULES({.path = needed[i]}), NULL);
		EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--enforce", "/run/bad.policy"))
		{
			TH_LOG("%s: %s", needed[i], output);
		}
		EXPECT_NOT_NULL(strstr(output, "--force"))
		{
			TH_LOG("%s", output);
		}
	}
	guest_check_unchanged(before);
	check_verdicts(self);
}

TEST_F(broken_load, by_a_user_without_privileges)
{
	char *before = guest_state(), *output = NULL;

	EXPECT_EQ(1, GUEST_RUN(&output, "su", "user", "-c", "embargo load --enforce " POLICY_NEW));
	EXPECT_NOT_NULL(strstr(output, "needs root"))
	{
		TH_LOG("%s", output);
	}
	guest_check_unchanged(before);
	check_verdicts(self);
}

/*
 * Limits that grow until a load fits into them: it fails in the dynamic loader, reading, building, mapping,
 * writing the policy database. Returns how often it failed.
 */
static int failures_under(struct broken_load_self *self, const char *option, int from, int step)
{
	char *before = guest_state(), *output = NULL, *said = strdup("");
	int limit = from, failures;

	for (failures = 0;; failures++, limit += step) {
		/* The shell sets it, so that it is for embargo alone. */
		if (!GUEST_RUN(
			    &output, "sh", "-c",
			    PATH_OF("trap '' XFSZ; ulimit %s %d; exec embargo load --enforce /run/bad.policy",
				    option, limit)))
			break;
		if (strcmp(said, output))
			printf("%s %d: %s", option, limit, output);
		free(said);
		said = output;
		guest_check_unchanged(before);
		check_verdicts(self);
	}
	guest_ban(self->banned);
	free(before);
	return failures;
}

/* KiB of address space with which embargo comes as far as main(). */
static int min_space(void)
{
	int limit = 8000;

	while (GUEST_RUN(&(char *){NULL}, "sh", "-c", PATH_OF("ulimit -v %d; exec embargo --version", limit)))
		limit += 2000;
	return limit;
}

TEST_F(broken_load, by_a_limit)
{
	FILE *file;

	guest_write_policy("/run/bad.policy", GUEST_RULES({.path = self->banned}), NULL);
	file = fopen("/run/bad.policy", "ae");
	for (int i = 1; i <= 20000; i++)
		fprintf(file, "ban hash sha256:%064x size=%d\n", i, i + 10000000);
	fclose(file);
	EXPECT_LE(2, failures_under(self, "-v", min_space(), 1000));
	EXPECT_LE(3, failures_under(self, "-f", 0, 800)); /* files, in blocks of 512 bytes */
	EXPECT_LE(3, failures_under(self, "-n", 4, 1));	  /* descriptors */
}

GUEST_MAIN
