// SPDX-License-Identifier: GPL-2.0-or-later
/* Which shapes there are, and what they have in common. */
#include <stdio.h>
#include <string.h>

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
