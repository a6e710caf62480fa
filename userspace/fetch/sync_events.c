// SPDX-License-Identifier: GPL-2.0-or-later
/* Denials that were delivered on this host, as the server wants them, a batch at a time. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "userspace/event/event_log.h"
#include "userspace/fetch/sync_private.h"

struct upload {
	struct embargo_sync_job *job;
	bool after; /* the last one that the server has was passed, or is not there any more */
	bool seen;
	json_t *batch;
	json_t *last; /* that was looked at */
};

static const char *text_of(const json_t *event, const char *key)
{
	return json_string_value(json_object_get(event, key)) ?: "";
}

/* Which event it is, in any boot. */
static json_t *mark_of(const json_t *event)
{
	json_t *mark = json_object();
	static const char *const keys[] = {"boot_id", "time_ns", "generation", "pid"};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		json_object_set(mark, keys[i], json_object_get(event, keys[i]) ?: json_null());
	return mark;
}

/* 2026-07-01T12:34:56.123456+02:00, in seconds since 1970; 0: something else */
static double seconds(const char *text)
{
	struct tm tm = {0};
	double fraction = 0;
	int hours = 0, minutes = 0;
	char sign = '+';
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	long zone;

	if (!rest)
		return 0;
	if (*rest == '.') {
		fraction = strtod(rest, NULL);
		rest += 1 + strspn(rest + 1, "0123456789");
	}
	if (*rest != 'Z' && sscanf(rest, "%c%2d:%2d", &sign, &hours, &minutes) != 3)
		return 0;
	zone = (hours * 60L + minutes) * 60;
	return (double)(timegm(&tm) - (sign == '-' ? -zone : zone)) + fraction;
}

static const char *decision(const json_t *event, bool denied)
{
	const char *kind = text_of(event, "kind");

	/* It ran, for this host only looks on; the server calls that unknown, and counts it so. */
	if (!denied)
		return "ALLOW_UNKNOWN";
	return !strcmp(kind, "hash")	 ? "BLOCK_BINARY"
	       : !strcmp(kind, "signer") ? "BLOCK_CERTIFICATE"
					 : "BLOCK_SCOPE";
}

static json_t *event_of(const json_t *event, bool denied)
{
	_cleanup_free_ char *directory = strdup(text_of(event, "path"));
	char *slash = directory ? strrchr(directory, '/') : NULL, user[32];
	const char *name = slash ? slash + 1 : directory ?: "";
	json_int_t uid = json_integer_value(json_object_get(event, "uid"));
	const struct passwd *entry = getpwuid((uid_t)uid);
	json_t *made, *who = json_string(entry ? entry->pw_name : "");
	_cleanup_free_ char *file = strdup(name);

	snprintf(user, sizeof(user), "%lld", (long long)uid);
	if (!entry || !who) {
		json_decref(who);
		who = json_string(user);
	}
	if (slash)
		slash[slash == directory] = '\0'; /* "/" stays */
	made = json_pack("{s:s, s:s, s:s, s:o, s:f, s:[], s:[], s:s, s:I, s:I, s:s, s:[]}", "file_sha256",
			 text_of(event, "sha256"), "file_path", directory ?: "", "file_name", file ?: "",
			 "executing_user", who, "execution_time", seconds(text_of(event, "time")),
			 "logged_in_users", "current_sessions", "decision", decision(event, denied), "pid",
			 json_integer_value(json_object_get(event, "tgid")), "ppid",
			 json_integer_value(json_object_get(event, "parent_tgid")), "parent_name",
			 text_of(event, "parent_comm"), "signing_chain");
	return made;
}

/* The batch goes up; then the server has all that was looked at so far. */
static int batch_post(struct upload *upload)
{
	struct embargo_sync_job *job = upload->job;
	_cleanup_free_ char *answer = NULL;
	size_t size, count = json_array_size(upload->batch);
	int r = 0;

	/* What the server may want besides, the parts of a bundle, there is not here. */
	if (count)
		r = embargo_sync_post(job, "eventupload",
				      json_pack("{s:o, s:s}", "events", TAKE_PTR(upload->batch), "machine_id",
						job->machine),
				      &answer, &size);
	if (r)
		return r;
	if (!upload->batch)
		upload->batch = json_array();
	job->result->events += count;
	if (upload->last) {
		json_decref(job->told);
		job->told = TAKE_PTR(upload->last);
	}
	return upload->batch ? 0 : -ENOMEM;
}

static int event_look(void *context, const json_t *event, const char *line)
{
	struct upload *upload = context;
	struct embargo_sync_job *job = upload->job;
	const char *verdict = text_of(event, "verdict");
	bool denied = !strcmp(verdict, "denied");
	json_t *mark;

	(void)line;
	if ((!denied && strcmp(verdict, "would-deny") != 0) ||
	    json_is_true(json_object_get(event, "selftest")))
		return 0;
	mark = mark_of(event);
	if (!upload->after) {
		upload->after = json_equal(mark, job->told);
		json_decref(mark);
		return 0;
	}
	json_decref(upload->last);
	upload->last = mark;
	if (!denied && job->preflight.no_unknown)
		return 0;
	if (!*text_of(event, "sha256")) {
		job->result->unnamed++;
		return 0;
	}
	if (json_array_append_new(upload->batch, event_of(event, denied)))
		return embargo_fetch_fail(&job->result->fetch, EMBARGO_FETCH_HOST, -ENOMEM, "no memory");
	return json_array_size(upload->batch) >= job->preflight.batch ? batch_post(upload) : 0;
}

static int mark_look(void *context, const json_t *event, const char *line)
{
	struct upload *upload = context;
	json_t *mark = mark_of(event);

	(void)line;
	upload->seen |= json_equal(mark, upload->job->told);
	json_decref(mark);
	return 0;
}

int embargo_sync_events(struct embargo_sync_job *job)
{
	struct upload upload = {.job = job, .batch = json_array()};
	const char *path = job->sync->events;
	int r = upload.batch ? 0 : -ENOMEM;

	/* One that was rotated away since: all that is there is newer. */
	if (!r && job->told)
		r = embargo_event_log_read(path, mark_look, &upload);
	upload.after = !job->told || !upload.seen;
	r = r ?: embargo_event_log_read(path, event_look, &upload) ?: batch_post(&upload);
	json_decref(upload.batch);
	json_decref(upload.last);
	if (r && !job->result->fetch.cause)
		return embargo_fetch_fail(&job->result->fetch, EMBARGO_FETCH_HOST, r, "%.150s: %s", path,
					  strerror(-r));
	return r;
}
