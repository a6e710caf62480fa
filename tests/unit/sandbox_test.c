// SPDX-License-Identifier: GPL-2.0-or-later
/* The sandbox of readers: what they need works, what opens fails, and anything else kills. */
#include "tests/harness.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <linux/fsverity.h>

#include "policy/identity/identity.h"
#include "userspace/base/sandbox.h"

#define MEMORY (256UL << 20)

/* The wait status of a child that does it in the sandbox. */
static int run(void (*act)(int fd), const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), status = 0;
	pid_t pid = fork();

	if (!pid) {
		if (embargo_sandbox_enter(MEMORY))
			_exit(99);
		act(fd);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	close(fd);
	return status;
}

static void do_nothing(int fd)
{
	(void)fd;
}

static void do_read(int fd)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	char *map;

	if (embargo_identity_read_fd(fd, "/x.ko",
				     EMBARGO_WANT_INSIDE | EMBARGO_WANT_BYTES | EMBARGO_WANT_AS_NAMED,
				     &identity, NULL))
		_exit(1);
	map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED || map[0] != 0x7f)
		_exit(2);
	if (fgetxattr(fd, "security.ima", NULL, 0) >= 0 || errno == EACCES)
		_exit(3);
	if (!ioctl(fd, FS_IOC_MEASURE_VERITY, NULL))
		_exit(4);
}

static void do_open(int fd)
{
	struct stat st;

	(void)fd;
	if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES)
		_exit(1);
	if (!stat("/etc/passwd", &st) || errno != EACCES)
		_exit(2);
	if (!access("/etc/passwd", R_OK) || errno != EACCES)
		_exit(3);
}

/* More than it may have: refused, not fatal. */
static void do_allocate(int fd)
{
	(void)fd;
#ifndef __SANITIZE_ADDRESS__
	if (mmap(NULL, MEMORY * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		_exit(1);
#endif
}

TEST(what_readers_need_works)
{
	EXPECT_EQ(0, run(do_nothing, "/proc/self/exe"));
	EXPECT_EQ(0, run(do_read, "/proc/self/exe"));
	EXPECT_EQ(0, run(do_allocate, "/proc/self/exe"));
}

TEST(paths_cannot_be_had)
{
	EXPECT_EQ(0, run(do_open, "/proc/self/exe"));
}

static void do_abort(int fd)
{
	(void)fd;
	abort();
}

TEST(a_reader_that_aborts_dies_of_that)
{
	int status = run(do_abort, "/proc/self/exe");

	ASSERT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGABRT, WTERMSIG(status));
}

FIXTURE(forbidden)
{
	int none;
};

FIXTURE_VARIANT(forbidden)
{
	void (*act)(int fd);
};

FIXTURE_SETUP(forbidden)
{
}

#define FORBIDDEN(name, call)                                                                                \
	static void do_##name(int fd)                                                                        \
	{                                                                                                    \
		(void)fd;                                                                                    \
		(void)!(long)(call);                                                                         \
	}                                                                                                    \
	FIXTURE_VARIANT_ADD(forbidden, name)                                                                 \
	{                                                                                                    \
		.act = do_##name,                                                                            \
	}

FORBIDDEN(socket, socket(AF_INET, SOCK_STREAM, 0));
FORBIDDEN(execve, execl("/bin/true", "true", NULL));
FORBIDDEN(fork, syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
FORBIDDEN(kill_parent, kill(getppid(), 0));
FORBIDDEN(thread_signal, syscall(SYS_tgkill, getppid(), getppid(), 0));
FORBIDDEN(ptrace, ptrace(PTRACE_TRACEME, 0, NULL, NULL));
FORBIDDEN(mmap_exec, mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0));
FORBIDDEN(mprotect_exec, mprotect((void *)((uintptr_t)&run & ~4095UL), 4096, PROT_READ | PROT_EXEC));
FORBIDDEN(unlink, unlink("/nonexistent"));
FORBIDDEN(rename, rename("/nonexistent", "/nonexistent2"));
FORBIDDEN(mkdir, mkdir("/nonexistent/x", 0700));
FORBIDDEN(mount, syscall(SYS_mount, "x", "/nonexistent", "tmpfs", 0, NULL));
FORBIDDEN(chmod, fchmod(fd, 0777));
FORBIDDEN(ioctl, ioctl(fd, 0x5413, NULL));
FORBIDDEN(fcntl, fcntl(fd, F_SETFL, O_APPEND));
FORBIDDEN(dup, dup(fd));
FORBIDDEN(setuid, syscall(SYS_setuid, 0));
FORBIDDEN(bpf, syscall(SYS_bpf, 0, NULL, 0));
FORBIDDEN(io_uring, syscall(425, 1, NULL));
FORBIDDEN(process_vm_readv, syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
FORBIDDEN(pidfd_open, syscall(SYS_pidfd_open, getppid(), 0));
FORBIDDEN(unshare, unshare(CLONE_NEWUSER));
#ifdef __x86_64__
FORBIDDEN(x32, syscall(0x40000000 | SYS_getpid));
#endif

TEST_F(forbidden, kills)
{
	int status = run(variant->act, "/proc/self/exe");

	ASSERT_TRUE(WIFSIGNALED(status))
	{
		TH_LOG("status %#x", status);
	}
	EXPECT_EQ(SIGSYS, WTERMSIG(status));
}

TEST_HARNESS_MAIN
