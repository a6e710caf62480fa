// SPDX-License-Identifier: GPL-2.0-or-later
/* What is told -> datagrams, in each of the three forms. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "loader/loader.h"
#include "userspace/event/shape.h"
#include "userspace/sink/syslog.h"
#include "userspace/base/text.h"

/* The number that RFC 5612 gives to examples: embargo has none of its own. */
#define STRUCTURE "embargo@32473"

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

static void put_structure(FILE *out, const struct embargo_fields *fields, size_t path_size)
{
	size_t i;

	fputs("[" STRUCTURE, out);
	for (i = 0; i < fields->count; i++) {
		const struct embargo_field *field = &fields->list[i];
		_cleanup_free_ char *value = NULL;

		switch (field->type) {
		case EMBARGO_FIELD_ABSENT:
			continue;
		case EMBARGO_FIELD_NUMBER:
			fprintf(out, " %s=\"%" PRId64 "\"", field->name, field->number);
			continue;
		case EMBARGO_FIELD_BOOL:
			fprintf(out, " %s=\"%s\"", field->name, field->number ? "true" : "false");
			continue;
		case EMBARGO_FIELD_PRINTABLE:
			value = text_escape(field->bytes, SIZE_MAX);
			break;
		case EMBARGO_FIELD_TEXT:
			value = embargo_syslog_escape(field->bytes,
						      strcmp(field->name, "path") ? SIZE_MAX : path_size);
		}
		fprintf(out, " %s=\"%s\"", field->name, value ?: "");
	}
	fputs(path_size == SIZE_MAX ? "]" : " path_cut=\"true\"]", out);
}

/* The object of an event whose path is cut; it is another event, so to speak. NULL: no memory. */
static json_t *cut_json(const struct embargo_record *record, size_t path_size)
{
	_cleanup_free_ char *path = strndup(record->path, path_size);
	struct embargo_record cut = *record;
	json_t *object;

	if (!path)
		return NULL;
	cut.path = path;
	object = embargo_record_json(&cut);
	if (object && path_size < strlen(record->path))
		json_object_set_new(object, "path_cut", json_true());
	return object;
}

static const int shapes[] = {
	[EMBARGO_SYSLOG_CEE] = EMBARGO_SHAPE_CEE, [EMBARGO_SYSLOG_JSON] = EMBARGO_SHAPE_JSON,
	[EMBARGO_SYSLOG_ECS] = EMBARGO_SHAPE_ECS, [EMBARGO_SYSLOG_OCSF] = EMBARGO_SHAPE_OCSF,
	[EMBARGO_SYSLOG_CEF] = EMBARGO_SHAPE_CEF,
};

/* Is the message one of the shapes, not a sentence? */
static bool is_shaped(const struct embargo_syslog *syslog)
{
	return syslog->format >= EMBARGO_SYSLOG_CEE && syslog->format <= EMBARGO_SYSLOG_CEF;
}

/* In the shape that was asked for. NULL: no memory. */
static char *entry_shape(const struct embargo_syslog *syslog, struct embargo_entry *entry, size_t path_size)
{
	json_auto_t *object = path_size == SIZE_MAX ? json_incref((json_t *)embargo_entry_json(entry))
						    : cut_json(entry->record, path_size);
	char time[EMBARGO_TIME_SIZE];

	embargo_time_format(&entry->time, time);
	return object ? embargo_shape_text(shapes[syslog->format], object, time) : NULL;
}

static char *entry_text(struct embargo_entry *entry, size_t path_size)
{
	const char *sentence;

	if (path_size != SIZE_MAX)
		return embargo_record_text(entry->record, path_size);
	sentence = embargo_entry_sentence(entry);
	return sentence ? strdup(sentence) : NULL;
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

static char *entry_format(const struct embargo_syslog *syslog, struct embargo_entry *entry, size_t path_size,
			  bool structured)
{
	_cleanup_free_ char *datagram = NULL, *text = NULL;
	bool rfc5424 = is_rfc5424(syslog);
	bool shaped = is_shaped(syslog) && structured;
	size_t size;
	FILE *out;

	text = shaped ? entry_shape(syslog, entry, path_size) : entry_text(entry, path_size);
	out = text ? open_memstream(&datagram, &size) : NULL;
	if (!out)
		return NULL;
	put_header(out, syslog, rfc5424, entry->severity, &entry->time, entry->id);
	if (rfc5424 && structured)
		put_structure(out, embargo_entry_fields(entry), path_size);
	else if (rfc5424)
		fputc('-', out);
	fprintf(out, "%s%s", rfc5424 ? " " : "", text);
	return fclose(out) ? NULL : TAKE_PTR(datagram);
}

char *embargo_syslog_format(const struct embargo_syslog *syslog, struct embargo_entry *entry, size_t limit)
{
	_cleanup_free_ char *datagram = entry_format(syslog, entry, SIZE_MAX, true), *path = NULL;
	size_t path_size, length, cut;

	if (!entry->record || !datagram || strlen(datagram) <= limit)
		return TAKE_PTR(datagram);
	path = embargo_text(entry->record->path, strlen(entry->record->path));
	path_size = path ? strlen(path) : 0;
	/* The path stands in it twice: a byte less is two or three less of the message, in JSON up to eight.
	 */
	while (datagram && (length = strlen(datagram)) > limit && path_size) {
		cut = (length - limit) / (is_shaped(syslog) ? 12 : 3) + 1;
		path_size = path_size > cut ? path_size - cut : 0;
		free(datagram);
		datagram = entry_format(syslog, entry, path_size, true);
	}
	/* A rule with a very long reason: better a message without structure than none. */
	if (datagram && strlen(datagram) > limit) {
		free(datagram);
		datagram = entry_format(syslog, entry, 0, false);
		if (datagram)
			datagram[embargo_text_cut(datagram, limit)] = '\0';
	}
	return TAKE_PTR(datagram);
}
