// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo run */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include "policy/cleanup.h"
#include "userspace/cli/command.h"
#include "userspace/daemon/daemon.h"
#include "userspace/base/log.h"

/* One daemon takes events out of the ring. The lock goes with the process. */
static int run_lock(void)
{
	_cleanup_close_ int fd = -1;
	char text[16] = "";

	/* That they could not be made is said when something in them is opened. */
	(void)mkdir(EMBARGO_RUN_DIR, 0755);
	(void)mkdir(EMBARGO_STATE_DIR, 0755);
	/* Whoever can open it can lock it, and so keep us from starting. */
	fd = open(EMBARGO_RUN_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return embargo_log_errno(-errno, "cannot open '%s' (the daemon runs as root)",
					 EMBARGO_RUN_LOCK);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK)
			return embargo_log_errno(-errno, "cannot lock '%s'", EMBARGO_RUN_LOCK);
		if (read(fd, text, sizeof(text) - 1) > 0)
			text[strcspn(text, "\n")] = '\0';
		embargo_log_error("embargo run is running already, as pid %s", *text ? text : "?");
		return -EBUSY;
	}
	if (ftruncate(fd, 0) || dprintf(fd, "%d\n", (int)getpid()) < 0)
		embargo_log_warning("cannot write '%s'", EMBARGO_RUN_LOCK);
	return TAKE_FD(fd);
}

static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* -1: the kernel gives out no more of inotify; a policy that comes is then seen some seconds later. */
static int policies_watch(void)
{
	int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (watch < 0) {
		embargo_log_warning("not watching for policies, but looking each few seconds: %s%s",
				    strerror(errno),
				    errno == EMFILE ? "; raise fs.inotify.max_user_instances by sysctl" : "");
		return -1;
	}
	if (inotify_add_watch(watch, EMBARGO_RUN_DIR, IN_MOVED_TO | IN_CREATE | IN_DELETE) >= 0)
		return watch;
	embargo_log_warning("not watching for policies, but looking each few seconds: %s%s", strerror(errno),
			    errno == ENOSPC ? "; raise fs.inotify.max_user_watches by sysctl" : "");
	close(watch);
	return -1;
}

static enum embargo_exit daemon_start(struct embargo_daemon *daemon)
{
	_cleanup_close_ int lock = run_lock(), epoll = -1, signals = -1, watch = -1;

	if (lock < 0)
		return EMBARGO_EXIT_FAILED;
	daemon->signals = signals = signals_open();
	daemon->epoll = epoll = epoll_create1(EPOLL_CLOEXEC);
	if (signals < 0 || epoll < 0) {
		embargo_log_errno(-errno, "cannot prepare to wait for events");
		return EMBARGO_EXIT_FAILED;
	}
	daemon->watch = watch = policies_watch();
	return embargo_daemon_run(daemon) ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

static enum embargo_exit run_run(const struct embargo_arguments *arguments)
{
	struct embargo_daemon daemon = {.config_path = embargo_value(arguments, "config")};
	enum embargo_exit status;

	if (embargo_config_read(daemon.config_path, &daemon.config))
		return EMBARGO_EXIT_FAILED;
	embargo_sinks_init(&daemon.sinks, &daemon.config, EMBARGO_EVENT_LOG);
	daemon.sinks.echo = embargo_given(arguments, "stderr");
	status = daemon_start(&daemon);
	embargo_config_clear(&daemon.config);
	return status;
}

static const struct embargo_option options[] = {
	{.name = "config", .argument = "FILE", .help = "read it instead of " EMBARGO_CONFIG},
	{.name = "stderr", .help = "tell every event on standard error too"},
	{0},
};

const struct embargo_command embargo_cmd_run = {
	.name = "run",
	.usage = "[--config FILE] [--stderr]",
	.summary = "The daemon: tell syslog what was denied or audited. Stays in the foreground.",
	.details =
		"Blocking does not depend on it: events wait in a ring in the kernel while it is down, and\n"
		"what finds the ring full is counted. Events go to syslog, the journal, metrics and the\n"
		"terminal of who is concerned, as " EMBARGO_CONFIG " says, and, one JSON object\n"
		"a line, to " EMBARGO_EVENT_LOG ". SIGHUP reads the configuration again,\n"
		"SIGTERM ends it.\n",
	.options = options,
	.root = true,
	.run = run_run,
};
