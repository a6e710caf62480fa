// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is an interpreter, by path and by hash, from when to when; what rules, mode and on-error make of it. */
#include <sys/wait.h>

#include "tests/guest/interpreter.h"

#define DASH INTERPRETER_BIN "/dash"
#define KASPERSKY "/var/opt/kaspersky"

FIXTURE(rules)
{
	struct guest_place place;
	const char *banned, *twin;
};

FIXTURE_SETUP(rules)
{
	guest_place_at(&self->place, GUEST_EXT4);
	interpreter_lift();
	self->banned = strdup(PATH_OF("%s/banned.sh", self->place.dir));
	self->twin = strdup(PATH_OF("%s/twin.sh", self->place.dir));
	interpreter_put(self->banned, BANNED);
	interpreter_put(self->twin, HARMLESS);
}

FIXTURE_TEARDOWN(rules)
{
	guest_place_remove(&self->place);
}

/* Copies of one program under other names, and a rule with the hash that they all have. */
TEST_F(rules, interpreter_by_hash)
{
	const char *renamed = PATH_OF("%s/not-a-shell", self->place.dir), *rules;
	const char *other = PATH_OF("%s/another", self->place.dir), *copy = "/tmp/copied";

	guest_copy_salted(DASH, renamed, "salt");
	guest_copy_salted(renamed, copy, "");
	guest_copy_salted(DASH, other, "pepper");
	rules = PATH_OF("ban interpreter %s\nban hash %s\n", driver_hash(renamed), driver_hash(self->banned));
	guest_load("--enforce", NULL, rules);
	EXPECT_TRUE(interpreter_hooked());
	EXPECT_EQ(-EPERM, INTERPRETER_RUN(renamed, self->banned));
	EXPECT_EQ(-EPERM, INTERPRETER_RUN(copy, self->banned));
	ASSERT_EQ(0, rename(renamed, PATH_OF("%s/moved", self->place.dir)));
	EXPECT_EQ(-EPERM, INTERPRETER_RUN(PATH_OF("%s/moved", self->place.dir), self->banned));
	/* Of another hash and another path: no interpreter. */
	EXPECT_EQ(BANNED, INTERPRETER_RUN(other, self->banned));
	EXPECT_EQ(BANNED, INTERPRETER_RUN(DASH, self->banned));
	unlink(copy);
}

TEST_F(rules, interpreter_by_path_and_exempted_by_hash)
{
	const char *shell = PATH_OF("%s/shell", self->place.dir), *others = "/run/allow.policy";
	FILE *out = fopen(others, "we");

	guest_copy_salted(DASH, shell, "mine");
	guest_load("--enforce", GUEST_RULES({.path = self->banned}),
		   PATH_OF("ban interpreter \"%s\"\n", shell));
	EXPECT_EQ(-EPERM, INTERPRETER_RUN(shell, self->banned));
	ASSERT_NOT_NULL(out);
	fprintf(out, "policy allow\nversion 1\nallow interpreter %s\n", driver_hash(shell));
	fclose(out);
	EMBARGO("load", "--enforce", POLICY_FILE, others);
	EXPECT_EQ(BANNED, INTERPRETER_RUN(shell, self->banned));
	unlink(others);
}

/* The file of an interpreter is gone, and another program gets its number. */
TEST_F(rules, inode_of_an_interpreter_that_is_gone)
{
	const char *shell = strdup(PATH_OF("%s/shell", self->place.dir)), *next = shell;
	struct stat gone, st = {};

	guest_copy_salted(DASH, shell, "mine");
	interpreter_load("--enforce", GUEST_RULES({.path = self->banned}),
			 PATH_OF("ban interpreter \"%s\"\n", shell));
	EXPECT_EQ(-EPERM, INTERPRETER_RUN(shell, self->banned));
	ASSERT_EQ(0, stat(shell, &gone));
	ASSERT_EQ(0, unlink(shell));
	for (int i = 0; i < 20000 && st.st_ino != gone.st_ino; i++) {
		next = PATH_OF("%s/next%d", self->place.dir, i);
		close(open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755));
		ASSERT_EQ(0, stat(next, &st));
	}
	ASSERT_EQ(gone.st_ino, st.st_ino);
	ASSERT_EQ(0, GUEST_RUN(NULL, "sh", "-c", PATH_OF("cat %s >%s", DASH, next)));
	EXPECT_EQ(BANNED, INTERPRETER_RUN(next, self->banned));
}

