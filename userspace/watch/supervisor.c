// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The supervisor starts the watcher, and another one whenever it dies, which then scans what was missed. The
 * daemon itself could not: it can start no process. All of them end with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy/cleanup.h"
#include "userspace/base/log.h"
#include "userspace/watch/watch.h"

#define SOCKET 3
#define PAUSE_MIN 100
#define PAUSE_MAX 10000
#define LIVED_MS 60000 /* then it did not die of its start */
#define NOTE_SIZE 16384

/* A service may have been given a view of its own of the file systems; what is to be watched is the host's.
 */
static void mounts_of_host(void)
{
	_cleanup_close_ int host = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (host < 0 || setns(host, CLONE_NEWNS))
		embargo_log_warning(
			"new files are watched where this service sees them, not on the whole host: %s",
			strerror(errno));
}

static void __attribute__((noreturn)) watcher_run(struct embargo_watch_shared *shared)
{
	int r;

	/* The supervisor can die before this is set: it is its child no more then. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		_exit(1);
	r = embargo_watcher(shared, SOCKET);
	if (r)
		embargo_log_errno(r, "what watches for new files cannot go on");
	_exit(r ? 1 : 0);
}

/* ms */
static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* The watcher's wait status. */
static int watcher_keep(struct embargo_watch_shared *shared)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		watcher_run(shared);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 ? status : -1;
}

static void __attribute__((noreturn)) keep(struct embargo_watch_shared *shared, int socket)
{
	struct pollfd daemon = {.fd = SOCKET};
	int pause = PAUSE_MIN, status;
	int64_t begun;

	/* Neither the daemon's lock nor anything else of it may outlive it here. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != shared->daemon ||
	    (socket != SOCKET && dup2(socket, SOCKET) < 0) || close_range(SOCKET + 1, ~0U, 0))
		_exit(1);
	mounts_of_host();
	if (embargo_watch_confine()) {
		embargo_log_error(
			"what watches for new files cannot give up the rights that it does not need");
		_exit(1);
	}
	for (;;) {
		begun = now();
		status = watcher_keep(shared);
		if (!status)
			_exit(0);
		if (now() - begun > LIVED_MS)
			pause = PAUSE_MIN;
		if (status > 0 && WIFSIGNALED(status))
			embargo_log_warning(
				"what watches for new files died of signal %d (%s), and is started again",
				WTERMSIG(status), strsignal(WTERMSIG(status)));
		if (shared->active)
			shared->lost = true;
		shared->active = false;
		embargo_watch_count(shared, EMBARGO_WATCH_RESTARTS, 1);
		if (poll(&daemon, 1, pause) > 0)
			_exit(0);
		pause = pause * 2 < PAUSE_MAX ? pause * 2 : PAUSE_MAX;
	}
}

int embargo_watch_start(struct embargo_watch *watch, enum embargo_watch_mode mode, unsigned int limit)
{
	struct embargo_watch_shared *shared;
	bool gap = false;
	int ends[2], r;
	pid_t pid;

	if (mode == EMBARGO_WATCH_OFF)
		return 0;
	r = embargo_watch_shared_new(EMBARGO_WATCH_STATE, &shared, &gap);
	if (!r && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		r = -errno;
	if (r)
		return embargo_log_errno(r, "cannot watch for new files");
	shared->mode = mode;
	shared->limit = limit;
	shared->lost = gap;
	pid = fork();
	if (!pid)
		keep(shared, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		r = -errno;
		close(ends[0]);
		munmap(shared, sizeof(*shared));
		return embargo_log_errno(r, "cannot watch for new files");
	}
	watch->shared = shared;
	watch->fd = ends[0];
	return 0;
}

void embargo_watch_configure(struct embargo_watch *watch, enum embargo_watch_mode mode, unsigned int limit)
{
	if (!watch->shared) {
		if (mode != EMBARGO_WATCH_OFF)
			embargo_log_warning("watch: to watch for new files the daemon must be started again");
		return;
	}
	watch->shared->limit = limit;
	watch->shared->mode = mode;
	if (watch->fd > 0)
		(void)send(watch->fd, "c", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int embargo_watch_receive(struct embargo_watch *watch, struct embargo_log_message *ret_message)
{
	char line[NOTE_SIZE];
	ssize_t got;

	while (watch->fd > 0 && !watch->pending) {
		got = recv(watch->fd, line, sizeof(line) - 1, MSG_DONTWAIT);
		if (got < 0)
			return 0;
		if (!got) {
			close(watch->fd);
			watch->fd = -1;
			watch->shared->lost |= watch->shared->active;
			watch->shared->active = false;
			return -EPIPE;
		}
		line[got] = '\0';
		watch->pending = strdup(line);
		if (watch->pending && !embargo_log_message_read(line, ret_message))
			return 1;
		embargo_watch_ack(watch);
	}
	return watch->pending && !embargo_log_message_read(watch->pending, ret_message);
}

void embargo_watch_ack(struct embargo_watch *watch)
{
	free(watch->pending);
	watch->pending = NULL;
}

void embargo_watch_end(struct embargo_watch *watch)
{
	if (watch->fd > 0)
		close(watch->fd);
	watch->fd = -1;
	embargo_watch_ack(watch);
	if (watch->shared)
		munmap(watch->shared, sizeof(*watch->shared));
	watch->shared = NULL;
}
