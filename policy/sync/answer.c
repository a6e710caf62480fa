// SPDX-License-Identifier: GPL-2.0-or-later
/* What a server says of a synchronisation before it begins. */
#include <errno.h>
#include <strings.h>

#include "policy/sync/private.h"

static const char *const modes[] = {
	[EMBARGO_SYNC_MODE_UNKNOWN] = "UNKNOWN_CLIENT_MODE",
	[EMBARGO_SYNC_MONITOR] = "MONITOR",
	[EMBARGO_SYNC_LOCKDOWN] = "LOCKDOWN",
	[EMBARGO_SYNC_STANDALONE] = "STANDALONE",
};

static const char *const types[] = {
	[EMBARGO_SYNC_NORMAL] = "NORMAL",
	[EMBARGO_SYNC_CLEAN] = "CLEAN",
	[EMBARGO_SYNC_CLEAN_ALL] = "CLEAN_ALL",
};

const char *embargo_sync_type_name(enum embargo_sync_type type)
{
	return types[type];
}

const char *embargo_sync_mode_name(enum embargo_sync_mode mode)
{
	return modes[mode];
}

json_t *embargo_sync_member(json_t *object, const char *name, const char *camel)
{
	return json_object_get(object, name) ?: json_object_get(object, camel);
}

const char *embargo_sync_text(json_t *object, const char *name, const char *camel)
{
	return json_string_value(embargo_sync_member(object, name, camel)) ?: "";
}

json_t *embargo_sync_object(const char *data, size_t size, struct embargo_reason *reason)
{
	json_error_t error;
	json_t *object = json_loadb(data, size, 0, &error);

	if (!object)
		/* The library's text may repeat the stranger's bytes: the place is enough. */
		snprintf(reason->text, sizeof(reason->text), "is not JSON (line %d, column %d)", error.line,
			 error.column);
	else if (!json_is_object(object))
		snprintf(reason->text, sizeof(reason->text), "is JSON, but not an object");
	else
		return object;
	json_decref(object);
	return NULL;
}

static unsigned int word(const char *text, const char *const *words, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (!strcasecmp(text, words[i]))
			return i;
	return 0;
}

int embargo_sync_preflight(const char *data, size_t size, bool clean,
			   struct embargo_sync_preflight *ret_preflight, struct embargo_reason *reason)
{
	struct embargo_sync_preflight preflight = {.batch = EMBARGO_SYNC_BATCH};
	json_t *object = embargo_sync_object(data, size, reason), *batch;

	if (!object)
		return -EBADMSG;
	preflight.mode = word(embargo_sync_text(object, "client_mode", "clientMode"), modes,
			      sizeof(modes) / sizeof(*modes));
	preflight.type = word(embargo_sync_text(object, "sync_type", "syncType"), types,
			      sizeof(types) / sizeof(*types));
	/* What the old word means depends on who asked for it. */
	if (json_is_true(embargo_sync_member(object, "clean_sync", "deprecatedCleanSync")) &&
	    preflight.type == EMBARGO_SYNC_NORMAL)
		preflight.type = clean ? EMBARGO_SYNC_CLEAN_ALL : EMBARGO_SYNC_CLEAN;
	preflight.no_unknown = json_is_true(
		embargo_sync_member(object, "disable_unknown_event_upload", "disableUnknownEventUpload"));
	batch = embargo_sync_member(object, "batch_size", "batchSize");
	if (json_is_integer(batch) && json_integer_value(batch) > 0)
		preflight.batch = json_integer_value(batch) > EMBARGO_SYNC_BATCH_MAX
					  ? EMBARGO_SYNC_BATCH_MAX
					  : (unsigned int)json_integer_value(batch);
	json_decref(object);
	*ret_preflight = preflight;
	return 0;
}
