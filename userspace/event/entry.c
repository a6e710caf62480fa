// SPDX-License-Identifier: GPL-2.0-or-later
/* Events, losses and messages, in one form for all who are told. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "bpf/image.h"
#include "loader/loader.h"
#include "userspace/event/entry.h"
#include "userspace/event/event_log.h"

int embargo_severity(unsigned int verdict)
{
	return verdict == EMBARGO_DENIED ? LOG_WARNING : verdict > EMBARGO_EXEMPTED ? LOG_NOTICE : LOG_INFO;
}

static uint64_t identity_of(enum embargo_entry_kind kind, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	uint64_t hash = embargo_fnv_byte(EMBARGO_FNV_START, kind);

	while (size--)
		hash = embargo_fnv_byte(hash, *at++);
	return embargo_fnv_end(hash);
}

void embargo_entry_event(struct embargo_entry *ret_entry, const struct embargo_record *record)
{
	struct embargo_key key = embargo_event_key(record->event);
	bool tamper = record->event->flags & EMBARGO_EVENT_TAMPER;
	enum embargo_entry_kind kind = record->repeated ? EMBARGO_ENTRY_REPEATED : EMBARGO_ENTRY_EVENT;

	*ret_entry = (struct embargo_entry){
		.kind = kind,
		.record = record,
		.id = tamper ? "tamper" : embargo_verdict_name(record->event->verdict),
		.severity = tamper ? LOG_ALERT : embargo_severity(record->event->verdict),
		.time = record->time,
		.identity = identity_of(kind, &key, sizeof(key)),
	};
}

void embargo_entry_lost(struct embargo_entry *ret_entry, uint64_t lost, uint64_t total)
{
	*ret_entry = (struct embargo_entry){
		.kind = EMBARGO_ENTRY_LOST,
		.id = "lost",
		.severity = LOG_ERR,
		.lost = lost,
		.lost_total = total,
		/* Each loss has a total of its own. */
		.identity = identity_of(EMBARGO_ENTRY_LOST, &total, sizeof(total)),
	};
	clock_gettime(CLOCK_REALTIME, &ret_entry->time);
}

void embargo_entry_message(struct embargo_entry *ret_entry, const struct embargo_log_message *message)
{
	_cleanup_free_ char *line = json_dumps(message->object, JSON_COMPACT);

	*ret_entry = (struct embargo_entry){
		.kind = EMBARGO_ENTRY_MESSAGE,
		.message = message->object,
		.id = embargo_log_message_id(message),
		.severity = message->severity,
		.identity = identity_of(EMBARGO_ENTRY_MESSAGE, line ?: "", line ? strlen(line) : 0),
	};
	clock_gettime(CLOCK_REALTIME, &ret_entry->time);
}

void embargo_entry_clear(struct embargo_entry *entry)
{
	free(entry->sentence);
	json_decref(entry->object);
	*entry = (struct embargo_entry){0};
}

static char *lost_sentence(uint64_t lost, uint64_t total)
{
	char *text = NULL;

	if (asprintf(&text,
		     "%" PRIu64 " %s found the ring full and %s lost (%" PRIu64
		     " since attached); every verdict was given all the same",
		     lost, lost == 1 ? "event" : "events", lost == 1 ? "is" : "are", total) < 0)
		return NULL;
	return text;
}

const char *embargo_entry_sentence(struct embargo_entry *entry)
{
	if (entry->message)
		return json_string_value(json_object_get(entry->message, "message"));
	if (!entry->sentence)
		entry->sentence = entry->record ? embargo_record_text(entry->record, SIZE_MAX)
						: lost_sentence(entry->lost, entry->lost_total);
	return entry->sentence;
}

static void message_fields(const json_t *message, struct embargo_fields *fields)
{
	struct embargo_field *field;
	const json_t *value;
	const char *key;

	/* The id and the sentence are told in their own way. */
	json_object_foreach((json_t *)message, key, value)
	{
		if (!strcmp(key, "id") || !strcmp(key, "message") || fields->count == EMBARGO_FIELDS_MAX)
			continue;
		field = &fields->list[fields->count++];
		*field = (struct embargo_field){.name = key, .type = EMBARGO_FIELD_NUMBER};
		if (json_is_integer(value)) {
			field->number = json_integer_value(value);
			continue;
		}
		field->type = EMBARGO_FIELD_PRINTABLE;
		field->bytes = json_string_value(value);
	}
}

static void lost_fields(const struct embargo_entry *entry, struct embargo_fields *fields)
{
	fields->list[0] = (struct embargo_field){
		.name = "lost", .type = EMBARGO_FIELD_NUMBER, .number = (int64_t)entry->lost};
	fields->list[1] = (struct embargo_field){
		.name = "lost_total", .type = EMBARGO_FIELD_NUMBER, .number = (int64_t)entry->lost_total};
	fields->count = 2;
}

const struct embargo_fields *embargo_entry_fields(struct embargo_entry *entry)
{
	if (entry->has_fields)
		return &entry->fields;
	if (entry->record)
		embargo_record_fields(entry->record, &entry->fields);
	else if (entry->message)
		message_fields(entry->message, &entry->fields);
	else
		lost_fields(entry, &entry->fields);
	entry->has_fields = true;
	return &entry->fields;
}

const json_t *embargo_entry_json(struct embargo_entry *entry)
{
	const char *sentence = embargo_entry_sentence(entry);

	if (entry->message)
		return entry->message;
	if (!entry->object && sentence && entry->record)
		entry->object = embargo_fields_json(embargo_entry_fields(entry), sentence);
	else if (!entry->object && sentence)
		entry->object = json_pack("{s:I, s:I, s:s}", "lost", (json_int_t)entry->lost, "lost_total",
					  (json_int_t)entry->lost_total, "message", sentence);
	return entry->object;
}
