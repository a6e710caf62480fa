// SPDX-License-Identifier: GPL-2.0-or-later
/* Ways past a rule for what an interpreter reads, by an ordinary user in a namespace of his own. */
#include <sys/mount.h>

#include "tests/guest/interpreter.h"
#include "tests/guest/technique.h"
#include "tests/guest/world.h"

FIXTURE(evasion_interpreter)
{
	struct guest_place place;
};

FIXTURE_SETUP(evasion_interpreter)
{
	guest_place_make(&self->place, GUEST_EXT4);
}

FIXTURE_TEARDOWN(evasion_interpreter)
{
	guest_lift();
	guest_place_remove(&self->place);
}

/* An ordinary program gets the name of an interpreter, in a user's own world, and runs there. */
static void rename_interpreter_step(const void *script)
{
	char *const argv[] = {"cat", (char *)script, NULL};

	if (world_own() && !mount("/usr/bin/cat", "/usr/bin/dash", NULL, MS_BIND, NULL))
		execv("/usr/bin/dash", argv);
}

TEST_F(evasion_interpreter, name_given_to_another_program)
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

	if (world_own() && !mount("/usr/bin/dash", "/usr/bin/cat", NULL, MS_BIND, NULL))
		execv("/usr/bin/cat", argv);
}

TEST_F(evasion_interpreter, under_another_name)
{
	int status;
	const char *script = strdup(PATH_OF("%s/script", self->place.dir));

	interpreter_put(script, BANNED);
	EXPECT_EQ(BANNED, attempt_fork(hide_interpreter_step, script));
	interpreter_load("--enforce", GUEST_RULES({.path = script, .format = "script"}), NULL);
	status = attempt_fork(hide_interpreter_step, script);
	EXPECT_NE(BANNED, status);
	technique_line("interpreter", "interpreter mounted over another program by a user", "ext4",
		       status == BANNED ? TECHNIQUE_PASSES : TECHNIQUE_REFUSED,
		       "an interpreter is known by its inode");
	interpreter_lift();
	EXPECT_EQ(BANNED, attempt_fork(hide_interpreter_step, script));
}

GUEST_MAIN
