// SPDX-License-Identifier: GPL-2.0-or-later
/* Where findings go: lines of JSON, or of text. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "policy/plural.h"
#include "userspace/base/colour.h"
#include "userspace/event/event.h"
#include "userspace/scan/finding.h"
#include "userspace/base/log.h"
#include "userspace/base/output.h"

#define WATCHERS 2 /* --enforce and --sbom */

struct embargo_findings {
	pthread_mutex_t lock;
	FILE *out;
	bool json;
	const struct embargo_evaluator *evaluator;
	struct {
		void (*call)(void *context, const struct embargo_finding *finding);
		void *context;
	} watch[WATCHERS];
	void (*before_line)(void *context);
	void *before_line_context;
	__u64 count;
	__u64 warnings;
};

int embargo_findings_new(FILE *out, bool json, const struct embargo_evaluator *evaluator,
			 struct embargo_findings **ret_findings)
{
	struct embargo_findings *findings = calloc(1, sizeof(*findings));

	if (!findings)
		return -ENOMEM;
	pthread_mutex_init(&findings->lock, NULL);
	findings->out = out;
	findings->json = json;
	findings->evaluator = evaluator;
	*ret_findings = findings;
	return 0;
}

void embargo_findings_free(struct embargo_findings *findings)
{
	if (!findings)
		return;
	pthread_mutex_destroy(&findings->lock);
	free(findings);
}

void embargo_findings_watch(struct embargo_findings *findings,
			    void (*watch)(void *context, const struct embargo_finding *finding),
			    void *context)
{
	int i;

	if (!watch) {
		memset(findings->watch, 0, sizeof(findings->watch));
		return;
	}
	for (i = 0; findings->watch[i].call && findings->watch[i].call != watch; i++)
		if (i + 1 == WATCHERS)
			abort(); /* a finding that nobody takes would be lost without a word */
	findings->watch[i].call = watch;
	findings->watch[i].context = context;
}

static void watchers_tell(struct embargo_findings *findings, const struct embargo_finding *finding)
{
	int i;

	for (i = 0; i < WATCHERS && findings->watch[i].call; i++)
		findings->watch[i].call(findings->watch[i].context, finding);
}

void embargo_findings_before_line(struct embargo_findings *findings, void (*call)(void *context),
				  void *context)
{
	findings->before_line = call;
	findings->before_line_context = context;
}

static void line_begin(struct embargo_findings *findings)
{
	pthread_mutex_lock(&findings->lock);
	if (findings->before_line)
		findings->before_line(findings->before_line_context);
}

/* Each line is out before the next is made: who interrupts a scan has what was found. */
static void line_end(struct embargo_findings *findings)
{
	if (findings->out)
		fflush(findings->out);
	pthread_mutex_unlock(&findings->lock);
}

/* @object is freed. */
static void json_line(struct embargo_findings *findings, json_t *object)
{
	char *line = object ? json_dumps(object, JSON_COMPACT) : NULL;

	if (line)
		fprintf(findings->out, "%s\n", line);
	else
		embargo_log_errno(-ENOMEM, "a line of the scan is lost");
	free(line);
	json_decref(object);
}

/* "denied file /path: …": its first word has a colour, where there are any. */
static void text_put(FILE *out, const char *text)
{
	size_t size = strcspn(text, " ");
	const char *end, *colour = embargo_colour(out, text, size, &end);

	fprintf(out, "%s%.*s%s%s\n", colour, (int)size, text, end, text + size);
}

void embargo_findings_begin(struct embargo_findings *findings, char *const *paths,
			    const struct embargo_scan_scope *scope)
{
	if (!findings->json)
		return;
	line_begin(findings);
	json_line(findings, embargo_scan_json(findings->evaluator->set, paths, scope));
	line_end(findings);
}

void embargo_finding_report(struct embargo_findings *findings, const struct embargo_finding *finding)
{
	line_begin(findings);
	findings->count++;
	if (!findings->out) {
		/* Only whoever watches hears of it. */
	} else if (findings->json) {
		json_line(findings, embargo_finding_json(findings->evaluator->set, finding));
	} else {
		_cleanup_free_ char *text = embargo_finding_text(findings->evaluator, finding);

		text_put(findings->out, text ?: "a finding that there is no memory to tell");
	}
	watchers_tell(findings, finding);
	line_end(findings);
}

void embargo_finding_exempt(struct embargo_findings *findings, const struct embargo_finding *finding)
{
	pthread_mutex_lock(&findings->lock);
	watchers_tell(findings, finding);
	pthread_mutex_unlock(&findings->lock);
}

void embargo_warning_report(struct embargo_findings *findings, const char *path, const char *why)
{
	line_begin(findings);
	findings->warnings++;
	if (!findings->out) {
		/* They are counted. */
	} else if (findings->json) {
		json_t *object = json_pack("{s:s}", "type", "trouble");

		if (object &&
		    (embargo_json_string(object, "path", path) | embargo_json_string(object, "why", why))) {
			json_decref(object);
			object = NULL;
		}
		json_line(findings, object);
	} else {
		embargo_log_error("%s: %s", path, why);
	}
	line_end(findings);
}

static json_t *summary_json(struct embargo_findings *findings, const struct embargo_scan_totals *totals)
{
	json_t *object, *list = json_array();
	char time[EMBARGO_TIME_SIZE];
	char *const *path;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	embargo_time_format(&now, time);
	for (path = totals->not_entered; path && *path; path++)
		json_array_append_new(list, embargo_json_item(*path));
	object = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:I, s:b, s:I, s:o}", "type",
			   "summary", "time", time, "files", (json_int_t)totals->files, "bytes",
			   (json_int_t)totals->bytes, "hashed", (json_int_t)totals->hashed, "hashed_bytes",
			   (json_int_t)totals->hashed_bytes, "remembered", (json_int_t)totals->remembered,
			   "seconds", totals->seconds, "findings", (json_int_t)findings->count, "troubles",
			   (json_int_t)findings->warnings, "complete", totals->complete, "pinned",
			   (json_int_t)totals->pinned, "not_entered", list);
	return object;
}

static void summary_text(struct embargo_findings *findings, const struct embargo_scan_totals *totals)
{
	char *const *path;

	for (path = totals->not_entered; path && *path; path++)
		embargo_log_note("%s: another file system, not entered", *path);
	if (totals->remembered)
		embargo_log_note(
			"%llu %s not read again: an earlier scan found nothing there, and nothing changed; "
			"--full reads them",
			totals->remembered, embargo_plural(totals->remembered, "file was", "files were"));
	embargo_log_note("%s%llu found; %llu %s looked at, %llu of them read; %llu could not be; %.1f s",
			 totals->complete ? "" : "not complete: ", findings->count, totals->files,
			 embargo_plural(totals->files, "file", "files"), totals->hashed, findings->warnings,
			 totals->seconds);
}

void embargo_findings_end(struct embargo_findings *findings, const struct embargo_scan_totals *totals)
{
	line_begin(findings);
	if (findings->json)
		json_line(findings, summary_json(findings, totals));
	else
		summary_text(findings, totals);
	line_end(findings);
}

__u64 embargo_findings_count(struct embargo_findings *findings)
{
	return findings->count;
}

__u64 embargo_findings_warnings(struct embargo_findings *findings)
{
	return findings->warnings;
}
