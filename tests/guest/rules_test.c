// SPDX-License-Identifier: GPL-2.0-or-later
/* What the words of a rule, and the mode, make of a file that matches. */
#include "tests/guest/guest.h"

#define POLICY_OTHER "/run/other.policy"

FIXTURE(rules)
{
	struct guest_place place;
	const char *banned, *twin, *script;
};

FIXTURE_SETUP(rules)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->twin = strdup(PATH_OF("%s/twin", self->place.dir));
	self->script = strdup(PATH_OF("%s/script", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->twin, HARMLESS, 0);
	guest_put_script(self->script, BANNED, "/bin/sh");
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(BANNED, attempt_exec(self->script));
}

FIXTURE_TEARDOWN(rules)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(BANNED, attempt_exec(self->script));
	guest_place_remove(&self->place);
}

TEST_F(rules, without_size)
{
	GUEST_LOAD("--enforce", {.path = self->banned, .unsized = true},
		   {.path = self->script, .unsized = true});
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_exec(self->script));
	EXPECT_EQ(HARMLESS, attempt_exec(self->twin));
	EXPECT_EQ(0, attempt_mmap_exec(self->twin));
}

/* To hash every readable mapping would cost too much, so mprotect() finds nothing: counted, and refused if
 * asked for. */
TEST_F(rules, without_size_at_mprotect)
{
	const struct guest_rule rules[] = {{.path = self->banned, .unsized = true}, {0}};
	const char *copy = PATH_OF("%s/copy", self->place.dir); /* that was never hashed */
	long long unsized = guest_number("causes.unsized-mapping");

	guest_copy_salted(self->banned, copy, "");
	guest_load("--enforce", rules, NULL);
	EXPECT_EQ(0, attempt_mmap_then_mprotect(copy));
	EXPECT_EQ(unsized + 1, guest_number("causes.unsized-mapping"));
	guest_load("--enforce", rules, "on-error unsized-mapping deny\n");
	EXPECT_EQ(-EPERM, attempt_mmap_then_mprotect(copy));
	EXPECT_EQ(unsized + 2, guest_number("causes.unsized-mapping"));
	EXPECT_EQ(-EPERM, attempt_exec(copy));
}

TEST_F(rules, with_a_wrong_size)
{
	char line[256], hex[65];

	guest_sha256(self->banned, hex);
	snprintf(line, sizeof(line), "ban hash sha256:%s size=%d\n", hex, FILE_SIZE + 1);
	guest_load("--enforce", NULL, line);
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	snprintf(line, sizeof(line), "ban hash sha256:%s size=%d\n", hex, FILE_SIZE);
	guest_load("--enforce", NULL, line);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
}

/*
 * A file of another format is not asked about. But what a mapping maps is not known to be a script or a
 * program: of a rule that gives the size, mapped files of any format are asked, and the program dies of its
 * own mapping.
 */
TEST_F(rules, for_one_format)
{
	for (int unsized = 0; unsized < 2; unsized++) {
		const int elf = unsized ? BANNED : ATTEMPT_SIGNAL + SIGSEGV;
		long long denied = guest_number("verdicts.exec.denied");

		GUEST_LOAD("--enforce", {.path = self->banned, .format = "script", .unsized = unsized},
			   {.path = self->script, .format = "script", .unsized = unsized});
		EXPECT_EQ(elf, attempt_exec(self->banned));
		EXPECT_EQ(denied, guest_number("verdicts.exec.denied"));
		EXPECT_EQ(-EPERM, attempt_exec(self->script));
		GUEST_LOAD("--enforce", {.path = self->banned, .format = "elf", .unsized = unsized},
			   {.path = self->script, .format = "elf", .unsized = unsized});
		EXPECT_EQ(-EPERM, attempt_exec(self->banned));
		EXPECT_EQ(BANNED, attempt_exec(self->script));
		GUEST_LOAD("--enforce", {.path = self->banned, .format = "elf,script", .unsized = unsized},
			   {.path = self->script, .format = "elf,script", .unsized = unsized});
		EXPECT_EQ(-EPERM, attempt_exec(self->banned));
		EXPECT_EQ(-EPERM, attempt_exec(self->script));
	}
}