/* @shell waits for its commands since before the policy. */
static void check_running(const char *shell, const char *banned, const char *twin)
{
	const char *const argv[] = {shell, NULL};
	int in[2], output = memfd_create("output", MFD_CLOEXEC), saved = dup(STDIN_FILENO);
	char *text;
	pid_t pid;

	guest_load("--enforce", NULL, PATH_OF("ban interpreter \"%s\"\n", twin));
	ASSERT_EQ(0, pipe2(in, O_CLOEXEC));
	dup2(in[0], STDIN_FILENO);
	pid = guest_spawn(argv, output, output);
	dup2(saved, STDIN_FILENO);
	interpreter_load("--enforce", GUEST_RULES({.path = banned}),
			 strncmp(shell, INTERPRETER_BIN, strlen(INTERPRETER_BIN))
				 ? PATH_OF("ban interpreter \"%s\"\n", shell)
				 : NULL);
	dprintf(in[1], "source %s\nexit 5\n", banned);
	close(in[1]);
	EXPECT_EQ(5, attempt_status(pid));
	text = guest_slurp(output);
	EXPECT_NOT_NULL(strstr(text, INTERPRETER_REFUSED))
	{
		TH_LOG("%s", text);
	}
}

TEST_F(rules, interpreter_that_runs_already)
{
	const char *other = strdup(PATH_OF("%s/bash", self->place.dir));

	check_running(INTERPRETER_BIN "/bash", self->banned, self->twin);
	/* On a file system that tells the generation of an inode. */
	guest_copy_salted(INTERPRETER_BIN "/bash", other, "");
	check_running(other, self->banned, self->twin);
}

/* What runs is the loader then, to the kernel; it can be named like any other. */
TEST_F(rules, interpreter_started_by_the_loader)
{
	char loader[PATH_MAX];

	ASSERT_NOT_NULL(realpath(ATTEMPT_LOADER, loader));
	interpreter_load("--enforce", GUEST_RULES({.path = self->banned}), NULL);
	EXPECT_EQ(BANNED, INTERPRETER_RUN(ATTEMPT_LOADER, DASH, self->banned));
	interpreter_load("--enforce", GUEST_RULES({.path = self->banned}),
			 PATH_OF("ban interpreter \"%s\"\n", loader));
	EXPECT_EQ(-EPERM, INTERPRETER_RUN(ATTEMPT_LOADER, DASH, self->banned));
	EXPECT_EQ(0, INTERPRETER_RUN("/usr/bin/cat", self->banned));
}

/* The product's real layout: /opt/kaspersky/kesl is a link. What counts is where the file is. */
TEST_F(rules, below_a_banned_path)
{
	const char *real = KASPERSKY "/kesl/run.sh", *linked = "/opt/kaspersky/kesl/run.sh";

	ASSERT_EQ(0, GUEST_RUN(NULL, "mkdir", "-p", KASPERSKY "/kesl", "/opt/kaspersky"));
	symlink(KASPERSKY "/kesl", "/opt/kaspersky/kesl");
	interpreter_put(real, BANNED);
	EXPECT_EQ(BANNED, INTERPRETER_RUN(DASH, linked));
	interpreter_load("--enforce", NULL, "ban path prefix=\"" KASPERSKY "/\"\n");
	EXPECT_EQ(-EPERM, INTERPRETER_RUN(DASH, real));
	EXPECT_EQ(-EPERM, INTERPRETER_RUN(DASH, linked));
	EXPECT_EQ(-EPERM, attempt_exec(linked));
	EXPECT_EQ(0, GUEST_RUN(&(char *){NULL}, "/usr/bin/cat", linked));
	EXPECT_EQ(BANNED, INTERPRETER_RUN(DASH, self->banned));
	/* By the path of the link alone nothing is found, and the manual says so. */
	interpreter_load("--enforce", NULL, "ban path prefix=\"/opt/kaspersky/\"\n");
	EXPECT_EQ(BANNED, INTERPRETER_RUN(DASH, linked));
	interpreter_load("--enforce", GUEST_RULES({.path = real, .action = "allow"}),
			 "ban path prefix=\"" KASPERSKY "/\"\non-error unhashed-mapping allow\n");
	/* An allowed hash beats the path, where the kernel can have the hash. */
	EXPECT_EQ(INTERPRETER_HASHES ? BANNED : -EPERM, INTERPRETER_RUN(DASH, real));
	GUEST_RUN(NULL, "rm", "-r", KASPERSKY, "/opt/kaspersky");
}

