/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An event, or a message, in the shapes that SIEMs know. All are made of the one object of event_json.c, so
 *what is read from the history has the same shape as what is told at once; the tables are in embargo.conf(5).
 *
 *	json	that object, without what is null
 *	cee	the same behind "@cee: "
 *	ecs	Elastic Common Schema 8.11; what it has no field for is below "embargo"
 *	ocsf	OCSF 1.3.0, Detection Finding (2004); of a message, Base Event (0)
 *	cef	ArcSight's Common Event Format, version 0
 */
#ifndef EMBARGO_USERSPACE_EVENT_SHAPE_H
#define EMBARGO_USERSPACE_EVENT_SHAPE_H

#include <jansson.h>
#include <stdint.h>

enum embargo_shape {
	EMBARGO_SHAPE_JSON,
	EMBARGO_SHAPE_CEE,
	EMBARGO_SHAPE_ECS,
	EMBARGO_SHAPE_OCSF,
	EMBARGO_SHAPE_CEF,
	EMBARGO_SHAPE_MAX,
};

/* shape.c */
/* -1: none has that name. */
int embargo_shape_named(const char *name);
/* One line without its newline, to be freed; NULL: no memory. @time: of a message, which has none in its
 * object; RFC 3339. */
char *embargo_shape_text(enum embargo_shape shape, const json_t *object, const char *time);

/* shape_siem.c: NULL: no memory */
json_t *embargo_shape_ecs(const json_t *object, const char *time);
json_t *embargo_shape_ocsf(const json_t *object, const char *time);
/* shape_cef.c: to be freed */
char *embargo_shape_cef(const json_t *object, const char *time);

/* shape_word.c: what of @object is text, "" if it is not there. */
const char *embargo_shape_word(const json_t *object, const char *key);
/* Milliseconds since 1970 of a time in RFC 3339; 0: it is none. */
int64_t embargo_shape_ms(const char *time);

#endif
