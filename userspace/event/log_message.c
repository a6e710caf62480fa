// SPDX-License-Identifier: GPL-2.0-or-later
/* Notes, and their way from one process to another. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "policy/cleanup.h"
#include "userspace/event/log_message.h"
#include "userspace/base/text.h"

void embargo_note_clear(struct embargo_note *note)
{
	json_decref(note->object);
	*note = (struct embargo_note){0};
}

static void put(struct embargo_note *note, const char *name, json_t *value)
{
	if (note->object && json_object_set_new(note->object, name, value))
		embargo_note_clear(note);
	else if (!note->object)
		json_decref(value);
}

void embargo_note_text(struct embargo_note *note, const char *name, const char *text)
{
	_cleanup_free_ char *safe = embargo_text(text, strlen(text)), *cut = NULL;
	size_t size;

	if (!safe || !note->object) {
		embargo_note_clear(note);
		return;
	}
	size = embargo_text_cut(safe, EMBARGO_NOTE_PART);
	if (asprintf(&cut, "%.*s%s", (int)size, safe, safe[size] ? "…" : "") < 0)
		cut = NULL;
	put(note, name, cut ? json_string(cut) : NULL);
}

void embargo_note_number(struct embargo_note *note, const char *name, int64_t number)
{
	put(note, name, json_integer(number));
}

int embargo_note_new(struct embargo_note *note, int severity, const char *id, const char *format, ...)
{
	_cleanup_free_ char *message = NULL, *safe = NULL;
	va_list values;
	int r;

	va_start(values, format);
	r = vasprintf(&message, format, values);
	va_end(values);
	if (r < 0) {
		message = NULL;
		return -ENOMEM;
	}
	safe = embargo_text_escape(message, strlen(message), "");
	*note = (struct embargo_note){.severity = severity, .object = json_object()};
	embargo_note_text(note, "id", id);
	put(note, "message", safe ? json_string(safe) : NULL);
	return note->object ? 0 : -ENOMEM;
}

const char *embargo_note_id(const struct embargo_note *note)
{
	return json_string_value(json_object_get(note->object, "id"));
}

const char *embargo_note_message(const struct embargo_note *note)
{
	return json_string_value(json_object_get(note->object, "message"));
}

char *embargo_note_write(const struct embargo_note *note)
{
	json_t *list = note->object ? json_pack("[i, O]", note->severity, note->object) : NULL;
	char *line = list ? json_dumps(list, JSON_COMPACT) : NULL;

	json_decref(list);
	return line;
}

static bool fields_fit(json_t *object)
{
	json_t *value;
	const char *key;

	json_object_foreach(
		object, key,
		value) if ((!json_is_string(value) && !json_is_integer(value)) || strlen(key) > 32 ||
			   key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_")]) return false;
	return json_is_string(json_object_get(object, "id")) &&
	       json_is_string(json_object_get(object, "message"));
}

int embargo_note_read(const char *line, struct embargo_note *ret_note)
{
	json_t *list = json_loads(line, 0, NULL), *object;
	int severity;

	if (!list || json_unpack(list, "[i, o!]", &severity, &object) || !json_is_object(object) ||
	    !fields_fit(object) || severity < LOG_EMERG || severity > LOG_DEBUG) {
		json_decref(list);
		return -EBADMSG;
	}
	*ret_note = (struct embargo_note){.severity = severity, .object = json_incref(object)};
	json_decref(list);
	return 0;
}
