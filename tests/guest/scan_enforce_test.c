// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules that the kernel cannot match: scan finds what falls under them, and --enforce has the kernel refuse
 * it.
 */
#include "tests/guest/guest.h"
#include "tests/guest/guest_event.h"
#include "tests/guest/resolved.h"

#include "policy/identity/identity.h"

FIXTURE(pin)
{
	struct guest_place place;
	const char *first, *second, *twin;
	char *rule; /* for the build-id of the first two */
	int status; /* what they exit with */
};

static char *build_id(const char *path)
{
	struct embargo_identity *identity;

	ASSERT_EQ(0, embargo_identity_read(path, EMBARGO_WANT_INSIDE, &identity, NULL));
	ASSERT_NOT_NULL(identity->build_id)
	{
		TH_LOG("%s has no build-id", path);
	}
	return identity->build_id;
}

FIXTURE_SETUP(pin)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->first = strdup(PATH_OF("%s/first", self->place.dir));
	self->second = strdup(PATH_OF("%s/second", self->place.dir));
	self->twin = strdup(PATH_OF("%s/twin", self->place.dir));
	guest_copy_salted(GUEST_PROBE, self->first, "one");
	guest_copy_salted(GUEST_PROBE, self->second, "another");
	guest_put_elf(self->twin, HARMLESS, 0);
	self->status = attempt_exec(self->first);
	ASSERT_EQ(64, self->status);
	self->rule = strdup(PATH_OF("ban build-id %s reason=\"found by scan\"\n", build_id(self->first)));
}

FIXTURE_TEARDOWN(pin)
{
	guest_lift();
	EXPECT_EQ(self->status, attempt_exec(self->first));
	guest_place_remove(&self->place);
}

/* The package test-evil, which has @files: paths, a line each. */
static void package_make(const char *files)
{
	static const char status[] = "Package: test-evil\nStatus: install ok installed\nMaintainer: Evil\n"
				     "Architecture: amd64\nVersion: 1.0\n\n";

	GUEST_RUN(NULL, "mkdir", "-p", "/var/lib/dpkg/info");
	guest_put_text("/var/lib/dpkg/status", status);
	guest_put_text("/var/lib/dpkg/info/test-evil.list", files);
}

static void package_remove(void)
{
	unlink("/var/lib/dpkg/status");
	unlink("/var/lib/dpkg/info/test-evil.list");
}

/* The summary of a scan --enforce. */
static json_t *scan_pin(const char *path, char **ret_output)
{
	json_t *summary;
	char *output = NULL;

	EXPECT_EQ(3, GUEST_RUN(&output, "embargo", "scan", "--json", "--enforce", path))
	{
		TH_LOG("%s", output);
	}
	summary = json_loads(strstr(output, "{\"type\":\"summary\""), JSON_DISABLE_EOF_CHECK, NULL);
	ASSERT_NOT_NULL(summary)
	{
		TH_LOG("%s", output);
	}
	*ret_output = output;
	return summary;
}

TEST_F(pin, a_build_id)
{
	char *output = NULL;
	json_t *summary;

	guest_load("--enforce", NULL, self->rule);
	EXPECT_EQ(self->status, attempt_exec(self->first));
	EXPECT_EQ(3, GUEST_RUN(&output, "embargo", "scan", self->place.dir)); /* that alone changes nothing */
	EXPECT_EQ(self->status, attempt_exec(self->first));
	summary = scan_pin(self->place.dir, &output);
	EXPECT_EQ(2, guest_integer(summary, "findings"));
	EXPECT_EQ(2, guest_integer(summary, "pinned"));
	guest_events_clear();
	EXPECT_EQ(-EPERM, attempt_exec(self->first));
	EXPECT_STREQ("found by scan", guest_text(guest_one_event(), "reason"));
	EXPECT_EQ(-EPERM, attempt_exec(self->second));
	EXPECT_EQ(HARMLESS, attempt_exec(self->twin));
	summary = scan_pin(self->place.dir, &output);
	EXPECT_EQ(0, guest_integer(summary, "pinned"));
	/* Over a load of the same rule, and no longer. */
	guest_load("--enforce", GUEST_RULES({.path = self->first, .action = "allow"}), self->rule);
	EXPECT_EQ(self->status, attempt_exec(self->first));
	EXPECT_EQ(-EPERM, attempt_exec(self->second));
	guest_lift();
	EXPECT_EQ(self->status, attempt_exec(self->second));
}

