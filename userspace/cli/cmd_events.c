// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo events */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/plural.h"
#include "loader/events.h"
#include "userspace/cli/command.h"
#include "userspace/event/event.h"
#include "userspace/event/event_log.h"
#include "userspace/event/shape.h"
#include "userspace/base/log.h"

#define LOOK_MS 2000 /* should inotify have missed a load */

struct follower {
	struct embargo_ring *ring; /* NULL: nothing is loaded */
	struct embargo_policydb_cache policydbs;
	struct embargo_seen seen;
	uint64_t events; /* put into the ring, when it was first empty for us */
	uint64_t read;	 /* by us since then */
	uint64_t missed; /* told so far */
	bool counted;	 /* .events is known */
	bool overtaken;	 /* and not told yet */
	int shape;	 /* enum embargo_shape; -1: for people */
	bool bare;	 /* by --format: without what is null */
	bool follow;
	bool shown; /* anything */
	int epoll;
};

static int event_log_print(void *context, const json_t *event, const char *line)
{
	struct follower *follower = context;
	struct embargo_key key;
	const char *time = json_string_value(json_object_get(event, "time"));
	const char *message = json_string_value(json_object_get(event, "message"));

	follower->shown = true;
	if (follower->shape >= 0) {
		_cleanup_free_ char *text =
			follower->bare ? embargo_shape_text(follower->shape, event, NULL) : NULL;

		printf("%s\n", text ?: line);
	} else
		printf("%s %s\n", time ?: "?", message ?: line);
	return embargo_event_log_key(event, &key) ? embargo_seen_add(&follower->seen, &key) : 0;
}

static void event_print(struct follower *follower, const struct embargo_event *event, const char *path)
{
	struct embargo_key key = embargo_event_key(event);
	_cleanup_free_ char *text = NULL;
	struct embargo_record record;
	char time[EMBARGO_TIME_SIZE];

	if (embargo_seen_has(&follower->seen, &key))
		return;
	follower->shown = true;
	embargo_record_make(&record, event, path, &follower->policydbs);
	embargo_time_format(&record.time, time);
	if (follower->bare) {
		json_t *object = embargo_record_json(&record);

		text = object ? embargo_shape_text(follower->shape, object, time) : NULL;
		json_decref(object);
	} else {
		text = follower->shape >= 0 ? embargo_record_json_line(&record)
					    : embargo_record_text(&record, SIZE_MAX);
	}
	if (follower->shape >= 0)
		printf("%s\n", text ?: "{}");
	else
		printf("%s %s\n", time, text ?: "out of memory");
}

/*
 * Ours is empty: from what was put into the ring and what we read of it follows
 * what was overwritten before we came.
 */
static void missed_tell(struct follower *follower)
{
	struct embargo_status status;
	uint64_t events, missed;

	if (follower->counted && !follower->overtaken)
		return;
	if (embargo_get_status(&status, NULL))
		return;
	events = status.counters[EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_EVENTS)];
	if (!follower->counted) {
		follower->events = events;
		follower->read = follower->missed = 0;
	} else if (events - follower->events > follower->read + follower->missed) {
		missed = events - follower->events - follower->read - follower->missed;
		follower->missed += missed;
		embargo_log_warning("%" PRIu64 " %s faster than could be shown; the daemon's log has it all",
				    missed, embargo_plural(missed, "event came", "events came"));
	}
	follower->counted = true;
	follower->overtaken = false;
}

static void ring_drain(struct follower *follower)
{
	struct embargo_event event;
	char path[EMBARGO_PATH_SIZE];
	int r;

	while ((r = embargo_ring_next(follower->ring, &event, path))) {
		if (r == -EOVERFLOW) {
			follower->overtaken = true;
			continue;
		}
		follower->read++;
		if (r == 1)
			event_print(follower, &event, path);
	}
	missed_tell(follower);
}

static int ring_open(struct follower *follower)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};
	struct embargo_error error = {""};
	int r;

	if (follower->ring)
		return 0;
	r = embargo_ring_open(false, &follower->ring, &error);
	if (r == -ENOENT)
		return 0;
	if ((r == -EPERM || r == -EACCES) && !follower->follow && !access(EMBARGO_EVENT_LOG, R_OK))
		return r;
	if (r) {
		embargo_log_error("%s", error.text);
		return r;
	}
	follower->counted = follower->overtaken = false;
	embargo_policydb_cache_clear(&follower->policydbs);
	embargo_policydb_cache_refresh(&follower->policydbs);
	event.data.fd = embargo_ring_fd(follower->ring);
	if (follower->epoll >= 0 && epoll_ctl(follower->epoll, EPOLL_CTL_ADD, event.data.fd, &event))
		return embargo_log_errno(-errno, "cannot wait for events");
	return 0;
}

