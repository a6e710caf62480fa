// SPDX-License-Identifier: GPL-2.0-or-later
/* As the DaemonSet of userspace/share/kubernetes does it: with the capabilities that it asks for, and no
 * others. */
#include "tests/guest/guest.h"

#include <cap-ng.h>
#include <sched.h>

#include "tests/guest/guest_event.h"

#define POLICIES "/run/node.d"

FIXTURE(node)
{
	struct guest_place place;
	const char *banned;
};

FIXTURE_SETUP(node)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	mkdir(POLICIES, 0755);
	/* A ConfigMap is a directory of links. */
	mkdir(POLICIES "/..data", 0755);
	guest_write_policy(POLICIES "/..data/test.policy", GUEST_RULES({.path = self->banned}), NULL);
	EXPECT_EQ(0, symlink("..data/test.policy", POLICIES "/test.policy"));
}

FIXTURE_TEARDOWN(node)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_events_clear();
	unlink(POLICIES "/test.policy");
	unlink(POLICIES "/..data/test.policy");
	rmdir(POLICIES "/..data");
	rmdir(POLICIES);
	guest_place_remove(&self->place);
}

/* What a container of the DaemonSet is. */
struct container {
	const char *const *argv;
	int capabilities[4]; /* ends with 0 */
};

/* Root by name, in namespaces of its own, with these capabilities and no way to more. */
static pid_t container_start(const struct container *container)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	capng_clear(CAPNG_SELECT_BOTH);
	for (const int *capability = container->capabilities; *capability; capability++)
		ASSERT_EQ(0, capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
					  *capability));
	ASSERT_EQ(0, unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC));
	ASSERT_EQ(0, capng_apply(CAPNG_SELECT_BOTH));
	ASSERT_EQ(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	execvp(container->argv[0], (char *const *)container->argv);
	_exit(127);
}

TEST_F(node, loads_and_tells)
{
	static const char *const load[] = {"embargo", "load", "--enforce", POLICIES, NULL};
	static const char *const run[] = {"embargo", "run", "--config", "/run/node.conf", NULL};
	const struct container loader = {load, {CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN}};
	const struct container daemon = {run, {CAP_BPF}};
	pid_t pid;
	char *message;
	int log;

	guest_put_text("/run/node.conf", "syslog = rfc5424\nwatch = off\n");
	EXPECT_EQ(0, attempt_status(container_start(&loader)));
	guest_events_clear(); /* what earlier tests left */
	log = guest_syslog_open();
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	pid = container_start(&daemon);
	message = guest_syslog_next(log, GUEST_PATIENCE_MS);
	EXPECT_NOT_NULL(strstr(message ?: "", "denied exec of \""))
	{
		TH_LOG("%s", message ?: "nothing came");
	}
	guest_end(pid, SIGTERM);
	guest_syslog_close(log);
}

GUEST_MAIN
