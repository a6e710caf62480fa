// SPDX-License-Identifier: GPL-2.0-or-later
/* No room: on the disk, in a directory that may not be written, in memory. What is in force stays in force.
 */
#include "tests/guest/guest.h"
#include "tests/guest/fault.h"
#include "tests/guest/guest_state.h"
#include "tests/guest/guest_trace.h"
#include "tests/guest/resolved.h"

#include <sys/statfs.h>

#define STATE "/var/lib/embargo"
#define FILLER "/var/filler"
#define POLICY_NEW "/run/new.policy"
#define CONFIG "/etc/embargo/embargo.conf"
#define GROUPS "/sys/fs/cgroup"
#define GROUP GROUPS "/fault"

FIXTURE(fault_room)
{
	struct fault fault;
	const char *other;
	bool var, etc; /* mounted */
	bool run;      /* full */
};

FIXTURE_SETUP(fault_room)
{
	fault_begin(&self->fault);
	self->other = strdup(PATH_OF("%s/other", self->fault.place.dir));
	guest_put_elf(self->other, BANNED, 3);
}

/* Not a block more for /run than it has, or as many as ever. */
static void run_limit(struct fault_room_self *self, bool full)
{
	struct statfs fs;

	ASSERT_EQ(0, statfs("/run", &fs));
	ASSERT_EQ(0, mount("run", "/run", "tmpfs", MS_REMOUNT,
			   full ? PATH_OF("nr_blocks=%llu", (unsigned long long)(fs.f_blocks - fs.f_bfree))
				: "size=50%"))
	{
		TH_LOG("%m");
	}
	self->run = full;
}

FIXTURE_TEARDOWN(fault_room)
{
	/* First, for the daemon has files there. */
	if (self->fault.daemon)
		guest_end(self->fault.daemon, SIGKILL);
	self->fault.daemon = 0;
	if (self->run)
		run_limit(self, false);
	if (self->etc)
		EXPECT_EQ(0, umount2("/etc", MNT_DETACH));
	if (self->var)
		EXPECT_EQ(0, umount2("/var", MNT_DETACH));
	unlink(CONFIG);
	fault_end(&self->fault);
}

static int fill(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), error;
	static const char zeroes[4096];

	ASSERT_LE(0, fd);
	while (write(fd, zeroes, sizeof(zeroes)) > 0)
		;
	error = errno;
	close(fd);
	return error;
}

/* Nothing in @directory was begun and not ended. */
static void check_whole(const char *directory)
{
	char *output = NULL, *rest = NULL;

	EXPECT_EQ(0, GUEST_RUN(&output, "find", directory, "-name", "*.new*"));
	EXPECT_STREQ("", output);
	free(output);
	GUEST_RUN(&output, "find", directory, "-name", "*.book");
	for (char *path = strtok_r(output, "\n", &rest); path; path = strtok_r(NULL, "\n", &rest)) {
		struct embargo_policydb *policydb = NULL;

		EXPECT_EQ(0, embargo_policydb_open(path, &policydb))
		{
			TH_LOG("%s", path);
		}
		embargo_policydb_close(policydb);
	}
	free(output);
}

/* All of the event log are whole lines. Returns how many. */
static int event_log_lines(void)
{
	char *output = NULL;
	int lines;

	ASSERT_EQ(0, GUEST_RUN(&output, "cat", STATE "/events.jsonl"));
	ASSERT_TRUE(!*output || output[strlen(output) - 1] == '\n');
	lines = json_array_size(guest_event_lines(output));
	free(output);
	return lines;
}

static void var_make(struct fault_room_self *self)
{
	ASSERT_EQ(0, mount("tmpfs", "/var", "tmpfs", 0, "size=512k"));
	self->var = true;
	ASSERT_EQ(0, mkdir("/var/lib", 0755));
	guest_ban(self->fault.banned);
	ASSERT_EQ(0, access(STATE "/last-enforce.book", F_OK));
}

