// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs and scripts: every way to execute one whose content is banned ends in EPERM, on each file system.
 */
#include "tests/guest/guest.h"

FIXTURE(exec)
{
	struct guest_place place;
	const char *banned, *twin;
};

GUEST_PLACES(exec);

FIXTURE_SETUP(exec)
{
	guest_place_make(&self->place, variant->fs);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->twin = strdup(PATH_OF("%s/twin", self->place.dir));
}

FIXTURE_TEARDOWN(exec)
{
	guest_place_remove(&self->place);
}

static void check_elf(struct exec_self *self, int (*attempt)(const char *))
{
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->twin, HARMLESS, 0);
	guest_check(attempt, self->banned, BANNED, self->twin, HARMLESS);
}

TEST_F(exec, elf)
{
	check_elf(self, attempt_exec);
}

TEST_F(exec, elf_by_descriptor)
{
	check_elf(self, attempt_exec_fd);
}

TEST_F(exec, elf_copied_to_memfd)
{
	check_elf(self, attempt_memfd);
}

TEST_F(exec, elf_deleted)
{
	check_elf(self, attempt_deleted);
}

static void check_script(struct exec_self *self, int (*attempt)(const char *))
{
	guest_put_script(self->banned, BANNED, "/bin/sh");
	guest_put_script(self->twin, HARMLESS, "/bin/sh");
	guest_check(attempt, self->banned, BANNED, self->twin, HARMLESS);
}

TEST_F(exec, script)
{
	check_script(self, attempt_exec);
}

TEST_F(exec, script_by_descriptor)
{
	check_script(self, attempt_exec_fd);
}

TEST_F(exec, script_copied_to_memfd)
{
	check_script(self, attempt_memfd);
}

/* The scripts are as harmless as can be: what is banned is what they name. */
TEST_F(exec, interpreter_of_a_script)
{
	const char *script = PATH_OF("%s/script", self->place.dir);
	const char *twin_script = PATH_OF("%s/twin-script", self->place.dir);

	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->twin, HARMLESS, 0);
	guest_put_script(script, 0, self->banned);
	guest_put_script(twin_script, 0, self->twin);
	EXPECT_EQ(BANNED, attempt_exec(script));
	guest_ban(self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(script));
	EXPECT_EQ(-EPERM, attempt_exec(script));
	EXPECT_EQ(HARMLESS, attempt_exec(twin_script));
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(script));
}

/* A script may be an interpreter too: each link of the chain is asked for. */
TEST_F(exec, script_that_interprets_a_script)
{
	const char *script = PATH_OF("%s/script", self->place.dir);

	guest_put_elf(self->twin, HARMLESS, 0);
	guest_put_script(self->banned, 0, self->twin);
	guest_put_script(script, 0, self->banned);
	EXPECT_EQ(HARMLESS, attempt_exec(script));
	guest_ban(self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(script));
	EXPECT_EQ(HARMLESS, attempt_exec(self->twin));
	guest_lift();
	EXPECT_EQ(HARMLESS, attempt_exec(script));
}

/* What binfmt_misc hands to an interpreter is evaluated by its own hash, and then the interpreter by its. */
TEST_F(exec, file_for_binfmt_misc)
{
	const char *interpreter = PATH_OF("%s/interpreter", self->place.dir);
	struct guest_content content = {.bytes = "embargo-test", .size = FILE_SIZE};
	int fd;

	GUEST_RUN(NULL, "modprobe", "-q", "binfmt_misc");
	mount("binfmt_misc", "/proc/sys/fs/binfmt_misc", "binfmt_misc", 0, NULL);
	guest_put_elf(interpreter, HARMLESS, 0);
	guest_fill(&content, 12, 1);
	guest_put(self->banned, &content);
	guest_fill(&content, 12, 2);
	guest_put(self->twin, &content);
	fd = open("/proc/sys/fs/binfmt_misc/register", O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_LT(0, dprintf(fd, ":embargo-test:M::embargo-test::%s:", interpreter));
	close(fd);
	guest_check(attempt_exec, self->banned, HARMLESS, self->twin, HARMLESS);
	guest_ban(interpreter);
	EXPECT_EQ(-EPERM, attempt_exec(self->twin));
	guest_lift();
	EXPECT_EQ(HARMLESS, attempt_exec(self->twin));
	fd = open("/proc/sys/fs/binfmt_misc/embargo-test", O_WRONLY | O_CLOEXEC);
	EXPECT_EQ(2, write(fd, "-1", 2));
}

/* `ld.so ./prog`: the kernel executes ld.so, which is harmless, and then sees a mapping. */
TEST_F(exec, program_given_to_the_loader)
{
	long long denied;

	guest_copy_salted("/usr/sbin/embargo", self->banned, "banned");
	guest_copy_salted("/usr/sbin/embargo", self->twin, "benign");
	denied = guest_number("verdicts.mmap.denied");
	guest_check(attempt_loader, self->banned, 0, self->twin, 0);
	EXPECT_EQ(denied + 2, guest_number("verdicts.mmap.denied"));
}

/* The kernel maps a program's loader after the point of no return: the program dies instead. */
TEST_F(exec, loader_of_a_program)
{
	const char *program = PATH_OF("%s/program", self->place.dir);
	struct guest_content content;

	guest_put_elf(self->banned, BANNED, 0);
	guest_elf(&content, FILE_SIZE, 0, 5, self->banned);
	guest_put(program, &content);
	EXPECT_EQ(BANNED, attempt_exec(program));
	guest_ban(self->banned);
	EXPECT_LT(ATTEMPT_SIGNAL, attempt_exec(program));
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(program));
}

/* The helper that other tests and people use says the same. */
TEST_F(exec, probe_tells_who_refused)
{
	char *output = NULL;

	guest_put_elf(self->banned, BANNED, 0);
	EXPECT_EQ(0, GUEST_RUN(&output, GUEST_PROBE, "exec", self->banned));
	EXPECT_STREQ("ALLOWED, status 66\n", output);
	guest_ban(self->banned);
	EXPECT_EQ(1, GUEST_RUN(&output, GUEST_PROBE, "exec", self->banned));
	EXPECT_STREQ("DENIED\n", output);
	chmod(self->banned, 0644);
	EXPECT_EQ(2, GUEST_RUN(&output, GUEST_PROBE, "exec", self->banned));
	EXPECT_STREQ("DENIED_OTHER EACCES\n", output);
	unlink(self->banned);
	EXPECT_EQ(3, GUEST_RUN(&output, GUEST_PROBE, "exec", self->banned));
	EXPECT_STREQ("ERROR ENOENT\n", output);
}

GUEST_MAIN
