/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events -> RFC 5424 messages. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "loader/loader.h"
#include "userspace/sink/syslog.h"
#include "userspace/base/text.h"

/* The number that RFC 5612 gives to examples: embargo has none of its own. */
#define STRUCTURE "embargo@32473"

int embargo_severity(unsigned int verdict)
{
	return verdict == EMBARGO_DENIED ? LOG_WARNING : verdict > EMBARGO_EXEMPTED ? LOG_NOTICE : LOG_INFO;
}

/* @text is printable already. */
static char *text_escape(const char *text, size_t limit)
{
	_cleanup_free_ char *wire = NULL;
	size_t size, shown, run, i;
	FILE *out;

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

char *embargo_syslog_escape(const char *value, size_t limit)
{
	_cleanup_free_ char *text = embargo_text(value, strlen(value));

	return text ? text_escape(text, limit) : NULL;
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

/* The beginning of a message; the MSGID is for RFC 5424 only. */
static void put_header(FILE *out, const struct embargo_syslog *syslog, bool rfc5424, int priority,
		       const struct timespec *time, const char *id)
{
	int number = (syslog->facility ?: LOG_AUTHPRIV) | priority;
	char text[EMBARGO_TIME_SIZE];
	struct tm tm = {0};

	if (rfc5424) {
		embargo_time_format(time, text);
		fprintf(out, "<%d>1 %s %s embargo %d %s ", number, text, host(), (int)getpid(), id);
		return;
	}
	localtime_r(&time->tv_sec, &tm);
	/* No locale was set: the names of months are English. */
	strftime(text, sizeof(text), "%b %e %H:%M:%S", &tm);
	fprintf(out, "<%d>%s embargo[%d]: ", number, text, (int)getpid());
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

/* What is not null. NULL: no memory. */
static char *event_json(const struct embargo_record *record, size_t path_size)
{
	_cleanup_free_ char *path = strndup(record->path, path_size), *datagram = NULL;
	struct embargo_record cut = *record;
	const char *key;
	json_t *object, *value;
	char *line;
	void *next;

	if (!path)
		return NULL;
	cut.path = path;
	datagram = embargo_record_text(&cut, SIZE_MAX);
	object = datagram ? embargo_record_json(&cut) : NULL;
	json_object_foreach_safe(object, next, key, value) if (json_is_null(value))
		json_object_del(object, key);
	if (object && path_size < strlen(record->path))
		json_object_set_new(object, "path_cut", json_true());
	line = object ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	return line;
}

/* What is the journal's own hears of events in the journal's way; any other receiver gets all fields. */
bool embargo_syslog_is_journal(const struct embargo_syslog *syslog)
{
	static const char directory[] = "/run/systemd/journal/";
	char path[PATH_MAX];

	return realpath(syslog->path, path) && !strncmp(path, directory, sizeof(directory) - 1);
}

static bool is_rfc5424(const struct embargo_syslog *syslog)
{
	return syslog->format == EMBARGO_SYSLOG_RFC5424 ||
	       (syslog->format == EMBARGO_SYSLOG_AUTO && !embargo_syslog_is_journal(syslog));
}

static char *event_format(const struct embargo_syslog *syslog, const struct embargo_record *record,
			  size_t path_size, bool structured)
{
	_cleanup_free_ char *datagram = NULL, *text = NULL;
	bool rfc5424 = is_rfc5424(syslog);
	bool json = syslog->format == EMBARGO_SYSLOG_CEE && structured;
	size_t size;
	FILE *out;

	text = json ? event_json(record, path_size) : embargo_record_text(record, path_size);
	out = text ? open_memstream(&datagram, &size) : NULL;
	if (!out)
		return NULL;
	put_header(out, syslog, rfc5424, embargo_severity(record->event->verdict), &record->time,
		   embargo_verdict_name(record->event->verdict));
	if (rfc5424 && structured)
		put_structure(out, record, path_size);
	else if (rfc5424)
		fputc('-', out);
	fprintf(out, "%s%s", rfc5424 ? " " : json ? "@cee: " : "", text);
	return fclose(out) ? NULL : TAKE_PTR(datagram);
}

char *embargo_syslog_format_event(const struct embargo_syslog *syslog, const struct embargo_record *record,
				  size_t limit)
{
	_cleanup_free_ char *datagram = event_format(syslog, record, SIZE_MAX, true), *path = NULL;
	size_t path_size, length, cut;

	path = embargo_text(record->path, strlen(record->path));
	path_size = path ? strlen(path) : 0;
	/* The path stands in it twice: a byte less is two or three less of the message, in JSON up to eight.
	 */
	while (datagram && (length = strlen(datagram)) > limit && path_size) {
		cut = (length - limit) / (syslog->format == EMBARGO_SYSLOG_CEE ? 8 : 3) + 1;
		path_size = path_size > cut ? path_size - cut : 0;
		free(datagram);
		datagram = event_format(syslog, record, path_size, true);
	}
	/* A rule with a very long reason: better a message without structure than none. */
	if (datagram && strlen(datagram) > limit) {
		free(datagram);
		datagram = event_format(syslog, record, 0, false);
		if (datagram)
			datagram[embargo_text_cut(datagram, limit)] = '\0';
	}
	return TAKE_PTR(datagram);
}

char *embargo_lost_text(uint64_t lost, uint64_t total)
{
	char *text = NULL;

	if (asprintf(&text,
		     "%" PRIu64 " %s found the ring full and %s lost (%" PRIu64
		     " since attached); every verdict was given all the same",
		     lost, lost == 1 ? "event" : "events", lost == 1 ? "is" : "are", total) < 0)
		return NULL;
	return text;
}

char *embargo_syslog_format_lost(const struct embargo_syslog *syslog, uint64_t lost, uint64_t total,
				 const struct timespec *time)
{
	_cleanup_free_ char *datagram = NULL, *text = embargo_lost_text(lost, total);
	bool rfc5424 = is_rfc5424(syslog);
	size_t size;
	FILE *out = text ? open_memstream(&datagram, &size) : NULL;

	if (!out)
		return NULL;
	put_header(out, syslog, rfc5424, LOG_ERR, time, "lost");
	if (rfc5424)
		fprintf(out, "[" STRUCTURE " lost=\"%" PRIu64 "\" lost_total=\"%" PRIu64 "\"] ", lost, total);
	if (syslog->format == EMBARGO_SYSLOG_CEE)
		fprintf(out, "@cee: {\"lost\":%" PRIu64 ",\"lost_total\":%" PRIu64 ",\"message\":\"%s\"}",
			lost, total, text);
	else
		fputs(text, out);
	return fclose(out) ? NULL : TAKE_PTR(datagram);
}

static void put_message_structure(FILE *out, const struct embargo_log_message *message)
{
	json_t *value;
	const char *key;

	fputs("[" STRUCTURE, out);
	json_object_foreach(message->object, key, value)
	{
		_cleanup_free_ char *wire = NULL;

		if (!strcmp(key, "id") || !strcmp(key, "message"))
			continue;
		if (json_is_integer(value)) {
			fprintf(out, " %s=\"%" JSON_INTEGER_FORMAT "\"", key, json_integer_value(value));
			continue;
		}
		wire = text_escape(json_string_value(value), SIZE_MAX);
		fprintf(out, " %s=\"%s\"", key, wire ?: "");
	}
	fputs("] ", out);
}

char *embargo_syslog_format_message(const struct embargo_syslog *syslog,
				    const struct embargo_log_message *message, const struct timespec *time)
{
	_cleanup_free_ char *datagram = NULL;
	bool rfc5424 = is_rfc5424(syslog);
	char *json = NULL;
	size_t size;
	FILE *out = open_memstream(&datagram, &size);

	if (!out)
		return NULL;
	put_header(out, syslog, rfc5424, message->severity, time, embargo_log_message_id(message));
	if (rfc5424)
		put_message_structure(out, message);
	if (syslog->format == EMBARGO_SYSLOG_CEE)
		json = json_dumps(message->object, JSON_COMPACT);
	fprintf(out, "%s%s", json ? "@cee: " : "", json ?: embargo_log_message_message(message));
	free(json);
	return fclose(out) ? NULL : TAKE_PTR(datagram);
}
