// SPDX-License-Identifier: GPL-2.0-or-later
/* A confined process: what it may still do, and what kills it. */
#include "tests/harness.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <openssl/sha.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "userspace/base/confine.h"
#include "userspace/watch/watch.h"

static void try_exec(void)
{
	execl("/bin/true", "true", NULL);
}

static void try_fork(void)
{
	(void)!fork();
}

static void try_network(void)
{
	(void)!socket(AF_INET, SOCK_STREAM, 0);
}

static void try_ptrace(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void try_executable_memory(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void try_bpf_program(void)
{
	union bpf_attr attr = {0};

	syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static void try_bpf_update(void)
{
	union bpf_attr attr = {0};

	syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
}

static void try_mount(void)
{
	(void)!mount("none", "/", "tmpfs", 0, NULL);
}

static void try_setuid(void)
{
	(void)!setuid(0);
}

static void try_signal(void)
{
	kill(getppid(), 0);
}

static void try_typing(void)
{
	syscall(SYS_ioctl, 0, 0x5412 /* TIOCSTI */, "x");
}

#ifdef __x86_64__
/* The 32-bit entry has other numbers: 20 is getpid() there. */
static void try_other_architecture(void)
{
	long number = 20;

	__asm__ volatile("int $0x80" : "+a"(number)::"memory");
}
#endif

static int run_confined(void (*attempt)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (embargo_confine(false))
			_exit(2);
		attempt();
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(forbidden_calls_kill)
{
	static void (*const attempts[])(void) = {
		try_exec,
		try_fork,
		try_network,
		try_ptrace,
		try_executable_memory,
		try_bpf_program,
		try_bpf_update,
		try_mount,
		try_setuid,
		try_signal,
		try_typing,
#ifdef __x86_64__
		try_other_architecture,
#endif
	};

	if (geteuid())
		SKIP("needs root, as the daemon does");
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		EXPECT_EQ(-SIGSYS, run_confined(attempts[i])) TH_LOG("attempt %zu", i);
}

/* Exit statuses say what failed. */
static void do_work(void)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct epoll_event event;
	union bpf_attr attr = {0};
	char *memory = malloc(1 << 22);
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (!memory || fd < 0 || write(fd, "x", 1) != 1)
		_exit(10);
	SHA256((unsigned char *)"x", 1, digest);
	if (socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) < 0)
		_exit(11);
	epoll_wait(-1, &event, 1, 0);
	errno = 0;
	if (syscall(SYS_bpf, BPF_OBJ_GET, &attr, sizeof(attr)) >= 0 || errno == EPERM)
		_exit(12);
	fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	memory[fd < 0 ? 0 : read(fd, memory, 8191)] = '\0';
	if (!strstr(memory,
		    "\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n") ||
	    !strstr(memory, "\nNoNewPrivs:\t1\n"))
		_exit(13);
}

/* In a directory that is another's. */
static char others[64];

static void do_write_elsewhere(void)
{
	_exit(open(others, O_WRONLY | O_CREAT, 0600) >= 0 ? 20 : errno == EACCES ? 0 : 21);
}

TEST(work_is_allowed)
{
	if (geteuid())
		SKIP("needs root, as the daemon does");
	EXPECT_EQ(0, run_confined(do_work));
}

/* A right of the watcher's is one more way for what it reads to do harm: there are three. */
static void do_look(void)
{
	union bpf_attr attr = {0};
	char status[8192];
	int fd;

	if (syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)) >= 0 || errno != EPERM)
		_exit(33);
	fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	status[fd < 0 ? 0 : read(fd, status, sizeof(status) - 1)] = '\0';
	if (!strstr(status,
		    "\nCapInh:\t0000000000000000\nCapPrm:\t0000000000280004\nCapEff:\t0000000000280004\n"
		    "CapBnd:\t0000000000280004\n"))
		_exit(36);
}

static void try_bpf_link(void)
{
	union bpf_attr attr = {0};

	syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
}

/* Its wait status. */
static int run_as_watcher(void (*what)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (embargo_watch_confine())
			_exit(30);
		what();
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	return status;
}

TEST(the_watcher_keeps_three_rights)
{
	if (geteuid())
		SKIP("needs root, as the daemon does");
	EXPECT_EQ(0, run_as_watcher(do_look));
}

TEST(what_the_watcher_must_not_do_kills_it)
{
	static void (*const forbidden[])(void) = {try_exec, try_network, try_mount, try_ptrace, try_bpf_link};

	if (geteuid())
		SKIP("needs root, as the daemon does");
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++)
		EXPECT_EQ(SIGSYS, run_as_watcher(forbidden[i]) & 0x7f) TH_LOG("%zu", i);
}

TEST(root_without_capabilities_is_bound_by_modes)
{
	char directory[] = "/tmp/confine_test.XXXXXX";

	if (geteuid())
		SKIP("needs root, as the daemon does");
	ASSERT_NOT_NULL(mkdtemp(directory));
	sprintf(others, "%s/file", directory);
	EXPECT_EQ(0, chown(directory, 65534, 65534));
	EXPECT_EQ(0, run_confined(do_write_elsewhere));
	unlink(others);
	rmdir(directory);
}

TEST_HARNESS_MAIN