static int follow(struct follower *follower)
{
	_cleanup_close_ int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct epoll_event event = {.events = EPOLLIN, .data.fd = watch};
	char buffer[4096];
	int r = 0;

	/* A load or an unload changes a link there. The directory may be made later than we start. */
	(void)mkdir(EMBARGO_RUN_DIR, 0755);
	if (watch < 0 || epoll_ctl(follower->epoll, EPOLL_CTL_ADD, watch, &event))
		return embargo_log_errno(-errno, "cannot wait for events");
	inotify_add_watch(watch, EMBARGO_RUN_DIR, IN_MOVED_TO | IN_CREATE | IN_DELETE);
	if (!follower->ring)
		embargo_log_note("nothing is loaded; waiting for a load");
	while (!r && !ferror(stdout)) {
		if (epoll_wait(follower->epoll, &event, 1, LOOK_MS) < 0 && errno != EINTR)
			return embargo_log_errno(-errno, "cannot wait for events");
		if (read(watch, buffer, sizeof(buffer)) > 0)
			embargo_policydb_cache_refresh(&follower->policydbs);
		if (follower->ring)
			ring_drain(follower);
		if (follower->ring && !embargo_ring_current(follower->ring)) {
			embargo_ring_close(follower->ring);
			follower->ring = NULL;
		}
		r = ring_open(follower);
		if (!r && follower->ring)
			ring_drain(follower);
	}
	return r;
}

static enum embargo_exit events_run(const struct embargo_arguments *arguments)
{
	_cleanup_close_ int epoll = epoll_create1(EPOLL_CLOEXEC);
	const char *format = embargo_value(arguments, "format");
	struct follower follower = {.shape = format				? embargo_shape_named(format)
					     : embargo_given(arguments, "json") ? EMBARGO_SHAPE_JSON
										: -1,
				    .bare = format != NULL,
				    .follow = embargo_given(arguments, "follow"),
				    .epoll = epoll};
	int r;

	setvbuf(stdout, NULL, _IOLBF, 0);
	/* The ring first: what the daemon takes from it while history is read is then in both, not in
	 * neither. */
	r = ring_open(&follower);
	/* The group may read what the daemon has delivered. */
	if ((r == -EPERM || r == -EACCES) && !access(EMBARGO_EVENT_LOG, R_OK) && !follower.follow) {
		embargo_log_note("shown is what the daemon has delivered; what waits in the ring needs root: "
				 "use sudo");
		r = 0;
	}
	if (!r) {
		r = embargo_event_log_read(EMBARGO_EVENT_LOG, event_log_print, &follower);
		if (r)
			embargo_log_errno(r, "cannot read '%s'", EMBARGO_EVENT_LOG);
	}
	if (!r && follower.ring)
		ring_drain(&follower);
	if (!r && !follower.shown && !follower.follow)
		embargo_log_note(follower.ring ? "nothing was denied or audited so far"
					       : "nothing is loaded, and the daemon has delivered nothing");
	if (!r && embargo_given(arguments, "follow"))
		r = follow(&follower);
	embargo_ring_close(follower.ring);
	embargo_policydb_cache_clear(&follower.policydbs);
	embargo_seen_clear(&follower.seen);
	return r ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

static bool events_usable(const struct embargo_arguments *arguments)
{
	const char *format = embargo_value(arguments, "format");

	if (!format || embargo_shape_named(format) >= 0)
		return true;
	embargo_log_error("--format is one of json, cee, ecs, ocsf and cef");
	return false;
}

static const struct embargo_option options[] = {
	{.name = "follow", .help = "go on with what happens from now on"},
	{.name = "json", .help = "print one JSON object a line", .group = 1},
	{.name = "format",
	 .argument = "SHAPE",
	 .help = "print it as json, cee, ecs, ocsf or cef",
	 .values = "json cee ecs ocsf cef",
	 .group = 1},
	{0},
};

const struct embargo_command embargo_cmd_events = {
	.name = "events",
	.usage = "[--follow] [--json|--format SHAPE]",
	.summary = "Show what was denied or audited.",
	.details =
		"First what the daemon delivered (" EMBARGO_EVENT_LOG "), then what waits for it in the\n"
		"kernel's ring, which is left there. --follow survives a reload, an upgrade and an unload.\n"
		"The keys of the JSON objects are those of the syslog messages; they are never renamed.\n",
	.options = options,
	.usable = events_usable,
	.run = events_run,
};
