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

void embargo_log_message_clear(struct embargo_log_message *message)
{
	json_decref(message->object);
	*message = (struct embargo_log_message){0};
}

static void put(struct embargo_log_message *message, const char *name, json_t *value)
{
	if (message->object && json_object_set_new(message->object, name, value))
		embargo_log_message_clear(message);
	else if (!message->object)
		json_decref(value);
}

void embargo_log_message_text(struct embargo_log_message *message, const char *name, const char *text)
{
	_cleanup_free_ char *safe = embargo_text(text, strlen(text)), *cut = NULL;
	size_t size;

	if (!safe || !message->object) {
		embargo_log_message_clear(message);
		return;
	}
	size = embargo_text_cut(safe, EMBARGO_LOG_MESSAGE_PART);
	if (asprintf(&cut, "%.*s%s", (int)size, safe, safe[size] ? "…" : "") < 0)
		cut = NULL;
	put(message, name, cut ? json_string(cut) : NULL);
}

void embargo_log_message_number(struct embargo_log_message *message, const char *name, int64_t number)
{
	put(message, name, json_integer(number));
}

int embargo_log_message_new(struct embargo_log_message *message, int severity, const char *id,
			    const char *format, ...)
{
	_cleanup_free_ char *sentence = NULL, *safe = NULL;
	va_list values;
	int r;

	va_start(values, format);
	r = vasprintf(&sentence, format, values);
	va_end(values);
	if (r < 0) {
		sentence = NULL;
		return -ENOMEM;
	}
	safe = embargo_text_escape(sentence, strlen(sentence), "");
	*message = (struct embargo_log_message){.severity = severity, .object = json_object()};
	embargo_log_message_text(message, "id", id);
	put(message, "message", safe ? json_string(safe) : NULL);
	return message->object ? 0 : -ENOMEM;
}

const char *embargo_log_message_id(const struct embargo_log_message *message)
{
	return json_string_value(json_object_get(message->object, "id"));
}

const char *embargo_log_message_message(const struct embargo_log_message *message)
{
	return json_string_value(json_object_get(message->object, "message"));
}

char *embargo_log_message_write(const struct embargo_log_message *message)
{
	json_t *list = message->object ? json_pack("[i, O]", message->severity, message->object) : NULL;
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

int embargo_log_message_read(const char *line, struct embargo_log_message *ret_message)
{
	json_t *list = json_loads(line, 0, NULL), *object;
	int severity;

	if (!list || json_unpack(list, "[i, o!]", &severity, &object) || !json_is_object(object) ||
	    !fields_fit(object) || severity < LOG_EMERG || severity > LOG_DEBUG) {
		json_decref(list);
		return -EBADMSG;
	}
	*ret_message = (struct embargo_log_message){.severity = severity, .object = json_incref(object)};
	json_decref(list);
	return 0;
}
