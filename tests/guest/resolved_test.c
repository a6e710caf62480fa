// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules that the kernel cannot match: files that were found to fall under them are refused by their hash, in
 * the rule's name, as long as the rule is there. To find them is the business of scan_enforce_test.c.
 */
#include "tests/guest/guest.h"
#include "tests/guest/guest_event.h"
#include "tests/guest/guest_watch.h"
#include "tests/guest/resolved.h"

FIXTURE(resolved)
{
	struct guest_place place;
	const char *banned, *twin;
};

FIXTURE_SETUP(resolved)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->twin = strdup(PATH_OF("%s/twin", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->twin, HARMLESS, 0);
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
}

FIXTURE_TEARDOWN(resolved)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_place_remove(&self->place);
}

TEST_F(resolved, of_every_kind)
{
	static const char *const rules[] = {
		"build-id abcdef",  "package name=\"evil*\" vendor=V",
		"vendor \"V*\"",    "signer subject.o=\"V\"",
		"signer skid=0102",
	};
	long long generation;
	char line[128];

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		json_t *event;

		snprintf(line, sizeof(line), "ban %s reason=\"why %zu\"\n", rules[i], i);
		guest_load("--enforce", NULL, line);
		generation = guest_number("generation");
		EXPECT_EQ(BANNED, attempt_exec(self->banned));
		EXPECT_EQ(0, guest_number("rules.resolved"));
		EXPECT_EQ(1, resolve(0, self->banned));
		guest_events_clear();
		EXPECT_EQ(-EPERM, attempt_exec(self->banned));
		event = guest_one_event();
		EXPECT_STREQ("denied", guest_text(event, "verdict"));
		EXPECT_NOT_NULL(strstr(json_dumps(event, 0), PATH_OF("why %zu", i)))
		{
			TH_LOG("%s", json_dumps(event, 0));
		}
		EXPECT_EQ(generation + 1, guest_integer(event, "generation"));
		EXPECT_EQ(-EPERM, attempt_mmap_exec(self->banned));
		EXPECT_EQ(HARMLESS, attempt_exec(self->twin));
		EXPECT_EQ(1, guest_number("rules.resolved"));
		/* what is known is no news */
		EXPECT_EQ(0, resolve(0, self->banned));
		EXPECT_EQ(generation + 1, guest_number("generation"));
	}
}

TEST_F(resolved, the_mode_stays)
{
	guest_load("--audit", NULL, "ban build-id abcdef\n");
	EXPECT_EQ(1, resolve(0, self->banned));
	guest_events_clear();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_STREQ("would-deny", guest_text(json_array_get(guest_events(), 0), "verdict"));
	EMBARGO("mode", "enforce");
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
}

/* What decides between a rule's file and the rule for its hash is how specific they are. */
TEST_F(resolved, a_hash_is_more_specific)
{
	guest_load("--enforce", GUEST_RULES({.path = self->banned, .action = "allow"}),
		   "ban build-id abcdef\n");
	EXPECT_EQ(1, resolve(0, self->banned));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_load("--enforce", GUEST_RULES({.path = self->banned}), "allow build-id abcdef\n");
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(1, guest_number("rules.resolved"));
}

TEST_F(resolved, audited_and_allowed)
{
	guest_load("--enforce", NULL, "audit build-id abcdef\n");
	EXPECT_EQ(1, resolve(0, self->banned));
	guest_events_clear();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_STREQ("audited", guest_text(json_array_get(guest_events(), 0), "verdict"));
	/* a more specific rule than that for the place */
	guest_load("--enforce", NULL, PATH_OF("allow build-id abcdef\nban path \"%s/\"\n", self->place.dir));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_exec(self->twin));
}

