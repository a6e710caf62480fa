/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What embargo tells of its verdicts: by `embargo events`, and to a syslog that the test plays. */
#ifndef EMBARGO_TESTS_GUEST_GUEST_EVENT_H
#define EMBARGO_TESTS_GUEST_GUEST_EVENT_H

#include <sys/socket.h>
#include <sys/un.h>

#include "loader/events.h"

#include "tests/guest/guest_policy.h"

/* Nothing of what happened before: no event waits in the ring, none is in the event log. */
static inline void guest_events_clear(void)
{
	char path[EMBARGO_PATH_SIZE];
	struct embargo_event event;
	struct embargo_ring *ring;
	struct embargo_error error;

	GUEST_RUN(NULL, "rm", "-f", "/var/lib/embargo/events.jsonl", "/var/lib/embargo/events.jsonl.1");
	ASSERT_EQ(0, embargo_ring_open(true, &ring, &error))
	{
		TH_LOG("%s", error.text);
	}
	while (embargo_ring_next(ring, &event, path) > 0)
		embargo_ring_take(ring);
	embargo_ring_close(ring);
}

/* The objects that the lines of @text are. */
static inline json_t *guest_event_lines(char *text)
{
	json_t *events = json_array(), *event;
	json_error_t error;
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		event = json_loads(line, 0, &error);
		ASSERT_NOT_NULL(event)
		{
			TH_LOG("%s: %s", error.text, line);
		}
		json_array_append_new(events, event);
	}
	return events;
}

/* All events since guest_events_clear(), as `embargo events --json` prints them. */
static inline json_t *guest_events(void)
{
	char *output = NULL;
	json_t *events;

	ASSERT_EQ(0, GUEST_RUN(&output, "embargo", "events", "--json"));
	events = guest_event_lines(output);
	free(output);
	return events;
}

/* The only event that there is. */
static inline json_t *guest_one_event(void)
{
	json_t *events = guest_events();

	ASSERT_EQ(1, json_array_size(events))
	{
		TH_LOG("%s", json_dumps(events, JSON_INDENT(1)));
	}
	return json_array_get(events, 0);
}

static inline const char *guest_text(const json_t *event, const char *key)
{
	return json_string_value(json_object_get(event, key));
}

static inline long long guest_integer(const json_t *event, const char *key)
{
	const json_t *value = json_object_get(event, key);

	EXPECT_TRUE(json_is_integer(value))
	{
		TH_LOG("%s is no integer", key);
	}
	return json_integer_value(value);
}

/* So many events of one file. */
static inline void guest_deny(const char *banned, int times)
{
	for (int i = 0; i < times; i++)
		EXPECT_EQ(-EPERM, attempt_mmap_exec(banned));
}

/* A /dev/log that nobody but the test reads. */
static inline int guest_syslog_open(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	unlink("/dev/log");
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&address, sizeof(address)))
	{
		TH_LOG("/dev/log: %m");
	}
	return fd;
}

static inline void guest_syslog_close(int fd)
{
	close(fd);
	unlink("/dev/log");
}

/* The next message, to be freed; NULL: none came in @ms. */
static inline char *guest_syslog_next(int fd, int ms)
{
	static char message[65536];
	ssize_t size;

	if (!guest_readable(fd, ms))
		return NULL;
	size = recv(fd, message, sizeof(message) - 1, 0);
	ASSERT_LT(0, size);
	message[size] = '\0';
	EXPECT_EQ(size, strlen(message));
	return strdup(message);
}

static inline pid_t guest_daemon_start_with(const char *settings)
{
	static const char *const run[] = {"embargo", "run", "--config", "/run/test.conf", NULL};

	guest_put_text("/run/test.conf", PATH_OF("syslog = rfc5424\n%s\n", settings));
	return guest_spawn(run, -1, -1);
}

/* It tells every event, in the form that has all fields. */
static inline pid_t guest_daemon_start(void)
{
	return guest_daemon_start_with("rate-limit = off");
}

/* One answer of the daemon, which has no rights left: valid until the next one. */
static inline const char *guest_metrics(void)
{
	static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/embargo/metrics.sock"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static char answer[65536];
	size_t size = 0;
	ssize_t got;

	ASSERT_EQ(0, connect(fd, (struct sockaddr *)&address, sizeof(address)));
	ASSERT_EQ(sizeof(request) - 1, send(fd, request, sizeof(request) - 1, 0));
	while ((got = recv(fd, answer + size, sizeof(answer) - 1 - size, 0)) > 0)
		size += got;
	answer[size] = '\0';
	close(fd);
	return answer;
}

#endif
