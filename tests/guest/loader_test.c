// SPDX-License-Identifier: GPL-2.0-or-later
/* Load and unload from nothing to nothing, and what of it outlives which process. */
#include "tests/guest/guest.h"

#include <sys/mount.h>
#include <sys/vfs.h>
#include "tests/guest/guest_watch.h"
#include "tests/guest/resolved.h"

#include <bpf/bpf.h>
#include <glob.h>

FIXTURE(loader)
{
	struct guest_place place;
	const char *banned, *harmless;
};

FIXTURE_SETUP(loader)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->harmless = strdup(PATH_OF("%s/harmless", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->harmless, HARMLESS, 0);
}

FIXTURE_TEARDOWN(loader)
{
	guest_place_remove(&self->place);
}

/*
 * How many programs, maps and links of embargo the kernel has, pinned or not. Names there have 15 letters.
 * *@ret_verified, which may be NULL: the most instructions that the verifier looked at for one program.
 */
static int objects_verified(unsigned *ret_verified)
{
	struct bpf_prog_info program;
	struct bpf_map_info map;
	__u32 id, size, most = 0;
	int count = 0, fd;

	for (id = 0; !bpf_prog_get_next_id(id, &id);) {
		fd = bpf_prog_get_fd_by_id(id);
		memset(&program, 0, sizeof(program));
		size = sizeof(program);
		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &program, &size) &&
		    !strncmp(program.name, "embargo", 7)) {
			count++;
			most = program.verified_insns > most ? program.verified_insns : most;
		}
		close(fd);
	}
	for (id = 0; !bpf_map_get_next_id(id, &id);) {
		fd = bpf_map_get_fd_by_id(id);
		memset(&map, 0, sizeof(map));
		size = sizeof(map);
		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &map, &size))
			count += !strncmp(map.name, "embargo", 7);
		close(fd);
	}
	if (ret_verified)
		*ret_verified = most;
	return count;
}

static int objects(void)
{
	return objects_verified(NULL);
}

static int policydbs(void)
{
	glob_t found = {};

	glob("/var/lib/embargo/*.book*", 0, NULL, &found);
	glob("/run/embargo/*.book*", GLOB_APPEND, NULL, &found);
	return found.gl_pathc;
}

/* The kernel frees what nobody holds any more a grace period later; a minute would be a leak. */
static int objects_left(void)
{
	uint64_t end = guest_clock_ns(CLOCK_MONOTONIC) + 20000000000ULL;

	while (objects() && guest_clock_ns(CLOCK_MONOTONIC) < end)
		sched_yield();
	return objects();
}

#define RESOLVED "/var/lib/embargo/resolved.book"

static int resolve_nothing(void)
{
	struct embargo_policy *policy = resolved_policy("ban build-id abcd\n");
	uint64_t generation;
	uint32_t added;
	int r = embargo_resolve(&policy->set, NULL, 0, 0, &added, &generation, NULL);

	embargo_policy_free(policy);
	return r;
}

TEST_F_TIMEOUT(loader, unload_leaves_nothing, 240)
{
	char *output = NULL;

	guest_load("--enforce", NULL, "ban build-id abcd\n");
	EXPECT_EQ(1, resolve(0, self->banned));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(0, GUEST_RUN(&output, "cp", RESOLVED, "/run/resolved.kept"));
	EMBARGO("unload");
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(0, objects_left());
	EXPECT_EQ(0, policydbs());
	EXPECT_EQ(-ENOENT, resolve_nothing());
	/* As after a reboot: what was found for the rule before is known, */
	EXPECT_EQ(0, GUEST_RUN(&output, "cp", "/run/resolved.kept", RESOLVED));
	guest_load("--enforce", NULL, "ban build-id abcd reason=\"still there\"\n");
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->harmless));
	EXPECT_EQ(1, guest_number("generation"));
	EXPECT_EQ(3, policydbs()); /* one of them twice: the last good one */
	/* and forgotten with its rule. */
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(-1, access(RESOLVED, F_OK));
	guest_ban(self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_LT(5, objects());
	EXPECT_EQ(4, policydbs());
	EXPECT_EQ(0, access("/run/embargo/policy", R_OK));
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "unload"));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(0, attempt_mmap_exec(self->banned));
	EXPECT_EQ(0, attempt_mmap_then_mprotect(self->banned));
	EXPECT_EQ(-1, access("/sys/fs/bpf/embargo", F_OK));
	EXPECT_EQ(-1, access("/run/embargo/policy", F_OK));
	EXPECT_EQ(0, policydbs());
	EXPECT_EQ(0, objects_left());
	/* And once more: there is nothing to take out, which is no error. */
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "unload"));
	EXPECT_STREQ("nothing was loaded\n", output);
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status", "--json"));
	EXPECT_NOT_NULL(strstr(output, "\"loaded\": false"));
}