/* A rule for scripts alone, of whatever size, has no program hashed: not at its exec and not at its mappings.
 */
TEST_F(rules, for_scripts_costs_programs_nothing)
{
	long long hashed;

	GUEST_LOAD("--enforce", {.path = self->script, .format = "script", .unsized = true});
	hashed = guest_number("hashed");
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(0, attempt_mmap_exec(self->twin));
	EXPECT_EQ(hashed, guest_number("hashed"));
	EXPECT_EQ(-EPERM, attempt_exec(self->script));
	EXPECT_EQ(hashed + 1, guest_number("hashed"));
}

/* PE files run where binfmt_misc has an interpreter for them, Wine say. */
TEST_F(rules, for_pe_files)
{
	struct guest_content content = {.bytes = "MZ", .size = FILE_SIZE};
	const char *program = PATH_OF("%s/program.exe", self->place.dir);
	int fd;

	GUEST_RUN(NULL, "modprobe", "-q", "binfmt_misc");
	mount("binfmt_misc", "/proc/sys/fs/binfmt_misc", "binfmt_misc", 0, NULL);
	fd = open("/proc/sys/fs/binfmt_misc/register", O_WRONLY | O_CLOEXEC);
	ASSERT_LT(0, dprintf(fd, ":embargo-pe:M::MZ::%s:", self->twin));
	close(fd);
	guest_fill(&content, 2, 0);
	guest_put(program, &content);
	EXPECT_EQ(HARMLESS, attempt_exec(program));
	GUEST_LOAD("--enforce", {.path = program, .format = "elf,script", .unsized = true});
	EXPECT_EQ(HARMLESS, attempt_exec(program));
	GUEST_LOAD("--enforce", {.path = program, .format = "pe", .unsized = true});
	EXPECT_EQ(-EPERM, attempt_exec(program));
	GUEST_LOAD("--enforce", {.path = program, .format = "pe"});
	EXPECT_EQ(-EPERM, attempt_exec(program));
	fd = open("/proc/sys/fs/binfmt_misc/embargo-pe", O_WRONLY | O_CLOEXEC);
	EXPECT_EQ(2, write(fd, "-1", 2));
	close(fd);
}

/* The same hash in two files of policy: allow beats audit beats ban, whatever comes first. */
TEST_F(rules, allow_beats_audit_beats_ban)
{
	static const char *const actions[] = {"ban", "audit", "allow"};
	static const int expected[] = {-EPERM, BANNED, BANNED};
	long long audited = guest_number("verdicts.exec.audited");

	for (int a = 0; a < 3; a++)
		for (int b = 0; b < 3; b++) {
			guest_write_policy(POLICY_FILE,
					   GUEST_RULES({.path = self->banned, .action = actions[a]}), NULL);
			guest_write_policy(POLICY_OTHER,
					   GUEST_RULES({.path = self->banned, .action = actions[b]}), NULL);
			ASSERT_EQ(0, GUEST_RUN(&(char *){NULL}, "embargo", "load", "--enforce", POLICY_FILE,
					       POLICY_OTHER));
			EXPECT_EQ(expected[a > b ? a : b], attempt_exec(self->banned))
			{
				TH_LOG("%s and %s", actions[a], actions[b]);
			}
		}
	EXPECT_EQ(audited + 3, guest_number("verdicts.exec.audited"));
}

TEST_F(rules, allowed_hash_below_a_banned_path)
{
	char line[PATH_MAX + 32];

	snprintf(line, sizeof(line), "ban path prefix=\"%s/\"\n", self->place.dir);
	guest_load("--enforce", NULL, line);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_exec(self->twin));
	guest_load("--enforce", GUEST_RULES({.path = self->twin, .action = "allow"}), line);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->twin));
	EXPECT_EQ(0, attempt_mmap_exec(self->twin));
}