/* What the kernel would refuse by a path, though a rule that it cannot match allows it. */
TEST_F(pin, an_exemption)
{
	char *output = NULL;
	json_t *summary;

	guest_load("--enforce", NULL,
		   PATH_OF("ban path \"%s/\"\nallow build-id %s\n", self->place.dir, build_id(self->first)));
	EXPECT_EQ(-EPERM, attempt_exec(self->first));
	summary = scan_pin(self->place.dir, &output);
	EXPECT_EQ(1, guest_integer(summary, "findings"));
	EXPECT_EQ(2, guest_integer(summary, "pinned"));
	EXPECT_EQ(self->status, attempt_exec(self->first));
	EXPECT_EQ(-EPERM, attempt_exec(self->twin));
}

/* The guard: what the host needs is left out, and the rest is. */
TEST_F(pin, not_what_the_host_needs)
{
	const char *program = access("/usr/sbin/embargo", X_OK) ? "/usr/bin/embargo" : "/usr/sbin/embargo";
	const char *copy = PATH_OF("%s/copy", self->place.dir);
	char *output = NULL;
	json_t *summary;

	guest_copy_salted(program, copy, "");
	guest_load("--enforce", NULL, PATH_OF("%sban build-id %s\n", self->rule, build_id(program)));
	summary = scan_pin(self->place.dir, &output);
	EXPECT_EQ(3, guest_integer(summary, "findings"));
	EXPECT_EQ(2, guest_integer(summary, "pinned"));
	EXPECT_NOT_NULL(strstr(output, "not enforced: '"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_EQ(-EPERM, attempt_exec(self->first));
}

/* Files of a package, by scan. */
TEST_F(pin, files_of_a_package)
{
	const char *empty = PATH_OF("%s/__init__.py", self->place.dir);
	char *output = NULL;
	json_t *summary;

	close(open(empty, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	package_make(PATH_OF("%s\n%s\n", self->second, empty));
	guest_load("--enforce", NULL, "ban package name=test-evil reason=evil\n");
	summary = scan_pin(self->place.dir, &output);
	EXPECT_EQ(1, guest_integer(summary, "pinned"));
	EXPECT_EQ(-EPERM, attempt_exec(self->second));
	EXPECT_EQ(self->status, attempt_exec(self->first));
	package_remove();
}

/* A process that runs already, of a package; its file is gone. */
TEST_F(pin, a_running_process_of_a_package)
{
	const char *path = PATH_OF("%s/sleep", self->place.dir);
	const char *const argv[] = {path, "1000", NULL};
	char *output = NULL, *kept = PATH_OF("%s/kept", self->place.dir);
	pid_t pid;

	package_make(PATH_OF("%s\n", path));
	guest_copy_salted("/usr/bin/busybox", path, "mine");
	guest_load("--enforce", NULL, "ban package name=test-evil reason=evil\n");
	pid = guest_spawn(argv, -1, -1);
	ASSERT_EQ(0, link(path, kept));
	ASSERT_EQ(0, unlink(path));
	EXPECT_EQ(3, GUEST_RUN(&output, "embargo", "scan", "--present", "--enforce"));
	EXPECT_NOT_NULL(strstr(output, PATH_OF("denied process %s (pid %d", path, pid)))
	{
		TH_LOG("%s", output);
	}
	EXPECT_NOT_NULL(strstr(output, "denied package of package test-evil 1.0"));
	EXPECT_EQ(ATTEMPT_SIGNAL + SIGKILL, guest_end(pid, SIGKILL));
	EXPECT_EQ(-EPERM, attempt_exec(kept));
	EXPECT_EQ(1, guest_number("rules.resolved"));
	package_remove();
}

TEST_F(pin, without_a_policy_in_force_or_with_another)
{
	char *output = NULL;

	EXPECT_EQ(2, GUEST_RUN(&output, "embargo", "scan", "--enforce", "--policy", POLICY_FILE, "/mnt"));
	EXPECT_NOT_NULL(strstr(output, "exclude each other"));
	EXPECT_EQ(2, GUEST_RUN(&output, "embargo", "scan", "--enforce"));
	/* By its former name. */
	EXPECT_EQ(2, GUEST_RUN(&output, "embargo", "scan", "--pin", "--policy", POLICY_FILE, "/mnt"));
	EXPECT_NOT_NULL(strstr(output, "options --policy and --enforce exclude each other")
				?: strstr(output, "options --enforce and --policy exclude each other"));
}

GUEST_MAIN
