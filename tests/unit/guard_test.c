// SPDX-License-Identifier: GPL-2.0-or-later
/* The lock-out guard, on this very host: what it must refuse, and what not. */
#include "tests/harness.h"

#include <sys/stat.h>

#include "policy/identity/identity.h"
#include "userspace/check/guard.h"

static bool essential_have(const struct embargo_essential_files *essential, const char *path)
{
	char real[PATH_MAX];
	size_t i;

	if (!realpath(path, real))
		return false;
	for (i = 0; i < essential->count; i++)
		if (!strcmp(essential->paths[i], real))
			return true;
	return false;
}

TEST(what_every_host_needs_is_found)
{
	struct embargo_essential_files essential = {0};
	size_t i, libraries = 0;

	ASSERT_EQ(0, embargo_essential_find(&essential));
	EXPECT_TRUE(essential_have(&essential, "/proc/self/exe"));
	EXPECT_TRUE(essential_have(&essential, "/bin/sh"));
	EXPECT_TRUE(essential_have(&essential, "/bin/bash"));
	EXPECT_TRUE(essential_have(&essential, "/bin/mount"));
	EXPECT_TRUE(essential_have(&essential, "/usr/bin/dpkg"));
	for (i = 0; i < essential.count; i++) {
		EXPECT_EQ('/', essential.paths[i][0]);
		libraries += !!strstr(essential.paths[i], "/libc.so") +
			     !!strstr(essential.paths[i], "/ld-linux") +
			     !!strstr(essential.paths[i], "/libjansson.so");
	}
	EXPECT_LE(3, libraries);
	embargo_essential_clear(&essential);
}

/* What the dynamic loader itself says that a program needs. */
static void check_libraries(const struct embargo_essential_files *essential, const char *program)
{
	_cleanup_free_ char *command = NULL, *line = NULL;
	size_t room = 0, found = 0;
	char *path, *end;
	FILE *out;

	ASSERT_LT(0, asprintf(&command, "ldd %s 2>&1", program));
	out = popen(command, "r");
	ASSERT_NOT_NULL(out);
	while (getline(&line, &room, out) > 0) {
		path = strchr(line, '/');
		end = path ? strstr(path, " (0x") : NULL;
		if (!end)
			continue;
		*end = '\0';
		found++;
		EXPECT_TRUE(essential_have(essential, path))
		{
			TH_LOG("%s of %s", path, program);
		}
	}
	pclose(out);
	EXPECT_LE(2, found);
}