/* At a million instructions it refuses, and how many it needs differs from kernel to kernel. */
TEST_F(loader, verifier_has_room_left)
{
	unsigned verified;

	guest_load("--enforce", GUEST_RULES({.path = self->banned}), "ban interpreter \"/bin/nothing\"\n");
	EXPECT_LT(0, objects_verified(&verified));
	EXPECT_LT(0U, verified);
	EXPECT_GT(150000U, verified);
	ASSERT_EQ(0, GUEST_RUN(NULL, "embargo", "unload"));
}

/* What the tests read in their own process is what the command prints. */
TEST_F(loader, status_is_what_tests_read)
{
	char *output = NULL;
	json_t *printed, *read, *value;
	const char *key;

	guest_ban(self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	ASSERT_EQ(0, GUEST_RUN(&output, "embargo", "status", "--json"));
	printed = json_loads(output, 0, NULL);
	read = guest_status();
	ASSERT_NOT_NULL(printed);
	EXPECT_EQ(1, json_array_size(json_object_get(printed, "policies")));
	EXPECT_STREQ("enforce", json_string_value(json_object_get(printed, "mode")));
	EXPECT_LE(3, json_array_size(json_object_get(printed, "hooks")));
	/* Running the command is itself a row of verdicts; the policy database is read by the command alone.
	 */
	json_object_del(read, "verdicts");
	json_object_del(read, "policies");
	json_object_del(read, "time");
	json_object_foreach(read, key, value)
	{
		EXPECT_TRUE(json_equal(value, json_object_get(printed, key)))
		{
			TH_LOG("%s: %s\n%s", key, output, json_dumps(read, 0));
		}
	}
	/* What the command alone finds out. */
	EXPECT_TRUE(json_is_true(json_object_get(printed, "enforcing")));
	EXPECT_EQ(json_array_size(json_object_get(printed, "hooks")),
		  json_integer_value(json_object_get(printed, "hooks_expected")));
	EXPECT_TRUE(json_is_false(json_object_get(json_object_get(printed, "daemon"), "runs")));
	EXPECT_TRUE(json_is_string(json_object_get(printed, "since")));
	EXPECT_TRUE(
		strstr(json_string_value(json_object_get(json_object_get(printed, "last_denial"), "message")),
		       self->banned) != NULL);
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_TRUE(strstr(output, "enforcing   yes\nmode        enforce\n") != NULL &&
		    strstr(output, "9 of 9 attached") != NULL && strstr(output, "DOES NOT RUN") != NULL)
	{
		TH_LOG("%s", output);
	}
}

/* Another BPF file system over the pins: what is in the kernel is found all the same, and nothing put beside
 * it. */
TEST_F(loader, pins_that_are_covered)
{
	char *output = NULL;

	guest_ban(self->banned);
	ASSERT_EQ(0, mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_TRUE(strstr(output, "HIDDEN ") != NULL && strstr(output, "umount /sys/fs/bpf") != NULL)
	{
		TH_LOG("%s", output);
	}
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--audit", "/run/test.policy"));
	EXPECT_TRUE(strstr(output, "umount /sys/fs/bpf") != NULL)
	{
		TH_LOG("%s", output);
	}
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "unload"));
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "mode", "audit"));
	EXPECT_EQ(0, access("/sys/fs/bpf/embargo", F_OK) ? 0 : 1);
	ASSERT_EQ(0, umount("/sys/fs/bpf"));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	ASSERT_EQ(0, GUEST_RUN(NULL, "embargo", "unload"));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
}

/* Each command lives for a moment only, and the daemon is killed: the verdicts stay. */
TEST_F(loader, daemon_killed_again_and_again)
{
	static const char *const run[] = {"embargo", "run", NULL};
	struct guest_watch *watch;
	struct stat st;
	pid_t pid;

	guest_ban(self->banned);
	watch = guest_watch_start(0, self->banned, self->harmless, HARMLESS);
	for (int i = 0; i < 5; i++) {
		unlink("/run/embargo/run.lock");
		pid = guest_spawn(run, -1, -1);
		/* From its start on to where it is at work. */
		while (i && (stat("/run/embargo/run.lock", &st) || !st.st_size))
			sched_yield();
		guest_watch_rounds(watch, i * 4);
		EXPECT_EQ(ATTEMPT_SIGNAL + SIGKILL, guest_end(pid, SIGKILL));
		guest_watch_rounds(watch, 4);
	}
	guest_watch_end(watch);
}

/* Two files change places in the policy a hundred times; what both policies say of the others always holds.
 */
