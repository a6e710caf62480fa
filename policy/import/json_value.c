// SPDX-License-Identifier: GPL-2.0-or-later
/* What is taken out of JSON values. */
#include <string.h>

#include "policy/import/json.h"

const char *embargo_json_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

bool embargo_json_truth(const json_t *object, const char *key, bool otherwise)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_string(value))
		return embargo_import_same(json_string_value(value), "true") ||
		       !strcmp(json_string_value(value), "1");
	if (json_is_integer(value))
		return json_integer_value(value);
	return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

const char *embargo_json_digits(const json_t *object, const char *key, char text[24])
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		return json_string_value(value) ?: "";
	snprintf(text, 24, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return text;
}

bool embargo_json_path_ends(const char *path, const char *end)
{
	size_t size = strlen(path), end_size = strlen(end);

	return size >= end_size && !strcmp(path + size - end_size, end);
}
