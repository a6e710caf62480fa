// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each call by which a load changes or reads something fails once, and at each of them the load is killed
 * once: the old policy or the new one is in force, whole, never none, and what both ban is refused all the
 * time.
 */
#include "tests/guest/guest.h"
#include "tests/guest/guest_state.h"
#include "tests/guest/guest_trace.h"
#include "tests/guest/guest_watch.h"

#define POLICY_NEW "/run/new.policy"

FIXTURE(cut)
{
	struct guest_place place;
	const char *banned, *other, *harmless;
};

FIXTURE_SETUP(cut)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->other = strdup(PATH_OF("%s/other", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->other, HARMLESS, 0);
	self->harmless = strdup(PATH_OF("%s/harmless", self->place.dir));
	guest_put_elf(self->harmless, HARMLESS, 1);
	guest_ban(self->banned);
	guest_write_policy(POLICY_NEW, GUEST_RULES({.path = self->banned}, {.path = self->other}), NULL);
}

FIXTURE_TEARDOWN(cut)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_place_remove(&self->place);
}

/* Which policy is in force? The new one bans the other file too. In audit mode neither would refuse anything.
 */
static bool new_in_force(struct cut_self *self, const struct guest_cut *cut, long long generation)
{
	int other = attempt_exec(self->other);
	long long now = guest_number("generation");

	EXPECT_EQ(-EPERM, attempt_exec(self->banned))
	{
		TH_LOG("at %u, %s", cut->at, cut->what);
	}
	EXPECT_TRUE(other == HARMLESS || other == -EPERM)
	{
		TH_LOG("at %u, %s: %d", cut->at, cut->what, other);
	}
	EXPECT_EQ(other == HARMLESS ? generation : generation + 1, now)
	{
		TH_LOG("at %u, %s", cut->at, cut->what);
	}
	return other != HARMLESS;
}

/* Without --enforce: the mode in force stays, whatever goes wrong. */
static const char *const load_new[] = {"embargo", "load", POLICY_NEW, NULL};

/*
 * Each failure costs two loads, a quarter of the time of all tests: of three kernels that tests run on each
 * tries a third of the calls.
 */
static bool is_skipped(const struct guest_cut *whole, unsigned int at)
{
	unsigned int third = guest_kernel_since(7, 0) ? 2 : guest_kernel_since(6, 12) ? 1 : 0;

	return at < whole->count && at % 3 != third;
}

TEST_F_TIMEOUT(cut, load_of_which_one_call_fails, 800)
{
	struct guest_cut cut = {.error = ENOMEM, .reading = true}, whole = {.at = UINT_MAX, .reading = true};
	char *before, *output = NULL, *said = strdup("");
	long long generation;
	int status, failed = 0;

	EXPECT_EQ(0, guest_run_cut(&whole, &output, load_new));
	free(output);
	ASSERT_LT(5, whole.count);
	guest_ban(self->banned);
	generation = guest_number("generation");
	before = guest_state();
	for (cut.at = 0;; cut.at++) {
		if (is_skipped(&whole, cut.at))
			continue;
		status = guest_run_cut(&cut, &output, load_new);
		if (!cut.reached)
			break;
		if (strcmp(said, output))
			printf("%u %s: status %d %s", cut.at, cut.what, status, output);
		if (new_in_force(self, &cut, generation)) {
			/* It could do without that call; or fails though the policy is in force, and says so,
			 * or */
			/* because it cannot tell what is in force. */
			EXPECT_TRUE(!status || strstr(output, "in force") || strstr(output, "cannot read"))
			{
				TH_LOG("%s", output);
			}
			guest_ban(self->banned);
			generation += 2;
			free(before);
			before = guest_state();
		} else {
			EXPECT_EQ(1, status);
			guest_check_unchanged(before);
			failed++;
		}
		free(said);
		said = output;
	}
	EXPECT_LT(5, failed);
	EXPECT_EQ(0, status);
	EXPECT_EQ(-EPERM, attempt_exec(self->other));
}

TEST_F_TIMEOUT(cut, load_that_is_killed, 800)
{
	struct guest_watch *watch = guest_watch_start(0, self->banned, self->harmless, HARMLESS);
	struct guest_cut cut = {};
	long long generation = guest_number("generation");
	char *output = NULL;
	int status;

	guest_pin_to(1);
	for (cut.at = 0;; cut.at++) {
		status = guest_run_cut(&cut, &output, load_new);
		free(output);
		if (!cut.reached)
			break;
		EXPECT_EQ(ATTEMPT_SIGNAL + SIGKILL, status);
		if (new_in_force(self, &cut, generation)) {
			guest_ban(self->banned);
			generation += 2;
		}
	}
	EXPECT_LT(5, cut.at);
	EXPECT_EQ(0, status);
	EXPECT_EQ(-EPERM, attempt_exec(self->other));
	guest_watch_end(watch);
}

GUEST_MAIN
