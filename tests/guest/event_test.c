// SPDX-License-Identifier: GPL-2.0-or-later
/* Each field of an event against the truth. */
#include "tests/guest/guest.h"
#include "tests/guest/guest_event.h"

#include <pthread.h>
#include <sys/sysmacros.h>

#define GROUP "/sys/fs/cgroup/embargo-test"

FIXTURE(event)
{
	struct guest_place place;
	const char *banned;
};

FIXTURE_SETUP(event)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	GUEST_LOAD("--enforce", {.path = self->banned, .name = "Some \\\"Thing\\\""});
	guest_events_clear();
}

FIXTURE_TEARDOWN(event)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_place_remove(&self->place);
}

/* Who tried, as he knows himself. */
struct truth {
	const char *path;
	pid_t pid, tgid, parent;
	ino_t mount_ns;
	uint64_t cgroup, begin, end;
	int result;
};

static uint64_t group_id(const char *path)
{
	struct {
		struct file_handle head;
		uint64_t id;
	} handle = {.head.handle_bytes = sizeof(uint64_t)};
	uint64_t id;
	int mount;

	ASSERT_EQ(0, name_to_handle_at(AT_FDCWD, path, &handle.head, &mount, 0));
	memcpy(&id, handle.head.f_handle, sizeof(id));
	return id;
}

static void put_number(const char *path, int number)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ASSERT_LT(0, dprintf(fd, "%d", number))
	{
		TH_LOG("%s: %m", path);
	}
	close(fd);
}

/* In a thread that is not the first of its process. */
static void *try(void *context)
{
	struct truth *truth = context;
	char *const argv[] = {"program", NULL};
	struct stat ns;

	prctl(PR_SET_NAME, "who \"tries\"");
	truth->pid = syscall(SYS_gettid);
	truth->tgid = getpid();
	truth->parent = getppid();
	ASSERT_EQ(0, stat("/proc/self/ns/mnt", &ns));
	truth->mount_ns = ns.st_ino;
	truth->begin = guest_clock_ns(CLOCK_BOOTTIME);
	execv(truth->path, argv);
	truth->result = -errno;
	truth->end = guest_clock_ns(CLOCK_BOOTTIME);
	return NULL;
}

/* Somebody who logged in, in a group and a mount namespace of his own. */
static void try_as_user(struct truth *truth)
{
	pthread_t thread;

	put_number(GROUP "/cgroup.procs", getpid());
	put_number("/proc/self/loginuid", 4242);
	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, setgid(1001));
	ASSERT_EQ(0, setuid(1000));
	prctl(PR_SET_DUMPABLE, 1); /* else /proc/self belongs to root */
	ASSERT_EQ(0, pthread_create(&thread, NULL, try, truth));
	pthread_join(thread, NULL);
	_exit(0);
}

