/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that a test runs: to their end, or beside it. */
#ifndef EMBARGO_TESTS_GUEST_GUEST_RUN_H
#define EMBARGO_TESTS_GUEST_GUEST_RUN_H

#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/utsname.h>

#include "tests/guest/attempt.h"

/* How long what must come is waited for: an emulated guest on a machine at load 8 is slow. Only a failure
 * takes it. */
#define GUEST_PATIENCE_MS 90000

/* Its exit status, or 256 + a signal; what it printed is in *@ret_output, to be freed. NULL: it goes to the
 * log. */
#define GUEST_RUN(ret_output, ...) guest_run(ret_output, (const char *const[]){__VA_ARGS__, NULL})
/* embargo must do it. */
#define EMBARGO(...)                                                                                         \
	ASSERT_EQ(0, GUEST_RUN(NULL, "embargo", __VA_ARGS__))                                                \
	{                                                                                                    \
		TH_LOG("embargo %s failed", #__VA_ARGS__);                                                   \
	}

/* Which of the kernels of tests/vm/KERNELS this is; later ones do what earlier ones do. */
static inline bool guest_kernel_since(int major, int minor)
{
	struct utsname system;
	int running_major = 0, running_minor = 0;

	uname(&system);
	ASSERT_EQ(2, sscanf(system.release, "%d.%d", &running_major, &running_minor));
	return running_major > major || (running_major == major && running_minor >= minor);
}

/* @out, @err: descriptors for its output, -1: the test's own. */
static inline pid_t guest_spawn(const char *const argv[], int out, int err)
{
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	int r;

	posix_spawn_file_actions_init(&actions);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (err >= 0)
		posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	r = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	ASSERT_EQ(0, r)
	{
		TH_LOG("cannot run %s: %s", argv[0], strerror(r));
	}
	return pid;
}

/* All of a descriptor's bytes from its beginning, as a string. */
static inline char *guest_slurp(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, size + 1);

	ASSERT_NOT_NULL(text);
	ASSERT_EQ(size, pread(fd, text, size, 0));
	return text;
}

static inline int guest_run(char **ret_output, const char *const argv[])
{
	int output = -1, status;

	if (ret_output) {
		output = memfd_create("output", MFD_CLOEXEC);
		if (output < 0)
			return -errno;
	}
	status = attempt_status(guest_spawn(argv, output, output));
	if (ret_output) {
		*ret_output = guest_slurp(output);
		close(output);
	}
	return status;
}

/* Kill it and see it gone. */
static inline int guest_end(pid_t pid, int signal)
{
	kill(pid, signal);
	return attempt_status(pid);
}

/* Until @fd is readable. False: it never was, in @ms. */
static inline bool guest_readable(int fd, int ms)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};

	return poll(&wait, 1, ms) > 0 && wait.revents & POLLIN;
}

static inline uint64_t guest_clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* One of the guest's processors for this process and its children. */
static inline void guest_pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

#endif
