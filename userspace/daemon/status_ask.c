// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask the daemon what is in force. Its answer is believed as far as it fits: only root can have made the
 * socket. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "policy/cleanup.h"
#include "userspace/daemon/status.h"

#define ANSWER_MAX (256U << 10) /* bytes; some kilobytes are what it takes */
#define PATIENCE_SECONDS 5
#define REQUEST "GET /status HTTP/1.0\r\n\r\n"

static int refuse(struct embargo_reason *reason, int error, const char *why)
{
	snprintf(reason->text, sizeof(reason->text), "%s", why);
	return error;
}

static uint64_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static bool is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

/* Counters have no names: those of another version would be taken for others. */
static bool counters_take(const json_t *list, struct embargo_status *status)
{
	size_t i;

	if (json_array_size(list) != EMBARGO_COUNTERS)
		return false;
	for (i = 0; i < EMBARGO_COUNTERS; i++)
		status->counters[i] = json_integer_value(json_array_get(list, i));
	return true;
}

static void links_take(const json_t *list, struct embargo_status *status)
{
	const json_t *name;
	size_t i;

	json_array_foreach(list, i, name)
	{
		if (i == sizeof(status->link) / sizeof(*status->link))
			break;
		snprintf(status->link[i], sizeof(status->link[i]), "%s", json_string_value(name) ?: "?");
		status->links = i + 1;
	}
}

static bool mode_take(const char *name, struct embargo_status *status)
{
	for (status->mode = 0; status->mode < EMBARGO_MODE_MAX; status->mode++)
		if (name && !strcmp(name, embargo_mode_name(status->mode)))
			return true;
	return false;
}

static bool object_take(const json_t *object, struct embargo_status *status)
{
	const char *build = json_string_value(json_object_get(object, "build"));

	status->loaded = is_true(object, "loaded");
	status->build = build ? strtoull(build, NULL, 16) : 0;
	status->other_build = is_true(object, "other_build");
	status->ring_size = number(object, "ring_size");
	status->ring_used = number(object, "ring_used");
	status->files_way = number(object, "files_way");
	status->ftrace_off = is_true(object, "ftrace_off");
	links_take(json_object_get(object, "hooks"), status);
	return counters_take(json_object_get(object, "counters"), status) &&
	       mode_take(json_string_value(json_object_get(object, "mode")), status);
}

int embargo_status_parse(const char *answer, struct embargo_status *ret_status, json_t **ret_told,
			 struct embargo_reason *reason)
{
	const char *body = strstr(answer, "\r\n\r\n"), *error;
	struct embargo_status status = {0};
	json_auto_t *object = NULL;

	if (strncmp(answer, "HTTP/1.0 200 ", 13) != 0 || !body)
		return refuse(reason, -EBADMSG, "the daemon is of a version that does not tell it");
	object = json_loads(body + 4, 0, NULL);
	error = json_string_value(json_object_get(object, "error"));
	if (error)
		return refuse(reason, -EIO, error);
	if (!json_is_object(object) || !object_take(object, &status))
		return refuse(reason, -EBADMSG, "the daemon is of another version: restart it");
	*ret_told = json_pack("{s:O?, s:O?}", "pid", json_object_get(object, "pid"), "seal",
			      json_object_get(object, "seal"));
	if (!*ret_told)
		return refuse(reason, -ENOMEM, "out of memory");
	*ret_status = status;
	return 0;
}

/* Until the daemon closes: its answer has no other end. */
static int answer_read(int fd, char *answer)
{
	size_t used = 0;
	ssize_t got;

	while (used < ANSWER_MAX - 1 && (got = recv(fd, answer + used, ANSWER_MAX - 1 - used, 0)))
		if (got > 0)
			used += got;
		else if (errno != EINTR)
			return -errno;
	answer[used] = '\0';
	return 0;
}

int embargo_status_ask(const char *path, struct embargo_status *ret_status, json_t **ret_told,
		       struct embargo_reason *reason)
{
	struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	_cleanup_free_ char *answer = malloc(ANSWER_MAX);
	int r = 0;

	if (fd < 0 || !answer)
		return refuse(reason, -ENOMEM, "out of memory");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    send(fd, REQUEST, strlen(REQUEST), MSG_NOSIGNAL) != (ssize_t)strlen(REQUEST))
		r = -errno;
	r = r ?: answer_read(fd, answer);
	if (r)
		return refuse(reason, r, strerror(-r));
	return embargo_status_parse(answer, ret_status, ret_told, reason);
}
