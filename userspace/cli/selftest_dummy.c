// SPDX-License-Identifier: GPL-2.0-or-later
/* A harmless program, put down and run. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "policy/cleanup.h"
#include "userspace/cli/selftest.h"

/* Where root may put a program. Any of them may be mounted noexec. */
static const char *const directories[] = {"/run", EMBARGO_STATE_DIR, "/tmp", "/root"};

static int program_copy(const char *path)
{
	_cleanup_close_ int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0700);
	char salt[32];
	ssize_t got;

	if (from < 0 || to < 0)
		return -errno;
	do
		got = sendfile(to, from, NULL, 1 << 20);
	while (got > 0);
	if (got < 0)
		return -errno;
	if (getrandom(salt, sizeof(salt), 0) != sizeof(salt) || write(to, salt, sizeof(salt)) != sizeof(salt))
		return -EIO;
	return 0;
}

static int dummy_make_in(struct embargo_dummy *dummy, const char *directory)
{
	int r;

	snprintf(dummy->directory, sizeof(dummy->directory), "%s/embargo-selftest.XXXXXX", directory);
	if (!mkdtemp(dummy->directory)) {
		dummy->directory[0] = '\0';
		return -errno;
	}
	snprintf(dummy->path, sizeof(dummy->path), "%s/harmless", dummy->directory);
	r = program_copy(dummy->path);
	r = r ?: embargo_dummy_run(dummy, NULL);
	if (r)
		embargo_dummy_remove(dummy);
	return r;
}

int embargo_dummy_make(struct embargo_dummy *dummy)
{
	int r = -ENOENT;
	size_t i;

	for (i = 0; r && i < sizeof(directories) / sizeof(*directories); i++)
		r = dummy_make_in(dummy, directories[i]);
	return r;
}

void embargo_dummy_remove(struct embargo_dummy *dummy)
{
	if (!dummy->directory[0])
		return;
	unlink(dummy->path);
	rmdir(dummy->directory);
	dummy->directory[0] = '\0';
}

/* In the child: become the program, or tell the parent why not. */
static void program_exec(const char *path, int report)
{
	char *argv[] = {(char *)path, "--version", NULL};
	char *environment[] = {NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int error;

	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	execve(path, argv, environment);
	error = errno;
	_exit(write(report, &error, sizeof(error)) == sizeof(error) ? 126 : 127);
}

int embargo_dummy_run(const struct embargo_dummy *dummy, pid_t *ret_pid)
{
	_cleanup_close_ int reader = -1, writer = -1;
	int ends[2], error = 0, status = 0;
	ssize_t got;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	reader = ends[0];
	writer = ends[1];
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		program_exec(dummy->path, writer);
	close(TAKE_FD(writer));
	/* The other end is closed by a successful execve(). */
	do
		got = read(reader, &error, sizeof(error));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		error = errno;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (ret_pid)
		*ret_pid = pid;
	return error ? -error : WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}