/* Not for a moment does what was found run, while its rule stays in the policy. */
TEST_F(resolved, reloads_leave_no_gap)
{
	const char *more = PATH_OF("%s/more", self->place.dir);
	struct guest_watch *watch;
	char line[128];

	guest_put_elf(more, BANNED, 1);
	guest_load("--enforce", NULL, "ban vendor V\n");
	EXPECT_EQ(1, resolve(0, self->banned));
	watch = guest_watch_start(0, self->banned, self->twin, HARMLESS);
	for (int i = 0; i < 20; i++) {
		snprintf(line, sizeof(line), "policy test\nversion %d\n%sban vendor V reason=\"%d\"\n", i + 1,
			 i % 2 ? "ban build-id abcd\n" : "", i);
		resolved_load(line);
		if (i == 10)
			EXPECT_EQ(1, resolve(0, more));
		guest_watch_rounds(watch, 2);
	}
	guest_watch_end(watch);
	EXPECT_EQ(-EPERM, attempt_exec(more));
	EXPECT_EQ(2, guest_number("rules.resolved"));
}

TEST_F(resolved, without_the_rule_it_runs)
{
	guest_load("--enforce", NULL, "ban vendor V\nban build-id abcd\n");
	EXPECT_EQ(1, resolve(0, self->banned));
	EXPECT_EQ(1, resolve(1, self->twin));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_exec(self->twin));
	guest_load("--enforce", NULL, "ban vendor W\nban build-id abcd\n");
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_exec(self->twin));
	EXPECT_EQ(1, guest_number("rules.resolved"));
	/* what a policy in force had no rule for is not remembered */
	guest_load("--enforce", NULL, "ban vendor V\n");
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->twin));
}

/* The policy that a file was evaluated by is another than the one in force when it is found. */
TEST_F(resolved, found_by_another_policy)
{
	struct embargo_policy *found = resolved_policy("ban vendor X\nban vendor V reason=old\n");
	struct embargo_resolved entries[] = {resolved_entry(0, self->twin), resolved_entry(1, self->banned)};
	struct embargo_error error = {""};
	uint64_t generation;
	uint32_t added = 7;

	guest_load("--enforce", NULL, "ban vendor V\n");
	EXPECT_EQ(0, embargo_resolve(&found->set, entries, 1, 0, &added, &generation, &error));
	EXPECT_EQ(0, added);
	EXPECT_EQ(guest_number("generation"), generation);
	EXPECT_EQ(0, embargo_resolve(&found->set, entries, 2, 0, &added, &generation, &error));
	EXPECT_EQ(1, added);
	EXPECT_EQ(guest_number("generation"), generation);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->twin));
	embargo_policy_free(found);
}

/* Commands say which files were found, and what show prints can be loaded. */
TEST_F(resolved, commands_know_it)
{
	char *output = NULL, hex[65], *line;
	int fd = open("/run/shown.policy", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	guest_load("--enforce", NULL, "ban vendor V\nban vendor W\nban build-id abcd\n");
	EXPECT_EQ(1, resolve(1, self->banned));
	EXPECT_EQ(1, resolve(0, self->banned));
	EXPECT_EQ(1, resolve(0, self->twin));
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_NOT_NULL(strstr(output, "3 rules: 2 vendor, 1 build-id; 3 files resolved"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_EQ(3, GUEST_RUN(&output, "embargo", "check", self->banned));
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "policy", "show"));
	guest_sha256(self->banned, hex);
	line = PATH_OF("#   resolved sha256:%s size=%d\n", hex, FILE_SIZE);
	EXPECT_NOT_NULL(strstr(output, PATH_OF("ban vendor name=\"W\"\n%s", line)))
	{
		TH_LOG("%s", output);
	}
	EXPECT_NOT_NULL(strstr(output, PATH_OF("ban vendor name=\"V\"\n%s", line)));
	EXPECT_EQ(strlen(output), write(fd, output, strlen(output)));
	close(fd);
	EMBARGO("load", "--enforce", "/run/shown.policy");
	EXPECT_EQ(3, guest_number("rules.resolved"));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_exec(self->twin));
	EMBARGO("selftest");
	EXPECT_EQ(3, guest_number("rules.resolved"));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
}

GUEST_MAIN