TEST_F_TIMEOUT(loader, swapped_a_hundred_times, 180)
{
	const char *policies[2] = {"/run/even.policy", "/run/odd.policy"};
	const char *turns[2] = {PATH_OF("%s/even", self->place.dir), PATH_OF("%s/odd", self->place.dir)};
	struct guest_watch *watches[2];
	long long generation;

	for (int i = 0; i < 2; i++) {
		guest_put_elf(turns[i], BANNED, i + 1);
		guest_write_policy(policies[i], GUEST_RULES({.path = turns[i]}, {.path = self->banned}),
				   NULL);
	}
	EMBARGO("load", "--enforce", policies[1]);
	generation = guest_number("generation");
	for (int i = 0; i < 2; i++)
		watches[i] = guest_watch_start(i, self->banned, self->harmless, HARMLESS);
	for (int i = 0; i < 100; i++) {
		guest_load_file(EMBARGO_MODE_ENFORCE, policies[i % 2]);
		EXPECT_EQ(-EPERM, attempt_mmap_exec(turns[i % 2]));
		EXPECT_EQ(0, attempt_mmap_exec(turns[!(i % 2)]));
	}
	EXPECT_EQ(generation + 100, guest_number("generation"));
	EXPECT_EQ(0, guest_number("no_policy"));
	for (int i = 0; i < 2; i++)
		guest_watch_end(watches[i]);
}

/* What a policy bans in one mode, and the policy of the other mode does not, never meets the wrong mode. */
TEST_F_TIMEOUT(loader, mode_and_policy_change_as_one, 180)
{
	static const char *const counts[] = {"verdicts.mmap.would-deny", "verdicts.mmap.denied"};
	const char *file = PATH_OF("%s/now-and-then", self->place.dir);
	long long right, wrong;
	pid_t pid;

	guest_put_elf(file, BANNED, 1);
	guest_write_policy("/run/ban.policy", GUEST_RULES({.path = file}, {.path = self->banned}), NULL);
	guest_write_policy("/run/free.policy", GUEST_RULES({.path = self->banned}), NULL);
	EMBARGO("load", "--audit", "/run/free.policy");
	for (enum embargo_mode mode = 0; mode < EMBARGO_MODE_MAX; mode++) {
		guest_load_file(!mode, "/run/free.policy");
		right = guest_number(counts[mode]);
		wrong = guest_number(counts[!mode]);
		pid = fork();
		while (!pid)
			attempt_mmap_exec(file);
		for (int i = 0; i < 15; i++) {
			guest_load_file(mode, "/run/ban.policy");
			guest_load_file(!mode, "/run/free.policy");
		}
		EXPECT_EQ(ATTEMPT_SIGNAL + SIGKILL, guest_end(pid, SIGKILL));
		EXPECT_EQ(wrong, guest_number(counts[!mode]));
		EXPECT_LT(right, guest_number(counts[mode]));
	}
}

/* What it had to mount for a try that failed is unmounted: the host is as it was. */
TEST_F_TIMEOUT(loader, failed_selftest_leaves_no_mount, 240)
{
	struct statfs before, after;
	char *output;

	EMBARGO("unload");
	ASSERT_EQ(0, umount("/sys/fs/bpf"));
	ASSERT_EQ(0, statfs("/sys/fs/bpf", &before));
	EXPECT_EQ(1, GUEST_RUN(&output, "sh", "-c", "ulimit -n 12; exec embargo selftest"));
	EXPECT_NOT_NULL(strstr(output, "FAIL  ban it"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_EQ(0, statfs("/sys/fs/bpf", &after));
	EXPECT_EQ(before.f_type, after.f_type);
	/* With nothing wrong it mounts, and takes that back too. */
	EMBARGO("selftest");
	EXPECT_EQ(0, statfs("/sys/fs/bpf", &after));
	EXPECT_EQ(before.f_type, after.f_type);
	ASSERT_EQ(0, mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL));
	free(output);
}

/* Not even its policy database can be published: it is in force all the same, and that is what is said. */
TEST_F(loader, in_force_but_incomplete)
{
	char *output;

	guest_ban(self->banned);
	ASSERT_EQ(0, mkdir("/run/embargo/policy.new", 0755));
	guest_write_policy(POLICY_FILE, GUEST_RULES({.path = self->harmless}), NULL);
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--last-good", POLICY_FILE));
	EXPECT_NOT_NULL(strstr(output, "the policy is in force, but"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_NULL(strstr(output, "THE POLICY OF THIS HOST"));
	EXPECT_EQ(-EPERM, attempt_exec(self->harmless));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	ASSERT_EQ(0, rmdir("/run/embargo/policy.new"));
	EMBARGO("load", POLICY_FILE);
	EXPECT_EQ(-EPERM, attempt_exec(self->harmless));
}

/* One waits for the other, and neither is lost. */
TEST_F(loader, two_loads_at_once)
{
	static const char *const load_again[] = {"embargo", "load", "--enforce", POLICY_FILE, NULL};
	long long generation;
	pid_t pids[4];

	guest_ban(self->banned);
	generation = guest_number("generation");
	for (int i = 0; i < 4; i++)
		pids[i] = guest_spawn(load_again, -1, -1);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(0, attempt_status(pids[i]));
	EXPECT_EQ(generation + 4, guest_number("generation"));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
}

GUEST_MAIN
