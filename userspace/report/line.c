// SPDX-License-Identifier: GPL-2.0-or-later
/* One line of a scan, of events or of a state: whose it is, and what it adds. */
#include <errno.h>
#include <string.h>

#include "userspace/report/report.h"
#include "userspace/base/text.h"

#define SCANS_MAX 100000 /* of one host */
#define PATHS_MAX 1000	 /* of one scan */

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void received(struct embargo_report_host *host, int64_t time)
{
	host->received = true;
	if (time > host->seen)
		host->seen = time;
}

/* The newest word on the mode counts. */
static void mode_set(struct embargo_report_host *host, const char *mode, int64_t time)
{
	if (time < host->mode_time)
		return;
	host->mode_time = time;
	host->mode = !mode			? EMBARGO_REPORT_OFF
		     : !strcmp(mode, "enforce") ? EMBARGO_REPORT_ENFORCE
		     : !strcmp(mode, "audit")	? EMBARGO_REPORT_AUDIT
						: EMBARGO_REPORT_UNKNOWN;
}

static int replace(char **string, const char *with)
{
	char *copy;

	if (!with)
		return 0;
	copy = strdup(with);
	if (!copy)
		return -ENOMEM;
	free(*string);
	*string = copy;
	return 0;
}

/* The host that the line names itself, else that of the lines before it, else that of the file's name. */
static int host_find(struct embargo_report *report, struct embargo_report_place *place, const json_t *object)
{
	const char *name = text_of(object, "host");

	if (name && *name) {
		struct embargo_report_host *host = embargo_report_host(report, name);

		if (!host)
			return -ENOMEM;
		if (host != place->host)
			place->in_scan = false;
		place->host = host;
	} else if (!place->host) {
		_cleanup_free_ char *of_file = embargo_report_host_of(place->file);

		if (of_file && *of_file)
			place->host = embargo_report_host(report, of_file);
	}
	return 0;
}

