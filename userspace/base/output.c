// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON on standard output. */
#include <stdio.h>
#include <string.h>

#include "policy/identity/identity.h"
#include "userspace/base/log.h"
#include "userspace/base/output.h"
#include "userspace/base/text.h"

enum embargo_exit embargo_json_print(json_t *value, size_t flags)
{
	int r = value ? json_dumpf(value, stdout, flags) : -1;

	json_decref(value);
	if (r < 0) {
		embargo_log_error("cannot print JSON: no memory, or standard output is gone");
		return EMBARGO_EXIT_FAILED;
	}
	printf("\n");
	return EMBARGO_EXIT_DONE;
}

int embargo_json_bytes(json_t *object, const char *key, const char *bytes, size_t size)
{
	_cleanup_free_ char *text = NULL, *hex = NULL;
	char key_hex[64];

	if (embargo_utf8_valid(bytes, size))
		return json_object_set_new(object, key, json_stringn(bytes, size));
	text = embargo_text(bytes, size);
	hex = embargo_hex(bytes, size);
	if (!text || !hex)
		return -1;
	snprintf(key_hex, sizeof(key_hex), "%s_hex", key);
	return json_object_set_new(object, key, json_string(text)) |
	       json_object_set_new(object, key_hex, json_string(hex));
}

json_t *embargo_json_item(const char *string)
{
	_cleanup_free_ char *text = NULL;

	if (embargo_utf8_valid(string, strlen(string)))
		return json_string(string);
	text = embargo_text(string, strlen(string));
	return text ? json_string(text) : NULL;
}

int embargo_json_string(json_t *object, const char *key, const char *string)
{
	if (!string || !*string)
		return json_object_set_new(object, key, json_null());
	return embargo_json_bytes(object, key, string, strlen(string));
}
