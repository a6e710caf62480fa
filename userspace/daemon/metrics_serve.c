// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The socket and the file of the metrics. HTTP as far as a collector and
 * `curl --unix-socket` need it: one GET a connection. A client has two seconds, and
 * there are few at a time, so that none can hold up the daemon or use it up.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include "userspace/base/clock.h"
#include "userspace/base/confine.h"
#include "userspace/base/log.h"
#include "userspace/daemon/metrics.h"
#include "userspace/daemon/status.h"

#define PATIENCE_MS 2000

static void client_drop(struct embargo_client *client)
{
	close(client->fd);
	*client = (struct embargo_client){.fd = -1};
}

void embargo_metrics_close(struct embargo_daemon *daemon)
{
	struct embargo_metrics_server *server = &daemon->metrics;
	size_t i;

	for (i = 0; i < EMBARGO_CLIENTS; i++)
		if (server->clients[i].fd > 0)
			client_drop(&server->clients[i]);
	if (server->fd > 0) {
		close(server->fd);
		if (!server->passed)
			unlink(server->path);
	}
	server->fd = -1;
}

/* Asked for once: the libraries that know groups cannot be loaded later. */
static gid_t readers(void)
{
	const struct group *group = NULL;
	static bool asked;
	static gid_t gid = -1;

	if (!asked)
		group = getgrnam(EMBARGO_GROUP);
	if (!asked && group)
		gid = group->gr_gid;
	asked = true;
	return gid;
}