static struct truth *truth_of(const char *path)
{
	struct truth *truth =
		mmap(NULL, sizeof(*truth), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	mkdir(GROUP, 0755);
	truth->path = path;
	truth->cgroup = group_id(GROUP);
	prctl(PR_SET_NAME, "who waits");
	pid = fork();
	if (!pid)
		try_as_user(truth);
	EXPECT_EQ(0, attempt_status(pid));
	rmdir(GROUP);
	return truth;
}

TEST_F(event, says_who_did_what)
{
	const struct truth *truth = truth_of(self->banned);
	json_t *event = guest_one_event();

	EXPECT_EQ(-EPERM, truth->result);
	EXPECT_EQ(truth->pid, guest_integer(event, "pid"));
	EXPECT_EQ(truth->tgid, guest_integer(event, "tgid"));
	EXPECT_NE(truth->pid, truth->tgid);
	EXPECT_EQ(truth->parent, guest_integer(event, "parent_tgid"));
	EXPECT_STREQ("who \"tries\"", guest_text(event, "comm"));
	EXPECT_STREQ("who waits", guest_text(event, "parent_comm"));
	EXPECT_EQ(1000, guest_integer(event, "uid"));
	EXPECT_EQ(1001, guest_integer(event, "gid"));
	EXPECT_EQ(4242, guest_integer(event, "loginuid"));
	EXPECT_LT(0, guest_integer(event, "session"));
	EXPECT_EQ(truth->cgroup, guest_integer(event, "cgroup_id"));
	EXPECT_EQ(truth->mount_ns, guest_integer(event, "mount_ns"));
	EXPECT_LE(truth->begin, guest_integer(event, "time_ns"));
	EXPECT_GE(truth->end, guest_integer(event, "time_ns"));
}

#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD "0e4f1a2b-3c4d-5e6f-7081-92a3b4c5d6e7"
#define SLICE "/sys/fs/cgroup/kubepods-pod0e4f1a2b_3c4d_5e6f_7081_92a3b4c5d6e7.slice"
#define CONTAINER SLICE "/cri-containerd-" DIGITS ".scope"

static void try_in_container(const void *path)
{
	put_number(CONTAINER "/cgroup.procs", getpid());
	_exit(-attempt_exec(path));
}

/* By the daemon, which has no rights, and by who looks at the ring itself. */
TEST_F(event, says_in_which_container)
{
	int log = guest_syslog_open();
	pid_t daemon = 0;
	json_t *event;
	char *message;

	ASSERT_EQ(0, mkdir(SLICE, 0755));
	ASSERT_EQ(0, mkdir(CONTAINER, 0755));
	EXPECT_EQ(EPERM, attempt_fork(try_in_container, self->banned));
	event = guest_one_event();
	EXPECT_STREQ("containerd container 0123456789ab", guest_text(event, "container"));
	EXPECT_STREQ(DIGITS, guest_text(event, "container_id"));
	EXPECT_STREQ(POD, guest_text(event, "pod_uid"));
	daemon = guest_daemon_start();
	message = guest_syslog_next(log, GUEST_PATIENCE_MS);
	EXPECT_NOT_NULL(strstr(message ?: "", " container_id=\"" DIGITS "\""))
	{
		TH_LOG("%s", message ?: "nothing came");
	}
	EXPECT_NOT_NULL(strstr(message ?: "", " in containerd container 0123456789ab: "));
	guest_end(daemon, SIGTERM);
	guest_syslog_close(log);
	EXPECT_EQ(0, rmdir(CONTAINER));
	EXPECT_EQ(0, rmdir(SLICE));
	/* Outside of one there is none. */
	guest_events_clear();
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_NULL(guest_text(guest_one_event(), "container"));
}

TEST_F(event, says_to_what)
{
	json_t *event;
	struct stat st;
	char hex[65];

	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	event = guest_one_event();
	ASSERT_EQ(0, stat(self->banned, &st));
	guest_sha256(self->banned, hex);
	EXPECT_STREQ(self->banned, guest_text(event, "path"));
	EXPECT_STREQ(hex, guest_text(event, "sha256"));
	EXPECT_EQ(FILE_SIZE, guest_integer(event, "file_size"));
	EXPECT_EQ(st.st_ino, guest_integer(event, "inode"));
	EXPECT_STREQ(PATH_OF("%u:%u", major(st.st_dev), minor(st.st_dev)), guest_text(event, "device"));
	EXPECT_STREQ("elf", guest_text(event, "format"));
	EXPECT_TRUE(json_is_null(json_object_get(event, "loginuid")));
	EXPECT_TRUE(json_is_null(json_object_get(event, "module")));
}

TEST_F(event, says_why)
{
	json_t *event;

	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	event = guest_one_event();
	EXPECT_STREQ("denied", guest_text(event, "verdict"));
	EXPECT_STREQ("exec", guest_text(event, "hook"));
	EXPECT_STREQ("enforce", guest_text(event, "mode"));
	EXPECT_STREQ("ban", guest_text(event, "action"));
	EXPECT_STREQ("none", guest_text(event, "cause"));
	EXPECT_STREQ("hash", guest_text(event, "kind"));
	EXPECT_EQ(0, guest_integer(event, "error"));
	EXPECT_EQ(0, guest_integer(event, "rule"));
	EXPECT_EQ(guest_number("generation"), guest_integer(event, "generation"));
	EXPECT_EQ(EMBARGO_ABI_VERSION, guest_integer(event, "version"));
	EXPECT_STREQ("Some \"Thing\"", guest_text(event, "rule_name"));
	EXPECT_STREQ("test", guest_text(event, "reason"));
	EXPECT_STREQ("here", guest_text(event, "source"));
	EXPECT_STREQ(POLICY_FILE, guest_text(event, "policy_file"));
	EXPECT_EQ(3, guest_integer(event, "policy_line"));
}

/* Each rule by its own number, and each hook by its name. */
TEST_F(event, tells_rules_and_hooks_apart)
{
	static int (*const attempts[])(const char *) = {attempt_exec, attempt_mmap_exec,
							attempt_mmap_then_mprotect};
	static const char *const names[] = {"exec", "mmap", "mprotect"};
	const char *other = PATH_OF("%s/other", self->place.dir);
	json_t *events, *event;
	size_t i;

	guest_put_elf(other, BANNED, 1);
	GUEST_LOAD("--enforce", {.path = self->banned, .name = "first"}, {.path = other, .name = "second"});
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(-EPERM, attempts[i](self->banned));
		EXPECT_EQ(-EPERM, attempts[i](other));
	}
	events = guest_events();
	ASSERT_EQ(6, json_array_size(events));
	json_array_foreach(events, i, event)
	{
		EXPECT_STREQ(names[i / 2], guest_text(event, "hook"));
		EXPECT_EQ(i % 2, guest_integer(event, "rule"));
		EXPECT_STREQ(i % 2 ? "second" : "first", guest_text(event, "rule_name"));
		EXPECT_STREQ(i % 2 ? other : self->banned, guest_text(event, "path"));
	}
}

/* It waits in the ring while its policy is replaced, and is still told by its own rule. */
TEST_F(event, outlives_its_policy)
{
	json_t *event;

	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	guest_lift();
	guest_lift();
	event = guest_one_event();
	EXPECT_EQ(guest_number("generation") - 2, guest_integer(event, "generation"));
	EXPECT_STREQ("Some \"Thing\"", guest_text(event, "rule_name"));
}

TEST_F(event, of_audit_mode_and_of_an_audit_rule)
{
	json_t *events;

	GUEST_LOAD("--audit", {.path = self->banned});
	EXPECT_EQ(0, attempt_mmap_exec(self->banned));
	GUEST_LOAD("--enforce", {.path = self->banned, .action = "audit"});
	EXPECT_EQ(0, attempt_mmap_exec(self->banned));
	events = guest_events();
	ASSERT_EQ(2, json_array_size(events));
	EXPECT_STREQ("would-deny", guest_text(json_array_get(events, 0), "verdict"));
	EXPECT_STREQ("audit", guest_text(json_array_get(events, 0), "mode"));
	EXPECT_NOT_NULL(strstr(guest_text(json_array_get(events, 0), "message"), "would have denied"));
	EXPECT_STREQ("audited", guest_text(json_array_get(events, 1), "verdict"));
	EXPECT_STREQ("enforce", guest_text(json_array_get(events, 1), "mode"));
	EXPECT_STREQ("audit", guest_text(json_array_get(events, 1), "action"));
}

GUEST_MAIN
