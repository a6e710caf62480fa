/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events -> RFC 5424 messages. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "loader/loader.h"
#include "userspace/syslog.h"
#include "userspace/text.h"

/* The number that RFC 5612 gives to examples: embargo has none of its own. */
#define STRUCTURE "embargo@32473"

static int severity(unsigned int verdict)
{
	return verdict == EMBARGO_DENIED ? LOG_WARNING : verdict > EMBARGO_EXEMPTED ? LOG_NOTICE : LOG_INFO;
}

char *embargo_syslog_escape(const char *value, size_t limit)
{
	_cleanup_free_ char *text = embargo_text(value, strlen(value)), *wire = NULL;
	size_t size, shown, run, i;
	FILE *out;

	if (!text)
		return NULL;
	out = open_memstream(&wire, &size);
	if (!out)
		return NULL;
	shown = embargo_text_cut(text, limit);
	for (i = 0; i < shown; i += run) {
		run = strcspn(text + i, "\"\\]");
		run = run < shown - i ? run : shown - i;
		fwrite(text + i, 1, run, out);
		if (i + run < shown)
			fprintf(out, "\\%c", text[i + run++]);
	}
	if (text[shown])
		fputs("…", out);
	return fclose(out) ? NULL : TAKE_PTR(wire);
}

/* RFC 5424: HOSTNAME is printable ASCII without spaces, or "-". */
static const char *host(void)
{
	static char name[256];
	char *c;

	if (gethostname(name, sizeof(name) - 1))
		return "-";
	for (c = name; *c; c++)
		if (*c <= ' ' || *c > '~')
			return "-";
	return *name ? name : "-";
}

static void put_header(FILE *out, int priority, const struct timespec *time, const char *id)
{
	char text[EMBARGO_TIME_SIZE];

	embargo_time_format(time, text);
	fprintf(out, "<%d>1 %s %s embargo %d %s ", LOG_MAKEPRI(LOG_AUTHPRIV, priority), text, host(),
		(int)getpid(), id);
}

static void put_structure(FILE *out, const struct embargo_record *record, size_t path_size)
{
	struct embargo_fields fields;
	size_t i;

	embargo_record_fields(record, &fields);
	fputs("[" STRUCTURE, out);
	for (i = 0; i < fields.count; i++) {
		const struct embargo_field *field = &fields.list[i];
		_cleanup_free_ char *value = NULL;

		switch (field->type) {
		case EMBARGO_FIELD_ABSENT:
			break;
		case EMBARGO_FIELD_NUMBER:
			fprintf(out, " %s=\"%" PRId64 "\"", field->name, field->number);
			break;
		case EMBARGO_FIELD_BOOL:
			fprintf(out, " %s=\"%s\"", field->name, field->number ? "true" : "false");
			break;
		case EMBARGO_FIELD_TEXT:
			value = embargo_syslog_escape(field->bytes,
						      strcmp(field->name, "path") ? SIZE_MAX : path_size);
			fprintf(out, " %s=\"%s\"", field->name, value ?: "");
		}
	}
	fputs(path_size == SIZE_MAX ? "]" : " path_cut=\"true\"]", out);
}

static char *event_format(const struct embargo_record *record, size_t path_size, bool structured)
{
	_cleanup_free_ char *message = NULL, *text = embargo_record_text(record, path_size);
	size_t size;
	FILE *out;

	out = text ? open_memstream(&message, &size) : NULL;
	if (!out)
		return NULL;
	put_header(out, severity(record->event->verdict), &record->time,
		   embargo_verdict_name(record->event->verdict));
	if (structured)
		put_structure(out, record, path_size);
	else
		fputc('-', out);
	fprintf(out, " %s", text);
	return fclose(out) ? NULL : TAKE_PTR(message);
}

char *embargo_syslog_format_event(const struct embargo_record *record, size_t limit)
{
	_cleanup_free_ char *message = event_format(record, SIZE_MAX, true), *path = NULL;
	size_t path_size, length, cut;

	path = embargo_text(record->path, strlen(record->path));
	path_size = path ? strlen(path) : 0;
	/* The path stands in it twice, escaped once: a byte less is two or three less of the message. */
	while (message && (length = strlen(message)) > limit && path_size) {
		cut = (length - limit + 2) / 3;
		path_size = path_size > cut ? path_size - cut : 0;
		free(message);
		message = event_format(record, path_size, true);
	}
	/* A rule with a very long reason: better a message without structure than none. */
	if (message && strlen(message) > limit) {
		free(message);
		message = event_format(record, 0, false);
		if (message)
			message[embargo_text_cut(message, limit)] = '\0';
	}
	return TAKE_PTR(message);
}

char *embargo_syslog_format_lost(uint64_t lost, uint64_t total, const struct timespec *time)
{
	_cleanup_free_ char *message = NULL;
	size_t size;
	FILE *out = open_memstream(&message, &size);

	if (!out)
		return NULL;
	put_header(out, LOG_ERR, time, "lost");
	fprintf(out,
		"[" STRUCTURE " lost=\"%" PRIu64 "\" lost_total=\"%" PRIu64 "\"] %" PRIu64
		" %s found the ring full and %s lost (%" PRIu64
		" since attached); every verdict was given all the same",
		lost, total, lost, lost == 1 ? "event" : "events", lost == 1 ? "is" : "are", total);
	return fclose(out) ? NULL : TAKE_PTR(message);
}

/* Of a file's name and of a reason: the message stays below EMBARGO_SYSLOG_SIZE. */
#define REFUSED_PART 1024

char *embargo_syslog_format_refused(const char *file, const char *reason, const struct timespec *time)
{
	_cleanup_free_ char *message = NULL, *file_value = embargo_syslog_escape(file, REFUSED_PART);
	_cleanup_free_ char *reason_value = embargo_syslog_escape(reason, REFUSED_PART);
	_cleanup_free_ char *file_text = embargo_text(file, strlen(file));
	_cleanup_free_ char *reason_text = embargo_text_escape(reason, strlen(reason), "");
	size_t size;
	FILE *out;

	if (!file_value || !reason_value || !file_text || !reason_text)
		return NULL;
	out = open_memstream(&message, &size);
	if (!out)
		return NULL;
	put_header(out, LOG_ERR, time, "refused");
	fprintf(out,
		"[" STRUCTURE
		" policy_file=\"%s\" reason=\"%s\"] refused a policy, and what was in force stays: "
		"%.*s: %.*s",
		file_value, reason_value, (int)embargo_text_cut(file_text, REFUSED_PART), file_text,
		(int)embargo_text_cut(reason_text, REFUSED_PART), reason_text);
	return fclose(out) ? NULL : TAKE_PTR(message);
}