static int listener_make(const char *path, int *ret_fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t mask;
	int r;

	if (fd < 0)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	/* Removes the socket of an earlier daemon; a file that is not a socket stays, and bind() fails. */
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return -EADDRINUSE;
	if (errno == ECONNREFUSED)
		unlink(path);
	mask = umask(0117);
	r = bind(fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
	umask(mask);
	if (!r && readers() != (gid_t)-1 && chown(path, -1, readers()))
		r = -errno;
	if (r || listen(fd, EMBARGO_CLIENTS))
		return r ?: -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* The listening socket that systemd passed; -1: none. Whatever else it passed is not ours. */
static int listener_passed(void)
{
	int count = sd_listen_fds(1), i, flags;

	for (i = SD_LISTEN_FDS_START; i < SD_LISTEN_FDS_START + count; i++) {
		if (sd_is_socket_unix(i, SOCK_STREAM, 1, NULL, 0) <= 0)
			continue;
		flags = fcntl(i, F_GETFL);
		if (flags >= 0 && !fcntl(i, F_SETFL, flags | O_NONBLOCK))
			return i;
	}
	return -1;
}

void embargo_metrics_listen(struct embargo_daemon *daemon)
{
	struct embargo_metrics_server *server = &daemon->metrics;
	struct epoll_event event = {.events = EPOLLIN};
	int r;

	if (server->fd > 0 && (server->passed || !strcmp(server->path, daemon->config.metrics_socket)))
		return;
	readers();
	embargo_metrics_close(daemon);
	if (!server->asked) {
		server->fd = listener_passed();
		server->asked = true;
		server->passed = server->fd > 0;
	}
	if (server->passed) {
		event.data.fd = server->fd;
		epoll_ctl(daemon->epoll, EPOLL_CTL_ADD, server->fd, &event);
		return;
	}
	snprintf(server->path, sizeof(server->path), "%s", daemon->config.metrics_socket);
	if (!*server->path)
		return;
	r = listener_make(server->path, &server->fd);
	if (r) {
		embargo_log_errno(r, "no metrics at '%s'", server->path);
		return;
	}
	event.data.fd = server->fd;
	epoll_ctl(daemon->epoll, EPOLL_CTL_ADD, server->fd, &event);
}

static void client_accept(struct embargo_daemon *daemon)
{
	struct embargo_metrics_server *server = &daemon->metrics;
	struct epoll_event event = {.events = EPOLLIN};
	size_t i, oldest = 0;
	int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	for (i = 0; i < EMBARGO_CLIENTS && server->clients[i].fd > 0; i++)
		if (server->clients[i].due < server->clients[oldest].due)
			oldest = i;
	if (i == EMBARGO_CLIENTS) {
		i = oldest;
		client_drop(&server->clients[i]);
	}
	server->clients[i] = (struct embargo_client){.fd = fd, .due = embargo_now_ms() + PATIENCE_MS};
	event.data.fd = fd;
	epoll_ctl(daemon->epoll, EPOLL_CTL_ADD, fd, &event);
}

static bool asked_for(const char *request, const char *path)
{
	size_t size = strlen(path);

	return !strncmp(request, "GET ", 4) && !strncmp(request + 4, path, size) &&
	       (request[4 + size] == ' ' || (size > 1 && request[4 + size] == '?'));
}

char *embargo_metrics_answer(struct embargo_daemon *daemon, const char *request)
{
	_cleanup_free_ char *text = NULL;
	const char *status = "200 OK";
	char *answer = NULL;
	bool json;

	/* HTTP 1.0 and later end the head with an empty line. */
	if (!strstr(request, "\r\n\r\n") && !strstr(request, "\n\n"))
		return NULL;
	if (strncmp(request, "GET ", 4) != 0)
		status = "405 Method Not Allowed";
	else if (!asked_for(request, "/metrics") && !asked_for(request, "/status") &&
		 !asked_for(request, "/"))
		status = "404 Not Found";
	json = *status == '2' && asked_for(request, "/status");
	if (*status != '2')
		text = strdup("try GET /metrics, or GET /status\n");
	else
		text = json ? embargo_status_answer() : embargo_daemon_metrics(daemon);
	if (!text ||
	    asprintf(&answer,
		     "HTTP/1.0 %s\r\nContent-Type: %s; charset=utf-8\r\n"
		     "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
		     status, json ? "application/json" : "text/plain; version=0.0.4", strlen(text), text) < 0)
		return NULL;
	return answer;
}

static void client_serve(struct embargo_daemon *daemon, struct embargo_client *client)
{
	_cleanup_free_ char *answer = NULL;
	ssize_t size = recv(client->fd, client->request + client->size,
			    sizeof(client->request) - 1 - client->size, MSG_DONTWAIT);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size > 0) {
		client->size += size;
		client->request[client->size] = '\0';
		answer = embargo_metrics_answer(daemon, client->request);
		if (!answer && client->size < sizeof(client->request) - 1)
			return;
	}
	/* A socket's buffer holds many times an answer; who does not get it whole asks again. */
	if (answer)
		(void)!send(client->fd, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(client->fd, SHUT_WR);
	client_drop(client);
}

bool embargo_metrics_serve(struct embargo_daemon *daemon, int fd)
{
	struct embargo_metrics_server *server = &daemon->metrics;
	size_t i;

	if (fd == server->fd) {
		client_accept(daemon);
		return true;
	}
	for (i = 0; i < EMBARGO_CLIENTS; i++) {
		if (server->clients[i].fd != fd)
			continue;
		client_serve(daemon, &server->clients[i]);
		return true;
	}
	return false;
}

/* Whole or not at all: a collector may look at any moment. */
static int file_write(const char *path, const char *text)
{
	_cleanup_free_ char *temporary = NULL;
	_cleanup_close_ int fd = -1;
	size_t size = strlen(text);
	int r = 0;

	if (asprintf(&temporary, "%s.%d", path, (int)getpid()) < 0)
		return -ENOMEM;
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	if (write(fd, text, size) != (ssize_t)size)
		r = -ENOSPC;
	if (!r && rename(temporary, path))
		r = -errno;
	if (r)
		unlink(temporary);
	return r;
}

static void file_tick(struct embargo_daemon *daemon, int64_t now)
{
	struct embargo_metrics_server *server = &daemon->metrics;
	_cleanup_free_ char *text = NULL;
	int r;

	if (!*daemon->config.metrics_file || now < server->due)
		return;
	server->due = now + daemon->config.metrics_interval * 1000;
	text = embargo_daemon_metrics(daemon);
	r = text ? file_write(daemon->config.metrics_file, text) : -ENOMEM;
	if (r && !server->failing)
		embargo_log_errno(r, "cannot write '%s'", daemon->config.metrics_file);
	server->failing = r;
}

void embargo_metrics_tick(struct embargo_daemon *daemon)
{
	int64_t now = embargo_now_ms();
	size_t i;

	for (i = 0; i < EMBARGO_CLIENTS; i++)
		if (daemon->metrics.clients[i].fd > 0 && daemon->metrics.clients[i].due <= now)
			client_drop(&daemon->metrics.clients[i]);
	file_tick(daemon, now);
}
