/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON of any length in constant memory: the walk goes into some containers, and
 * hands whatever else it meets to libjansson, one value at a time.
 *
 * A place is told by its path: "" is the whole, "/objects" a member of it,
 * "/objects" + "/" + "*" an element of that.
 */
#ifndef EMBARGO_POLICY_IMPORT_JSON_H
#define EMBARGO_POLICY_IMPORT_JSON_H

#include <jansson.h>

#include "policy/import/private.h"

#define EMBARGO_JSON_PATH 128

struct embargo_json_visitor {
	/* Is the container at @path one to go into? */
	bool (*enter)(const char *path);
	/* 0, or -errno after embargo_import_fail(); @value stays the walk's */
	int (*value)(void *context, const char *path, json_t *value);
	/* A container is gone into; may be NULL. */
	void (*begin)(void *context, const char *path);
};

/* json.c */
int embargo_json_walk(struct embargo_feed *feed, const struct embargo_json_visitor *visitor, void *context);

/* json_value.c: NULL or "" if it is missing or of another type */
const char *embargo_json_text(const json_t *object, const char *key);
/* true, "true" and 1 are. */
bool embargo_json_truth(const json_t *object, const char *key, bool otherwise);
/* A number, or text as it is, as text; "" */
const char *embargo_json_digits(const json_t *object, const char *key, char text[24]);
bool embargo_json_path_ends(const char *path, const char *end);

#endif
