/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ways in which a file's content gets to run. Each is tried for real and gives what came of it: the exit
 * status of the program that ran (0 … 255), 256 + the signal that killed it, 0 for a mapping that was made,
 * or -errno of what the kernel refused. Needs nothing but libc, so that the static probe has them too.
 */
#ifndef EMBARGO_TESTS_GUEST_ATTEMPT_H
#define EMBARGO_TESTS_GUEST_ATTEMPT_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ATTEMPT_SIGNAL 256

static inline int attempt_status(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFSIGNALED(status) ? ATTEMPT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Into a file that is there, mostly one of the kernel's, in one call: 0 or -errno. */
static inline int attempt_write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), r;
	ssize_t size;

	if (fd < 0)
		return -errno;
	size = write(fd, text, strlen(text));
	r = size == (ssize_t)strlen(text) ? 0 : size < 0 ? -errno : -EIO;
	close(fd);
	return r;
}

/* @step runs in a child and execs, or returns with errno set. The pipe is closed by a successful exec. */
static inline int attempt_fork(void (*step)(const void *), const void *argument)
{
	int pipes[2], error = 0, status;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		errno = 0;
		step(argument);
		error = errno;
		_exit(write(pipes[1], &error, sizeof(error)) != sizeof(error));
	}
	close(pipes[1]);
	if (pid < 0 || read(pipes[0], &error, sizeof(error)) < 0)
		error = errno;
	close(pipes[0]);
	status = pid < 0 ? 0 : attempt_status(pid);
	return error ? -error : status;
}

static inline int attempt_copy(int from, int to)
{
	struct stat st;
	off_t at = 0;

	if (fstat(from, &st))
		return -errno;
	while (at < st.st_size)
		if (sendfile(to, from, &at, st.st_size - at) <= 0)
			return -errno;
	return 0;
}

static inline void attempt_exec_step(const void *path)
{
	char *const argv[] = {(char *)path, NULL};

	execv(path, argv);
}

static inline int attempt_exec(const char *path)
{
	return attempt_fork(attempt_exec_step, path);
}

static inline void attempt_exec_fd_step(const void *path)
{
	char *const argv[] = {(char *)path, NULL};
	int fd = open(path, O_PATH); /* a script's interpreter opens it again: no O_CLOEXEC */

	if (fd >= 0)
		execveat(fd, "", argv, environ, AT_EMPTY_PATH);
}

static inline int attempt_exec_fd(const char *path)
{
	return attempt_fork(attempt_exec_fd_step, path);
}

static inline void attempt_memfd_step(const void *path)
{
	char *const argv[] = {(char *)path, NULL};
	int from = open(path, O_RDONLY | O_CLOEXEC), memory = memfd_create("attempt", 0);

	if (from >= 0 && memory >= 0 && !attempt_copy(from, memory))
		fexecve(memory, argv, environ);
}

/* A copy in memory that has no name. */
static inline int attempt_memfd(const char *path)
{
	return attempt_fork(attempt_memfd_step, path);
}

static inline void attempt_deleted_step(const void *path)
{
	char copy[4096], link[64], *const argv[] = {(char *)path, NULL};
	int from = open(path, O_RDONLY | O_CLOEXEC), to, fd;

	snprintf(copy, sizeof(copy), "%s.deleted", (const char *)path);
	to = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	fd = open(copy, O_RDONLY);
	unlink(copy);
	if (from < 0 || to < 0 || fd < 0 || attempt_copy(from, to))
		return;
	close(to);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	execv(link, argv);
}

/* A copy beside it that is removed before it runs. */
static inline int attempt_deleted(const char *path)
{
	return attempt_fork(attempt_deleted_step, path);
}

struct attempt_mapping {
	int flags;
	int before;	      /* protection that it is mapped with */
	int after;	      /* and then gets by mprotect(); 0: none */
	unsigned int persona; /* for personality() */
};

