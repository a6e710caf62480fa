// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon's loop, confined as it runs in earnest: what it tells systemd, and when it reads its
 * configuration. */
#include "tests/harness.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "userspace/daemon/daemon.h"

FIXTURE(daemon)
{
	char directory[32], notify[64], config[64], metrics[64], history[64];
	int systemd;
	pid_t pid;
};

static void config_write(struct daemon_self *self, const char *more)
{
	FILE *file = fopen(self->config, "w");

	ASSERT_NOT_NULL(file);
	fprintf(file, "journal = off\nsyslog-socket = %s/log\nmetrics-socket = %s\n%s", self->directory,
		self->metrics, more);
	ASSERT_EQ(0, fclose(file));
}

/* Does not return. */
static void daemon_main(struct daemon_self *self)
{
	struct embargo_daemon daemon = {.config_path = self->config};
	sigset_t set;

	setenv("NOTIFY_SOCKET", self->notify, 1);
	setenv("WATCHDOG_USEC", "100000", 1);
	unsetenv("WATCHDOG_PID");
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	daemon.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	daemon.epoll = epoll_create1(EPOLL_CLOEXEC);
	daemon.watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (embargo_config_read(self->config, &daemon.config))
		_exit(2);
	embargo_sinks_init(&daemon.sinks, &daemon.config, self->history);
	_exit(embargo_daemon_run(&daemon) ? 3 : 0);
}

FIXTURE_SETUP(daemon)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (geteuid())
		SKIP("the daemon runs as root");
	strcpy(self->directory, "/tmp/daemon_test.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->directory));
	sprintf(self->notify, "%s/notify", self->directory);
	sprintf(self->config, "%s/conf", self->directory);
	sprintf(self->metrics, "%s/metrics", self->directory);
	sprintf(self->history, "%s/events", self->directory);
	config_write(self, "");
	strcpy(address.sun_path, self->notify);
	self->systemd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(self->systemd, (struct sockaddr *)&address, sizeof(address)));
	self->pid = fork();
	if (!self->pid)
		daemon_main(self);
}

FIXTURE_TEARDOWN(daemon)
{
	char command[64];

	if (self->pid > 0) {
		kill(self->pid, SIGKILL);
		waitpid(self->pid, NULL, 0);
	}
	sprintf(command, "rm -rf %s", self->directory);
	EXPECT_EQ(0, system(command));
}

/* The next message but for those of the watchdog, unless they are asked for. */
static const char *told(struct daemon_self *self, bool watchdog)
{
	struct pollfd poll_fd = {.fd = self->systemd, .events = POLLIN};
	static char message[1024];
	ssize_t size;

	do {
		ASSERT_EQ(1, poll(&poll_fd, 1, 20000));
		size = recv(self->systemd, message, sizeof(message) - 1, 0);
		ASSERT_LT(0, size);
		message[size] = '\0';
	} while (!watchdog && !strcmp(message, "WATCHDOG=1"));
	return message;
}

static void expect_ready(struct daemon_self *self)
{
	EXPECT_EQ(0, strncmp(told(self, false), "READY=1", 7));
}

static void expect_end(struct daemon_self *self)
{
	int status;

	ASSERT_EQ(0, kill(self->pid, SIGTERM));
	EXPECT_STREQ("STOPPING=1", told(self, false));
	ASSERT_EQ(self->pid, waitpid(self->pid, &status, 0));
	self->pid = 0;
	EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) TH_LOG("status %x", status);
}

TEST_F(daemon, tells_systemd)
{
	expect_ready(self);
	EXPECT_STREQ("WATCHDOG=1", told(self, true));
	EXPECT_STREQ("WATCHDOG=1", told(self, true));
	ASSERT_EQ(0, kill(self->pid, SIGHUP));
	EXPECT_EQ(0, strncmp(told(self, false), "RELOADING=1\nMONOTONIC_USEC=", 27));
	expect_ready(self);
	expect_end(self);
}

TEST_F(daemon, takes_a_configuration_that_is_right)
{
	char file[128], more[256];
	struct stat st;

	expect_ready(self);
	sprintf(file, "%s/embargo.prom", self->directory);
	sprintf(more, "metrics-file = %s\nrate-limit = 1/1\nnotices = off\naudit = on\n", file);
	config_write(self, more);
	ASSERT_EQ(0, kill(self->pid, SIGHUP));
	told(self, false);
	expect_ready(self);
	/* The file is written before the loop comes round to the watchdog twice. */
	told(self, true);
	told(self, true);
	EXPECT_EQ(0, stat(file, &st));
	expect_end(self);
}

TEST_F(daemon, keeps_what_it_had_if_it_is_wrong)
{
	struct stat st;

	expect_ready(self);
	config_write(self, "metrics-socket = off\n");
	ASSERT_EQ(0, kill(self->pid, SIGHUP));
	told(self, false);
	expect_ready(self);
	EXPECT_EQ(0, stat(self->metrics, &st));
	expect_end(self);
	/* Nothing is left behind. */
	EXPECT_EQ(-1, stat(self->metrics, &st));
}

/* As embargo-metrics.socket has it: the daemon listens where systemd says, and leaves the socket there. */
TEST_F(daemon, takes_the_socket_of_systemd)
{
	static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char answer[64] = "", pid[16];
	struct stat st;
	int fd;

	expect_ready(self);
	expect_end(self); /* that of the fixture */
	sprintf(address.sun_path, "%s/passed", self->directory);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&address, sizeof(address)));
	ASSERT_EQ(0, listen(fd, 4));
	self->pid = fork();
	if (!self->pid) {
		dup2(fd, 3);
		sprintf(pid, "%d", getpid());
		setenv("LISTEN_PID", pid, 1);
		setenv("LISTEN_FDS", "1", 1);
		daemon_main(self);
	}
	close(fd);
	expect_ready(self);
	EXPECT_NE(0, stat(self->metrics, &st));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ASSERT_EQ(0, connect(fd, (struct sockaddr *)&address, sizeof(address)));
	ASSERT_EQ(sizeof(request) - 1, (size_t)write(fd, request, sizeof(request) - 1));
	ASSERT_LT(12, read(fd, answer, sizeof(answer) - 1));
	EXPECT_EQ(0, strncmp(answer, "HTTP/1.", 7));
	EXPECT_NOT_NULL(strstr(answer, " 200 "));
	close(fd);
	expect_end(self);
	EXPECT_EQ(0, stat(address.sun_path, &st));
}

TEST_HARNESS_MAIN