TEST_F(rules, audit_mode_tells_and_lets_read)
{
	json_t *events, *event;
	size_t i, seen = 0;

	interpreter_load("--audit", GUEST_RULES({.path = self->banned, .name = "thing"}), NULL);
	guest_events_clear();
	EXPECT_EQ(BANNED, INTERPRETER_RUN(DASH, self->banned));
	events = guest_events();
	json_array_foreach(events, i, event)
	{
		seen++;
		EXPECT_STREQ("would-deny", guest_text(event, "verdict"));
		EXPECT_STREQ("open", guest_text(event, "hook"));
		EXPECT_STREQ(self->banned, guest_text(event, "path"));
		EXPECT_STREQ("dash", guest_text(event, "comm"));
		if (INTERPRETER_HASHES)
			EXPECT_STREQ("thing", guest_text(event, "rule_name"));
		else
			EXPECT_STREQ("unhashed-mapping", guest_text(event, "cause"));
	}
	EXPECT_EQ(1, seen)
	{
		TH_LOG("%s", json_dumps(events, JSON_INDENT(1)));
	}
	EMBARGO("mode", "enforce");
	EXPECT_EQ(-EPERM, INTERPRETER_RUN(DASH, self->banned));
}

TEST_F(rules, audited_file_is_read)
{
	long long audited;

	interpreter_load("--enforce", GUEST_RULES({.path = self->banned, .action = "audit"}),
			 "on-error unhashed-mapping audit\n");
	audited = guest_number("verdicts.open.audited");
	EXPECT_EQ(BANNED, INTERPRETER_RUN(DASH, self->banned));
	EXPECT_EQ(audited + 1, guest_number("verdicts.open.audited"));
}

/*
 * Where the kernel cannot hash a file that is opened (before 6.11), on-error says what becomes of one of a
 * listed size, until its hash is known from somewhere else: here from an attempt to execute it.
 */
TEST_F(rules, unhashed_file_follows_on_error)
{
	long long unhashed;

	interpreter_load("--enforce", GUEST_RULES({.path = self->banned}),
			 "on-error unhashed-mapping allow\n");
	unhashed = guest_number("causes.unhashed-mapping");
	EXPECT_EQ(INTERPRETER_HASHES ? -EPERM : BANNED, INTERPRETER_RUN(DASH, self->banned));
	EXPECT_EQ(HARMLESS, INTERPRETER_RUN(DASH, self->twin));
	EXPECT_EQ(INTERPRETER_HASHES ? unhashed : unhashed + 2, guest_number("causes.unhashed-mapping"));
	/* Mapping it has it hashed, and the hash kept. */
	EXPECT_EQ(-EPERM, attempt_mmap_then_mprotect(self->banned));
	EXPECT_EQ(0, attempt_mmap_then_mprotect(self->twin));
	EXPECT_EQ(-EPERM, INTERPRETER_RUN(DASH, self->banned));
	interpreter_load("--enforce", GUEST_RULES({.path = self->banned}), NULL);
	EXPECT_EQ(-EPERM, INTERPRETER_RUN(DASH, self->banned));
	EXPECT_EQ(HARMLESS, INTERPRETER_RUN(DASH, self->twin));
}

/* Without a size any file that an interpreter opens could be it; of a format that is read, not run by itself.
 */
TEST_F(rules, without_a_size)
{
	interpreter_load("--enforce", GUEST_RULES({.path = self->banned, .unsized = true, .format = "other"}),
			 NULL);
	EXPECT_EQ(INTERPRETER_HASHES ? -EPERM : BANNED, INTERPRETER_RUN(DASH, self->banned));
	EXPECT_EQ(HARMLESS, INTERPRETER_RUN(DASH, self->twin));
}

/* The last: both loads change the programs that are attached. */
TEST_F_TIMEOUT(rules, zz_hook_is_there_while_rules_are, 240)
{
	interpreter_load("--enforce", GUEST_RULES({.path = self->banned}), NULL);
	EXPECT_TRUE(interpreter_hooked());
	EXPECT_EQ(-EPERM, INTERPRETER_RUN(DASH, self->banned));
	guest_ban(self->banned);
	EXPECT_FALSE(interpreter_hooked());
	EXPECT_EQ(BANNED, INTERPRETER_RUN(DASH, self->banned));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EMBARGO("unload");
	EXPECT_EQ(BANNED, INTERPRETER_RUN(DASH, self->banned));
	guest_lift();
}

GUEST_MAIN