TEST_F(rules, audit_lets_run_and_counts)
{
	long long audited = guest_number("verdicts.exec.audited"), events = guest_number("ring.events");

	GUEST_LOAD("--enforce", {.path = self->banned, .action = "audit"}, {.path = self->script});
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(audited + 1, guest_number("verdicts.exec.audited"));
	EXPECT_EQ(events + 1, guest_number("ring.events")); /* its mapping is no news */
	EXPECT_EQ(0, attempt_mmap_exec(self->banned));
	EXPECT_EQ(events + 2, guest_number("ring.events")); /* in a process that runs something else it is */
	EXPECT_EQ(-EPERM, attempt_exec(self->script));
}

/* Audit mode goes every step of enforce mode, but for the last. */
TEST_F(rules, audit_mode_lets_run_and_counts)
{
	long long would = guest_number("verdicts.exec.would-deny"), events = guest_number("ring.events");
	long long mapped = guest_number("verdicts.mmap.would-deny");
	long long protected = guest_number("verdicts.mprotect.would-deny");
	long long denied = guest_number("verdicts.exec.denied");

	GUEST_LOAD("--audit", {.path = self->banned});
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->twin));
	EXPECT_EQ(would + 1, guest_number("verdicts.exec.would-deny"));
	EXPECT_EQ(mapped, guest_number("verdicts.mmap.would-deny"));
	EXPECT_EQ(0, attempt_mmap_exec(self->banned));
	EXPECT_EQ(mapped + 1, guest_number("verdicts.mmap.would-deny"));
	EXPECT_EQ(0, attempt_mmap_then_mprotect(self->banned));
	EXPECT_EQ(protected + 1, guest_number("verdicts.mprotect.would-deny"));
	EXPECT_EQ(events + 3, guest_number("ring.events"));
	EXPECT_EQ(denied, guest_number("verdicts.exec.denied"));
	EXPECT_EQ(0, GUEST_RUN(&(char *){NULL}, "embargo", "mode", "enforce"));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(denied + 1, guest_number("verdicts.exec.denied"));
	EXPECT_EQ(0, GUEST_RUN(&(char *){NULL}, "embargo", "mode", "audit"));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(would + 2, guest_number("verdicts.exec.would-deny"));
}

/* Too large to be hashed on speculation, unless a rule gives its size. */
TEST_F(rules, larger_than_max_hash_size)
{
	const char *large = PATH_OF("%s/large", self->place.dir);
	const struct guest_rule rules[] = {{.path = self->script, .format = "script", .unsized = true}, {0}};
	long long too_large = guest_number("causes.too-large");
	struct guest_content content;

	guest_script(&content, FILE_SIZE + 1, HARMLESS, 0, "/bin/sh");
	guest_put(large, &content);
	guest_load("--enforce", rules, "max-hash-size 4300\n");
	EXPECT_EQ(-EPERM, attempt_exec(self->script));
	EXPECT_EQ(HARMLESS, attempt_exec(large));
	EXPECT_EQ(too_large + 1, guest_number("causes.too-large"));
	guest_load("--enforce", rules, "max-hash-size 4300\non-error too-large deny\n");
	EXPECT_EQ(-EPERM, attempt_exec(large));
	EXPECT_EQ(too_large + 2, guest_number("causes.too-large"));
	guest_load("--enforce", rules, "max-hash-size 4301\n");
	EXPECT_EQ(HARMLESS, attempt_exec(large));
	guest_load("--enforce", GUEST_RULES({.path = large}), "max-hash-size 4300\n");
	EXPECT_EQ(-EPERM, attempt_exec(large));
	EXPECT_EQ(too_large + 2, guest_number("causes.too-large"));
}

GUEST_MAIN
