// SPDX-License-Identifier: GPL-2.0-or-later
/* What a named interpreter may read, by each of its ways of reading; any other program reads on. */
#include "tests/guest/interpreter.h"

FIXTURE(interpreter)
{
	struct guest_place place;
	const char *banned, *twin, *larger;
};

/* A program and its arguments; "%" stands for the file. */
FIXTURE_VARIANT(interpreter)
{
	enum guest_fs fs;
	const char *argv[6];
	const char *suffix; /* of the file; ".deb": one that is made already */
};

#define PYTHON INTERPRETER_BIN "/python3", "-ISBc"
#define PYTHON_IMPORT                                                                                        \
	"import sys, os; d, f = os.path.split(sys.argv[1]); sys.path.insert(0, d); __import__(f[:-3])"

FIXTURE_VARIANT_ADD(interpreter, sh){.fs = GUEST_EXT4, .argv = {"/bin/sh", "%"}, .suffix = ".sh"};
FIXTURE_VARIANT_ADD(interpreter,
		    dash_tmpfs){.fs = GUEST_TMPFS, .argv = {INTERPRETER_BIN "/dash", "%"}, .suffix = ".sh"};
FIXTURE_VARIANT_ADD(interpreter, dash_overlay){
	.fs = GUEST_OVERLAY, .argv = {INTERPRETER_BIN "/dash", "%"}, .suffix = ".sh"};
FIXTURE_VARIANT_ADD(interpreter, dash_dot){
	.fs = GUEST_EXT4, .argv = {INTERPRETER_BIN "/dash", "-c", ". \"$0\"", "%"}, .suffix = ".sh"};
FIXTURE_VARIANT_ADD(interpreter, dash_stdin){
	.fs = GUEST_EXT4, .argv = {INTERPRETER_BIN "/dash", "-c", "dash <\"$0\"", "%"}, .suffix = ".sh"};
FIXTURE_VARIANT_ADD(interpreter,
		    bash){.fs = GUEST_EXT4, .argv = {INTERPRETER_BIN "/bash", "%"}, .suffix = ".sh"};
FIXTURE_VARIANT_ADD(interpreter, bash_source){
	.fs = GUEST_EXT4, .argv = {INTERPRETER_BIN "/bash", "-c", "source \"$0\"", "%"}, .suffix = ".sh"};
FIXTURE_VARIANT_ADD(interpreter, python){
	.fs = GUEST_EXT4, .argv = {INTERPRETER_BIN "/python3", "-ISB", "%"}, .suffix = ".py"};
FIXTURE_VARIANT_ADD(interpreter,
		    python_import){.fs = GUEST_EXT4, .argv = {PYTHON, PYTHON_IMPORT, "%"}, .suffix = ".py"};
FIXTURE_VARIANT_ADD(interpreter,
		    perl){.fs = GUEST_EXT4, .argv = {INTERPRETER_BIN "/perl", "%"}, .suffix = ".pl"};
FIXTURE_VARIANT_ADD(interpreter, perl_do){.fs = GUEST_EXT4,
					  .argv = {INTERPRETER_BIN "/perl", "-e", "do shift or die $!", "%"},
					  .suffix = ".pl"};
FIXTURE_VARIANT_ADD(interpreter, deb_contents){
	.fs = GUEST_EXT4, .argv = {INTERPRETER_BIN "/dpkg-deb", "-c", "%"}, .suffix = ".deb"};
FIXTURE_VARIANT_ADD(interpreter, deb_extract){
	.fs = GUEST_EXT4, .argv = {INTERPRETER_BIN "/dpkg-deb", "-x", "%", "/tmp/deb"}, .suffix = ".deb"};

FIXTURE_SETUP(interpreter)
{
	bool deb = !strcmp(variant->suffix, ".deb");

	guest_place_at(&self->place, variant->fs);
	interpreter_lift();
	self->banned = strdup(PATH_OF("%s/banned%s", self->place.dir, variant->suffix));
	self->twin = strdup(PATH_OF("%s/twin%s", self->place.dir, variant->suffix));
	self->larger = strdup(PATH_OF("%s/larger%s", self->place.dir, variant->suffix));
	if (deb) {
		guest_copy_salted(INTERPRETER_FILES "/banned.deb", self->banned, "");
		guest_copy_salted(INTERPRETER_FILES "/twin.deb", self->twin, "");
		guest_copy_salted(INTERPRETER_FILES "/twin.deb", self->larger, "\n");
	} else {
		interpreter_put(self->banned, BANNED);
		interpreter_put(self->twin, HARMLESS);
		guest_copy_salted(self->twin, self->larger, "\n");
	}
}

FIXTURE_TEARDOWN(interpreter)
{
	guest_place_remove(&self->place);
}

static int run(const struct interpreter_variant *variant, const char *path)
{
	const char *argv[7] = {};

	for (int i = 0; variant->argv[i]; i++)
		argv[i] = strcmp(variant->argv[i], "%") ? variant->argv[i] : path;
	return interpreter_run(argv);
}

/* Others only read. */
static void check_others(const char *path)
{
	EXPECT_EQ(0, GUEST_RUN(&(char *){NULL}, "/usr/bin/cat", path));
	EXPECT_EQ(0, GUEST_RUN(&(char *){NULL}, "/usr/bin/cp", path, "/tmp/copy"));
}

TEST_F(interpreter, reads_no_banned_file)
{
	bool deb = !strcmp(variant->suffix, ".deb");
	int banned = deb ? 0 : BANNED, harmless = deb ? 0 : HARMLESS;
	long long denied;

	EXPECT_EQ(banned, run(variant, self->banned));
	interpreter_load("--enforce", GUEST_RULES({.path = self->banned}), NULL);
	denied = guest_number("verdicts.open.denied");
	EXPECT_EQ(-EPERM, run(variant, self->banned));
	EXPECT_EQ(-EPERM, run(variant, self->banned));
	EXPECT_LE(denied + 2, guest_number("verdicts.open.denied")); /* some try twice */
	check_others(self->banned);
	/* Of the very size, and never hashed: a kernel that cannot hash it now does what on-error says. */
	EXPECT_EQ(INTERPRETER_HASHES ? harmless : -EPERM, run(variant, self->twin));
	EXPECT_EQ(harmless, run(variant, self->larger));
	interpreter_lift();
	EXPECT_EQ(banned, run(variant, self->banned));
}

GUEST_MAIN