static int scan_add(struct embargo_report_place *place, int64_t time, struct embargo_report_scan **ret_scan)
{
	struct embargo_report_host *host = place->host;
	struct embargo_report_scan *grown;

	if (host->scan_count >= SCANS_MAX)
		return -E2BIG;
	grown = reallocarray(host->scans, host->scan_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	host->scans = grown;
	place->scan = host->scan_count++;
	place->in_scan = true;
	*ret_scan = &grown[place->scan];
	**ret_scan = (struct embargo_report_scan){.time = time, .said = EMBARGO_REPORT_NONE};
	return 0;
}

#define POLICIES_MAX 1000 /* that are told apart */

/* Who made them up cannot make us remember endlessly many. */
static int policies_note(struct embargo_report *report, const json_t *policies)
{
	struct embargo_report_policy *entry;
	const json_t *policy;
	char name[256];
	size_t i;

	json_array_foreach(policies, i, policy)
	{
		snprintf(name, sizeof(name), "%.200s version %lld",
			 text_of(policy, "name") ?: "without a name",
			 (long long)json_integer_value(json_object_get(policy, "version")));
		if (report->policies.count >= POLICIES_MAX && !embargo_report_find(&report->policies, name))
			continue;
		entry = embargo_report_entry(&report->policies, name, sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		entry->scans++;
	}
	return 0;
}

static int scan_begin(struct embargo_report *report, struct embargo_report_place *place, const json_t *object,
		      const char **ret_why)
{
	const char *time = text_of(object, "time"), *path;
	const json_t *paths = json_object_get(object, "paths");
	struct embargo_report_scan *scan;
	int64_t begun;
	size_t i;
	int r;

	if (!time || embargo_report_time_read(time, &begun)) {
		*ret_why = "a scan whose \"time\" is none of RFC 3339";
		return -EBADMSG;
	}
	if (!json_is_array(paths) || json_array_size(paths) > PATHS_MAX) {
		*ret_why = "a scan without its \"paths\"";
		return -EBADMSG;
	}
	r = scan_add(place, begun, &scan);
	if (r)
		return r;
	/* Those that do not say it yet: without a path it was asked for, and of / it is part. */
	scan->present = json_is_true(json_object_get(object, "present")) || !json_array_size(paths);
	scan->archives = json_is_true(json_object_get(object, "archives"));
	scan->all_filesystems = json_is_true(json_object_get(object, "all_filesystems"));
	scan->network = json_is_true(json_object_get(object, "network"));
	scan->paths = calloc(json_array_size(paths) + 1, sizeof(*scan->paths));
	if (!scan->paths)
		return -ENOMEM;
	for (i = 0; i < json_array_size(paths); i++) {
		path = json_string_value(json_array_get(paths, i));
		scan->paths[i] = strdup(path ?: "");
		if (!scan->paths[i])
			return -ENOMEM;
		scan->present |= !strcmp(scan->paths[i], "/");
	}
	received(place->host, begun);
	if (text_of(object, "mode")) /* null: nothing is loaded, or who scanned could not know */
		mode_set(place->host, text_of(object, "mode"), begun);
	r = policies_note(report, json_object_get(object, "policies"));
	return r ?: replace(&place->host->machine_id, text_of(object, "machine_id"))
		       ?: replace(&place->host->kernel, text_of(object, "kernel"));
}

/* Lines without a scan's first line belong to one of which nothing else is known. */
static int scan_of(struct embargo_report_place *place, struct embargo_report_scan **ret_scan)
{
	if (!place->in_scan)
		return scan_add(place, EMBARGO_REPORT_NO_TIME, ret_scan);
	*ret_scan = &place->host->scans[place->scan];
	return 0;
}

static int scan_end(struct embargo_report_place *place, const json_t *object)
{
	const json_t *findings = json_object_get(object, "findings");
	struct embargo_report_scan *scan;
	int r = scan_of(place, &scan);

	if (r)
		return r;
	scan->summary = true;
	scan->complete = json_is_true(json_object_get(object, "complete"));
	scan->said = json_is_integer(findings) ? json_integer_value(findings) : EMBARGO_REPORT_NONE;
	received(place->host, EMBARGO_REPORT_NO_TIME);
	place->in_scan = false;
	return 0;
}

static int warning_add(struct embargo_report_place *place, const json_t *object)
{
	_cleanup_free_ char *path = embargo_report_string(object, "path");
	struct embargo_report_scan *scan;
	const char *why = text_of(object, "why");
	int r = scan_of(place, &scan);

	if (r)
		return r;
	scan->warnings++;
	received(place->host, EMBARGO_REPORT_NO_TIME);
	if (place->host->warning)
		return 0;
	return asprintf(&place->host->warning, "%.300s: %.200s", path ?: "?", why ?: "?") < 0 ? -ENOMEM : 0;
}

static int finding_add(struct embargo_report *report, struct embargo_report_place *place,
		       const json_t *object, const char **ret_why)
{
	_cleanup_(embargo_report_row_freep) struct embargo_report_row *row = NULL;
	struct embargo_report_scan *scan;
	int r = embargo_report_finding(object, &row, ret_why);

	if (!r)
		r = scan_of(place, &scan);
	if (r)
		return r;
	row->scan = place->scan;
	scan->found++;
	received(place->host, EMBARGO_REPORT_NO_TIME);
	return embargo_report_spool_add(&report->spool, place->host, row);
}

static int event_add(struct embargo_report *report, struct embargo_report_place *place, const json_t *object,
		     const char **ret_why)
{
	_cleanup_(embargo_report_row_freep) struct embargo_report_row *row = NULL;
	int r = embargo_report_event(object, &row, ret_why);

	if (r)
		return r;
	received(place->host, row->time);
	/* That a test was refused says that the host answers, and nothing of what is there. */
	if (json_is_true(json_object_get(object, "selftest")))
		return 0;
	if (text_of(object, "mode"))
		mode_set(place->host, text_of(object, "mode"), row->time);
	return embargo_report_spool_add(&report->spool, place->host, row);
}

/* A state without a time is the newest word: nobody keeps old ones on purpose. */
static int status_add(struct embargo_report_place *place, const json_t *object)
{
	const json_t *lost = json_object_get(json_object_get(object, "ring"), "lost");
	int64_t time = INT64_MAX;

	if (text_of(object, "time") && embargo_report_time_read(text_of(object, "time"), &time))
		time = INT64_MAX;
	received(place->host, time == INT64_MAX ? EMBARGO_REPORT_NO_TIME : time);
	mode_set(place->host,
		 json_is_true(json_object_get(object, "loaded")) ? text_of(object, "mode") ?: "" : NULL,
		 time);
	place->host->lost = json_is_integer(lost) ? json_integer_value(lost) : 0;
	return 0;
}

int embargo_report_object(struct embargo_report *report, struct embargo_report_place *place,
			  const json_t *object, const char **ret_why)
{
	const char *type = text_of(object, "type");
	int r = host_find(report, place, object);

	if (r)
		return r;
	*ret_why = "it is not known of which host; name the file HOST.jsonl";
	if (!place->host)
		return -EBADMSG;
	*ret_why = "neither of a scan, nor an event, nor a state";
	if (!type) {
		if (json_is_boolean(json_object_get(object, "loaded")))
			return status_add(place, object);
		return json_object_get(object, "verdict") ? event_add(report, place, object, ret_why)
							  : -EBADMSG;
	}
	if (!strcmp(type, "scan"))
		return scan_begin(report, place, object, ret_why);
	if (!strcmp(type, "finding"))
		return finding_add(report, place, object, ret_why);
	if (!strcmp(type, "trouble"))
		return warning_add(place, object);
	if (!strcmp(type, "summary"))
		return scan_end(place, object);
	if (!strcmp(type, "host"))
		return 0;
	*ret_why = "of no known type";
	return -EBADMSG;
}

int embargo_report_bad(struct embargo_report *report, const struct embargo_report_place *place,
		       const char *why)
{
	uint64_t number = report->bad_count++;
	char line[24] = "";

	if (number >= EMBARGO_REPORT_BAD)
		return 0;
	if (place->line) /* 0: the file as a whole */
		snprintf(line, sizeof(line), ":%llu", (unsigned long long)place->line);
	return asprintf(&report->bad[number], "%s%s: %s", place->file, line, why) < 0 ? -ENOMEM : 0;
}

int embargo_report_line(struct embargo_report *report, struct embargo_report_place *place, const char *line,
			size_t size)
{
	const char *why = "no memory";
	json_error_t error;
	json_t *object;
	char text[256];
	int r;

	object = json_loadb(line, size, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(object)) {
		snprintf(text, sizeof(text), "no JSON object: %s", object ? "another value" : error.text);
		json_decref(object);
		return embargo_report_bad(report, place, text);
	}
	r = report->taker ? report->taker(report->taker_context, place, object, line, size, &why)
			  : embargo_report_object(report, place, object, &why);
	json_decref(object);
	if (r == -E2BIG)
		return embargo_report_bad(report, place, "too much of it");
	return r == -EBADMSG ? embargo_report_bad(report, place, why) : r;
}