/* On a full disk: @output is what the load said. */
static void check_load(struct fault_room_self *self, const char *output)
{
	char link[PATH_MAX] = "", last[64];
	struct stat st;

	EXPECT_NOT_NULL(strstr(output, "warning: '" STATE "' cannot be written"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_LT(0, readlink("/run/embargo/policy", link, sizeof(link) - 1));
	EXPECT_TRUE(!strncmp(link, "/run/embargo/", 13))
	{
		TH_LOG("%s", link);
	}
	snprintf(last, sizeof(last), STATE "/last-enforce.book");
	EXPECT_EQ(0, stat(last, &st)); /* of the policy before: better than none at the next boot */
	check_whole(STATE);
	check_whole("/run/embargo");
	fault_check_verdicts(&self->fault);
}

TEST_F(fault_room, full_disk_under_var)
{
	long long refused = fault_refused(), before;
	char *output = NULL;
	int kept;

	var_make(self);
	self->fault.log = guest_syslog_open();
	fault_daemon_start(&self->fault, "syslog = rfc5424\njournal = off\nrate-limit = off");
	fault_check_verdicts(&self->fault);
	fault_account(&self->fault, fault_refused() - refused);
	EXPECT_EQ(ENOSPC, fill(FILLER));
	/* There may be room in the last page of a file. */
	for (int i = 0; !fault_was_said("cannot keep events in"); i++) {
		ASSERT_LT(i, 20);
		fault_check_verdicts(&self->fault);
		fault_account(&self->fault, fault_refused() - refused);
		FAULT_WAIT("an empty ring", !guest_number("ring.used"));
	}
	kept = event_log_lines();
	EXPECT_EQ(kept, fault_metric("embargo_delivered_total{sink=\"history\"}"));
	EXPECT_EQ(fault_refused() - refused,
		  kept + fault_metric("embargo_delivery_failed_total{sink=\"history\"}"));

	guest_write_policy(POLICY_NEW, GUEST_RULES({.path = self->fault.banned}, {.path = self->other}),
			   NULL);
	EXPECT_EQ(0, FAULT_RUN(&output, "embargo", "load", "--enforce", POLICY_NEW));
	check_load(self, output);
	free(output);
	EXPECT_EQ(-EPERM, attempt_exec(self->other));
	FAULT_EMBARGO("mode", "audit");
	EXPECT_EQ(BANNED, attempt_exec(self->other));
	FAULT_EMBARGO("mode", "enforce");
	EXPECT_EQ(-EPERM, attempt_exec(self->other));
	FAULT_EMBARGO("status");
	FAULT_EMBARGO("events");

	/* Nor is there any in /run: what is in force stays. */
	before = guest_number("generation");
	run_limit(self, true);
	EXPECT_EQ(1, FAULT_RUN(&output, "embargo", "load", "--enforce", POLICY_NEW));
	EXPECT_NOT_NULL(strstr(output, "cannot write the policy's book below"))
	{
		TH_LOG("%s", output);
	}
	free(output);
	run_limit(self, false);
	EXPECT_EQ(before, guest_number("generation"));
	check_whole(STATE);
	check_whole("/run/embargo");
	EXPECT_EQ(-EPERM, attempt_exec(self->other));
	fault_check_verdicts(&self->fault);

	EXPECT_EQ(0, unlink(FILLER));
	EXPECT_EQ(-EPERM, attempt_exec(self->other));
	/* A socket holds few messages, and what syslog has not taken yet is not filed either. */
	fault_account(&self->fault, fault_refused() - refused);
	FAULT_WAIT("word of it", fault_was_said("events are kept in '" STATE "/events.jsonl' again"));
	EXPECT_LT(kept, event_log_lines());
	EXPECT_EQ(0, FAULT_RUN(&output, "embargo", "load", "--enforce", POLICY_NEW));
	EXPECT_NULL(strstr(output, "warning"));
	free(output);
	EXPECT_EQ(before + 1, guest_number("generation"));
	EXPECT_EQ(0, access(PATH_OF(STATE "/policy-%lld.book", before + 1), F_OK));
	fault_check_verdicts(&self->fault);
	fault_daemon_end(&self->fault);
}

/* Neither a load nor a daemon writes there. */
TEST_F(fault_room, etc_read_only)
{
	char *output = NULL;

	mkdir("/etc/embargo", 0755);
	ASSERT_EQ(0, GUEST_RUN(NULL, "sh", "-c", "echo 'syslog = rfc5424' >" CONFIG));
	ASSERT_EQ(0, mount("/etc", "/etc", NULL, MS_BIND, NULL));
	self->etc = true;
	ASSERT_EQ(0, mount(NULL, "/etc", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	ASSERT_EQ(-1, open(CONFIG, O_WRONLY | O_CLOEXEC));
	ASSERT_EQ(EROFS, errno);
	self->fault.log = guest_syslog_open();
	fault_daemon_start_by(&self->fault, NULL);
	fault_check_verdicts(&self->fault);
	EXPECT_TRUE(guest_readable(self->fault.log, FAULT_PATIENCE_MS));
	guest_write_policy(POLICY_NEW, GUEST_RULES({.path = self->fault.banned}, {.path = self->other}),
			   NULL);
	EXPECT_EQ(0, FAULT_RUN(&output, "embargo", "load", "--enforce", POLICY_NEW));
	EXPECT_TRUE(!strstr(output, "warning") && !strstr(output, "cannot"))
	{
		TH_LOG("%s", output);
	}
	free(output);
	EXPECT_EQ(-EPERM, attempt_exec(self->other));
	FAULT_EMBARGO("mode", "audit");
	EXPECT_EQ(BANNED, attempt_exec(self->other));
	FAULT_EMBARGO("mode", "enforce");
	fault_check_verdicts(&self->fault);
	EXPECT_EQ(0, kill(self->fault.daemon, SIGHUP));
	FAULT_WAIT("word of it", fault_was_said("the configuration was read again"));
	FAULT_EMBARGO("status");
	/* What has to write there says so. */
	ASSERT_EQ(0, GUEST_RUN(&output, "sh", "-c", "sha256sum /init >/run/list"));
	EXPECT_EQ(1, FAULT_RUN(&output, "embargo", "policy", "import", "--output", "/etc/embargo/new.policy",
			       "/run/list"));
	EXPECT_NOT_NULL(strstr(output, "Read-only file system"));
	printf("%s", output);
	free(output);
	fault_daemon_end(&self->fault);
}

/* While the call is made, the group may have hardly more memory than it has. */
static void squeeze(bool begins)
{
	char *has = NULL;

	if (begins) {
		ASSERT_EQ(0, GUEST_RUN(&has, "cat", GROUP "/memory.current"));
		ASSERT_EQ(0, attempt_write_text(GROUP "/memory.max", PATH_OF("%lld", atoll(has) + 65536)));
		free(has);
	} else {
		ASSERT_EQ(0, attempt_write_text(GROUP "/memory.max", "max"));
	}
}

static void check_refused(struct fault_room_self *self, struct guest_cut *cut, const char *words)
{
	static const char *const load[] = {
		"sh", "-c", "echo 0 >" GROUP "/cgroup.procs; exec embargo load " POLICY_NEW, NULL};
	char *before = guest_state(), *output = NULL, *end;

	EXPECT_EQ(1, guest_run_cut(cut, &output, load));
	EXPECT_TRUE(cut->reached);
	end = strchr(output, '\n');
	/* One line, which says what to do. */
	EXPECT_TRUE(!strncmp(output, "embargo: ", 9) && end && !end[1] && strstr(output, words))
	{
		TH_LOG("at %u: %s", cut->at, output);
	}
	printf("%u: %s", cut->at, output);
	guest_check_unchanged(before);
	fault_check_verdicts(&self->fault);
	EXPECT_EQ(BANNED, attempt_exec(self->other));
	free(before);
	free(output);
}

TEST_F(fault_room, no_memory_for_a_map)
{
	struct guest_cut tight = {.only = "bpf(MAP_CREATE)", .around = squeeze};
	struct guest_cut none = {.only = "bpf(MAP_CREATE)", .error = ENOMEM, .onward = true};
	FILE *file;

	ASSERT_EQ(0, attempt_write_text(GROUPS "/cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, mkdir(GROUP, 0755));
	guest_write_policy(POLICY_NEW, GUEST_RULES({.path = self->fault.banned}, {.path = self->other}),
			   NULL);
	file = fopen(POLICY_NEW, "ae");
	for (int i = 1; i <= 20000; i++)
		fprintf(file, "ban hash sha256:%064x size=%d\n", i, i + 10000000);
	fclose(file);
	check_refused(self, &tight, "no kernel memory for a policy of 20002 rules");
	/* Programs of their own are needed for interpreters, and so are all maps: the first, and more of
	 * them. */
	guest_write_policy(POLICY_NEW, GUEST_RULES({.path = self->fault.banned}, {.path = self->other}),
			   "ban interpreter /nonexistent\n");
	for (none.at = 0; none.at < 12; none.at += 4)
		check_refused(self, &none, "raise the memory limit");
	EXPECT_EQ(0, rmdir(GROUP));
	ASSERT_EQ(0, attempt_write_text(GROUPS "/cgroup.subtree_control", "-memory"));
	guest_write_policy(POLICY_NEW, GUEST_RULES({.path = self->fault.banned}, {.path = self->other}),
			   NULL);
	FAULT_EMBARGO("load", POLICY_NEW);
	fault_check_verdicts(&self->fault);
	EXPECT_EQ(-EPERM, attempt_exec(self->other));
}

GUEST_MAIN
