// SPDX-License-Identifier: GPL-2.0-or-later
/* Which shapes there are, and what they have in common. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/cleanup.h"
#include "userspace/event/shape.h"

static const char *const names[EMBARGO_SHAPE_MAX] = {
	[EMBARGO_SHAPE_JSON] = "json", [EMBARGO_SHAPE_CEE] = "cee", [EMBARGO_SHAPE_ECS] = "ecs",
	[EMBARGO_SHAPE_OCSF] = "ocsf", [EMBARGO_SHAPE_CEF] = "cef",
};

int embargo_shape_named(const char *name)
{
	int shape;

	for (shape = 0; shape < EMBARGO_SHAPE_MAX; shape++)
		if (!strcmp(names[shape], name))
			return shape;
	return -1;
}

const char *embargo_shape_word(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

int64_t embargo_shape_ms(const char *time)
{
	struct tm tm = {0};
	const char *rest = time ? strptime(time, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	int hours = 0, minutes = 0;
	int64_t ms = 0;
	char sign = '+';

	if (!rest)
		return 0;
	if (*rest == '.') {
		ms = (int64_t)(strtod(rest, NULL) * 1000 + 0.0005);
		rest += 1 + strspn(rest + 1, "0123456789");
	}
	if (*rest != 'Z' && sscanf(rest, "%c%2d:%2d", &sign, &hours, &minutes) != 3)
		return 0;
	return (timegm(&tm) - (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60)) * 1000LL + ms;
}

static json_t *without_nulls(const json_t *object)
{
	json_t *copy = json_copy((json_t *)object), *value;
	const char *key;
	void *next;

	json_object_foreach_safe(copy, next, key, value) if (json_is_null(value)) json_object_del(copy, key);
	return copy;
}

char *embargo_shape_text(enum embargo_shape shape, const json_t *object, const char *time)
{
	_cleanup_free_ char *text = NULL;
	json_t *made = NULL;
	char *line = NULL;

	if (shape == EMBARGO_SHAPE_CEF)
		return embargo_shape_cef(object, time);
	if (shape == EMBARGO_SHAPE_ECS)
		made = embargo_shape_ecs(object, time);
	else if (shape == EMBARGO_SHAPE_OCSF)
		made = embargo_shape_ocsf(object, time);
	else
		made = without_nulls(object);
	text = made ? json_dumps(made, JSON_COMPACT) : NULL;
	json_decref(made);
	if (text && shape == EMBARGO_SHAPE_CEE)
		return asprintf(&line, "@cee: %s", text) < 0 ? NULL : line;
	return TAKE_PTR(text);
}