static inline int attempt_map(const char *path, const struct attempt_mapping *how)
{
	int fd = open(path,
		      (how->flags & MAP_SHARED && how->before & PROT_WRITE ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	unsigned int persona = personality(how->persona ? how->persona : 0xffffffff);
	int error = 0;
	char *memory;

	if (fd < 0)
		return -errno;
	memory = mmap(NULL, 4096, how->before, how->flags, fd, 0);
	if (memory == MAP_FAILED || (how->after && mprotect(memory, 4096, how->after)))
		error = -errno;
	if (memory != MAP_FAILED)
		munmap(memory, 4096);
	close(fd);
	if (how->persona)
		personality(persona);
	return error;
}

static inline int attempt_mmap_exec(const char *path)
{
	return attempt_map(path, &(struct attempt_mapping){MAP_PRIVATE, PROT_READ | PROT_EXEC, 0, 0});
}

static inline int attempt_mmap_shared_exec(const char *path)
{
	return attempt_map(path, &(struct attempt_mapping){MAP_SHARED, PROT_READ | PROT_EXEC, 0, 0});
}

/* Where reading implies executing, nobody asked for PROT_EXEC. */
static inline int attempt_mmap_implied(const char *path)
{
	return attempt_map(path, &(struct attempt_mapping){MAP_PRIVATE, PROT_READ, 0, READ_IMPLIES_EXEC});
}

static inline int attempt_mmap_then_mprotect(const char *path)
{
	return attempt_map(path, &(struct attempt_mapping){MAP_PRIVATE, PROT_READ, PROT_READ | PROT_EXEC, 0});
}

static inline int attempt_writable_then_mprotect(const char *path)
{
	return attempt_map(path, &(struct attempt_mapping){MAP_PRIVATE, PROT_READ | PROT_WRITE,
							   PROT_READ | PROT_EXEC, 0});
}

static inline int attempt_shared_then_mprotect(const char *path)
{
	return attempt_map(path, &(struct attempt_mapping){MAP_SHARED, PROT_READ, PROT_READ | PROT_EXEC, 0});
}

/* Nothing at first: not even reading. */
static inline int attempt_none_then_mprotect(const char *path)
{
	return attempt_map(path, &(struct attempt_mapping){MAP_PRIVATE, PROT_NONE, PROT_READ | PROT_EXEC, 0});
}

#ifdef __aarch64__
#define ATTEMPT_LOADER "/lib/ld-linux-aarch64.so.1"
#define ATTEMPT_LIBC "/lib/aarch64-linux-gnu/libc.so.6"
#else
#define ATTEMPT_LOADER "/lib64/ld-linux-x86-64.so.2"
#define ATTEMPT_LIBC "/lib/x86_64-linux-gnu/libc.so.6"
#endif

struct attempt_loader_call {
	const char *path;
	int output;
};

static inline void attempt_loader_step(const void *argument)
{
	const struct attempt_loader_call *call = argument;
	char *const argv[] = {ATTEMPT_LOADER, (char *)call->path, "--version", NULL};

	setenv("LC_ALL", "C", 1);
	dup2(call->output, STDOUT_FILENO);
	dup2(call->output, STDERR_FILENO);
	execv(ATTEMPT_LOADER, argv);
}

/*
 * `ld.so ./prog --version`: the kernel sees ld.so run, and then a mapping. ld.so does not tell the errno of a
 * mapping that failed; it is taken for EPERM, and who must be sure looks at the counters of embargo.
 */
static inline int attempt_loader(const char *path)
{
	int output = memfd_create("output", MFD_CLOEXEC), status;
	char text[4096] = "";

	if (output < 0)
		return -errno;
	status = attempt_fork(attempt_loader_step, &(struct attempt_loader_call){path, output});
	if (pread(output, text, sizeof(text) - 1, 0) < 0)
		status = -errno;
	close(output);
	if (status != 127)
		return status;
	return strstr(text, "failed to map segment") ? -EPERM : -ENOEXEC;
}

#endif
