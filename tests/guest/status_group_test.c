// SPDX-License-Identifier: GPL-2.0-or-later
/* Members of the group embargo are told what root is told, by the daemon; others are not. */
#include "tests/guest/guest.h"
#include "tests/guest/guest_event.h"

#include <grp.h>

#define MEMBERS 990
#define USER 1000

FIXTURE(group)
{
	struct guest_place place;
	const char *banned;
	int syslog;
	pid_t daemon;
	off_t groups; /* bytes of /etc/group, before */
};

FIXTURE_SETUP(group)
{
	static const char line[] = "embargo:x:990:\n";
	int fd = open("/etc/group", O_WRONLY | O_APPEND | O_CLOEXEC);

	self->groups = lseek(fd, 0, SEEK_END);
	ASSERT_EQ(sizeof(line) - 1, write(fd, line, sizeof(line) - 1));
	close(fd);
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	GUEST_LOAD("--enforce", {.path = self->banned});
	guest_events_clear();
	self->syslog = guest_syslog_open();
	self->daemon = guest_daemon_start();
	/* What it tells shows that it listens. */
	guest_deny(self->banned, 1);
	ASSERT_NOT_NULL(guest_syslog_next(self->syslog, GUEST_PATIENCE_MS));
}

FIXTURE_TEARDOWN(group)
{
	EXPECT_EQ(0, guest_end(self->daemon, SIGTERM));
	EXPECT_EQ(0, truncate("/etc/group", self->groups));
	guest_syslog_close(self->syslog);
	guest_lift();
	guest_place_remove(&self->place);
}

/* As somebody without rights, in no group but @group: the exit status, and what was said. */
static int somebody_runs(gid_t group, const char *verb, const char *option, char **ret_output)
{
	int output = memfd_create("output", MFD_CLOEXEC), status;
	pid_t pid = fork();

	if (!pid) {
		dup2(output, STDOUT_FILENO);
		dup2(output, STDERR_FILENO);
		if (!setgroups(1, &group) && !setgid(USER) && !setuid(USER))
			execlp("embargo", "embargo", verb, option, NULL);
		_exit(99);
	}
	status = attempt_status(pid);
	*ret_output = guest_slurp(output);
	close(output);
	return status;
}

/* What of a status is the same at two moments, and does not tell what only the kernel knows. */
static json_t *lasting(const char *text)
{
	json_t *status = json_loads(text, 0, NULL);

	ASSERT_NOT_NULL(status)
	{
		TH_LOG("%s", text);
	}
	json_object_del(status, "time");
	json_object_del(status, "policy_memory");
	json_object_del(status, "last_denial"); /* root reads the ring before the daemon does */
	/* To run embargo is counted too; what was denied is no other number by that. */
	json_object_set(
		status, "denied",
		json_object_get(json_object_get(json_object_get(status, "verdicts"), "mmap"), "denied"));
	json_object_del(status, "verdicts");
	json_object_del(status, "hashed");
	json_object_del(status, "kept");
	return status;
}

TEST_F(group, members_are_told_what_root_is)
{
	char *member = NULL, *root = NULL;
	json_t *told, *known;

	EXPECT_EQ(0, GUEST_RUN(&root, "embargo", "status", "--json"));
	EXPECT_EQ(0, somebody_runs(MEMBERS, "status", "--json", &member));
	told = lasting(member);
	known = lasting(root);
	EXPECT_LT(0, json_integer_value(json_object_get(told, "denied")));
	EXPECT_TRUE(json_equal(told, known))
	{
		TH_LOG("root: %s\nmember: %s", root, member);
	}
	json_decref(told);
	json_decref(known);
	EXPECT_EQ(0, somebody_runs(MEMBERS, "status", NULL, &member));
	EXPECT_NOT_NULL(strstr(member, "enforcing   yes\n"));
	EXPECT_NOT_NULL(strstr(member, PATH_OF("daemon      runs, pid %d\n", self->daemon)))
	{
		TH_LOG("%s", member);
	}
}

TEST_F(group, members_read_events)
{
	char *output = NULL;

	/* The history has it a moment after syslog. */
	do
		ASSERT_EQ(0, somebody_runs(MEMBERS, "events", NULL, &output));
	while (!strstr(output, self->banned));
}

TEST_F(group, others_are_told_whom_to_ask)
{
	char *output = NULL;

	EXPECT_EQ(1, somebody_runs(USER, "status", NULL, &output));
	EXPECT_NOT_NULL(strstr(output, "needs root"));
	EXPECT_NOT_NULL(strstr(output, "members of the group embargo are told by the daemon"));
	EXPECT_NULL(strstr(output, "enforcing"))
	{
		TH_LOG("%s", output);
	}
}

GUEST_MAIN