TEST(libraries_of_programs_that_do_not_run)
{
	static const char *const programs[] = {"/bin/sh",	"/bin/mount",	"/bin/login",
					       "/bin/su",	"/bin/kmod",	"/usr/bin/dpkg",
					       "/usr/bin/sudo", "/bin/udevadm", "/lib/systemd/systemd"};
	struct embargo_essential_files essential = {0};
	size_t i;

	ASSERT_EQ(0, embargo_essential_find(&essential));
	for (i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (access(programs[i], X_OK) == 0)
			check_libraries(&essential, programs[i]);
	embargo_essential_clear(&essential);
}

FIXTURE(own)
{
	char directory[32];
};

FIXTURE_SETUP(own)
{
	strcpy(self->directory, "/tmp/embargo-ownXXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->directory));
}

FIXTURE_TEARDOWN(own)
{
	_cleanup_free_ char *command = NULL;

	ASSERT_LT(0, asprintf(&command, "rm -rf %s", self->directory));
	EXPECT_EQ(0, system(command));
}

FIXTURE_VARIANT(own)
{
	const char *flags;
};

FIXTURE_VARIANT_ADD(own, run_path){
	.flags = "-Wl,--enable-new-dtags,-rpath,/nowhere:\\$ORIGIN/own",
};

FIXTURE_VARIANT_ADD(own, old_path){
	.flags = "-Wl,--disable-new-dtags,-rpath,\\${ORIGIN}/own",
};

TEST_F(own, library_beside_the_program)
{
	_cleanup_free_ char *command = NULL, *program = NULL, *library = NULL;
	struct embargo_essential_files essential = {0};

	ASSERT_LT(0, asprintf(&command,
			      "cd %s && mkdir own && echo 'int f(void) {return 0;}' >f.c && "
			      "echo 'int f(void); int main(void) {return f();}' >main.c && "
			      "gcc -shared -fPIC f.c -o own/libown.so && "
			      "gcc main.c -Lown -lown \"%s\" -o program && ./program",
			      self->directory, variant->flags));
	ASSERT_EQ(0, system(command));
	ASSERT_LT(0, asprintf(&program, "%s/program", self->directory));
	ASSERT_LT(0, asprintf(&library, "%s/own/libown.so", self->directory));
	ASSERT_EQ(0, embargo_essential_add(&essential, program));
	ASSERT_EQ(0, embargo_essential_libraries(&essential));
	EXPECT_TRUE(essential_have(&essential, library));
	EXPECT_TRUE(essential_have(&essential, "/lib/x86_64-linux-gnu/libc.so.6"));
	EXPECT_EQ(4, essential.count); /* and ld.so, which libc needs */
	embargo_essential_clear(&essential);
}

TEST(each_is_named_once)
{
	struct embargo_essential_files essential = {0};
	size_t i, j;

	ASSERT_EQ(0, embargo_essential_find(&essential));
	for (i = 0; i < essential.count; i++)
		for (j = 0; j < i; j++)
			EXPECT_TRUE(strcmp(essential.paths[i], essential.paths[j]) != 0);
	embargo_essential_clear(&essential);
}

FIXTURE(ban){};

FIXTURE_VARIANT(ban)
{
	const char *path;
	const char *action;
	int expected;
};

FIXTURE_SETUP(ban)
{
}

#define BAN(name, file, what, result)                                                                        \
	FIXTURE_VARIANT_ADD(ban, name)                                                                       \
	{                                                                                                    \
		.path = file, .action = what, .expected = result                                             \
	}

BAN(refuse_shell, "/bin/sh", "ban", -EPERM);
BAN(refuse_libc, "/lib/x86_64-linux-gnu/libc.so.6", "ban", -EPERM);
BAN(refuse_loader, "/lib64/ld-linux-x86-64.so.2", "ban", -EPERM);
BAN(refuse_own_library, "/usr/lib/x86_64-linux-gnu/libjansson.so.4", "ban", -EPERM);
BAN(refuse_library_of_mount, "/lib/x86_64-linux-gnu/libmount.so.1", "ban", -EPERM);
BAN(refuse_module_of_login, "/lib/x86_64-linux-gnu/security/pam_unix.so", "ban", -EPERM);
BAN(refuse_ourselves, "/proc/self/exe", "ban", -EPERM);
BAN(take_audit_of_shell, "/bin/sh", "audit", 0);
BAN(take_allow_of_shell, "/bin/sh", "allow", 0);
BAN(take_ban_of_other_program, "/usr/bin/env", "ban", 0);

TEST_F(ban, by_hash)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	_cleanup_free_ char *hex = NULL;
	char text[256];

	if (access(variant->path, R_OK))
		SKIP("there is no %s", variant->path);
	ASSERT_EQ(0, embargo_identity_read(variant->path, 0, &identity, NULL));
	hex = embargo_hex(identity->digests.sha256, EMBARGO_SHA256_SIZE);
	snprintf(text, sizeof(text), "%s hash sha256:%s size=%llu format=elf name=\"it\"\n", variant->action,
		 hex, (unsigned long long)identity->digests.size);
	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "test", text, strlen(text), 0));
	ASSERT_EQ(0, embargo_policy_check(policy, 0));
	EXPECT_EQ(variant->expected, embargo_guard_policy(policy, EMBARGO_MODE_ENFORCE));
	EXPECT_EQ(0, embargo_guard_policy(policy, EMBARGO_MODE_AUDIT));
}

TEST_HARNESS_MAIN
