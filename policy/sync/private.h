/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of a server's answers share. */
#ifndef EMBARGO_POLICY_SYNC_PRIVATE_H
#define EMBARGO_POLICY_SYNC_PRIVATE_H

#include <jansson.h>

#include "policy/sync/sync.h"

/* answer.c */
/* One JSON object, to be released; NULL: it is none, and @reason says so. */
json_t *embargo_sync_object(const char *data, size_t size, struct embargo_reason *reason);
/* The member of either name; NULL: it has none. */
json_t *embargo_sync_member(json_t *object, const char *name, const char *camel);
/* "" if it is no text. */
const char *embargo_sync_text(json_t *object, const char *name, const char *camel);

#endif
