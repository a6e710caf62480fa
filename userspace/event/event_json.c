// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An event as one JSON object. Keys are never renamed or given another type;
 * new ones may come.
 *
 * Every field of struct embargo_event has its name there, with numbers as
 * numbers and enums as the words that `embargo status` and the policy use;
 * "device" is "major:minor", hashes and serials are lower-case hex, flags are
 * true or false, what is not known is null. (path_size and serial_size are left
 * out: the strings have their length.) Besides:
 *   time		RFC 3339, from time_ns, which is CLOCK_BOOTTIME
 *   rule_name, reason, authority, scope, effective, cpe, source, policy_file, policy_line
 *			what the rule says of itself
 *   host		where it was
 *   boot_id		of the boot that time_ns counts from
 *   message		the sentence that syslog gets
 * A string that is not UTF-8 has the bytes that are not, its backslashes and its
 * control characters as \xHH, and "<key>_hex" ("path_hex") beside it has all bytes.
 */
#include <string.h>

#include "userspace/event/event.h"
#include "userspace/event/event_log.h"
#include "userspace/base/output.h"

json_t *embargo_fields_json(const struct embargo_fields *fields, const char *sentence)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < fields->count; i++) {
		const struct embargo_field *field = &fields->list[i];

		switch (field->type) {
		case EMBARGO_FIELD_NUMBER:
			json_object_set_new(object, field->name, json_integer(field->number));
			break;
		case EMBARGO_FIELD_BOOL:
			json_object_set_new(object, field->name, json_boolean(field->number));
			break;
		default:
			embargo_json_string(object, field->name, field->bytes);
		}
	}
	embargo_json_string(object, "host", embargo_host_name());
	embargo_json_string(object, "boot_id", embargo_boot_id());
	embargo_json_string(object, "message", sentence);
	return object;
}

json_t *embargo_record_json(const struct embargo_record *record)
{
	_cleanup_free_ char *sentence = embargo_record_text(record, SIZE_MAX);
	struct embargo_fields fields;

	embargo_record_fields(record, &fields);
	return embargo_fields_json(&fields, sentence);
}

char *embargo_record_json_line(const struct embargo_record *record)
{
	json_t *object = embargo_record_json(record);
	char *line = json_dumps(object, JSON_COMPACT);

	json_decref(object);
	return line;
}
