// SPDX-License-Identifier: GPL-2.0-or-later
/* What the daemon may read of what is in force, as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "userspace/daemon/status.h"
#include "userspace/event/event.h"

json_t *embargo_seal_json(const struct embargo_seal_status *seal)
{
	struct timespec when = {.tv_sec = seal->config.time / 1000000000,
				.tv_nsec = seal->config.time % 1000000000};
	json_t *object, *keys, *refused;
	char text[EMBARGO_TIME_SIZE];
	unsigned int i;

	if (!seal->sealed)
		return json_null();
	keys = json_array();
	refused = json_object();
	for (i = 0; i < seal->config.keys && i < EMBARGO_SEAL_KEYS; i++)
		json_array_append_new(
			keys, json_stringn_nocheck(seal->config.key[i],
						   strnlen(seal->config.key[i], EMBARGO_SEAL_NAME_SIZE)));
	for (i = EMBARGO_TAMPER_NONE + 1; embargo_tamper_name(i); i++)
		json_object_set_new(refused, embargo_tamper_name(i), json_integer(seal->refused[i]));
	embargo_time_format(&when, text);
	object = json_pack("{s:s, s:o, s:b, s:o}", "since", text, "keys", keys, "unsigned_modules",
			   !!(seal->config.flags & EMBARGO_SEAL_UNSIGNED_MODULES), "refused", refused);
	return object ?: json_null();
}

static json_t *counters(const struct embargo_status *status)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < EMBARGO_COUNTERS; i++)
		json_array_append_new(list, json_integer((json_int_t)status->counters[i]));
	return list;
}

json_t *embargo_hooks_json(const struct embargo_status *status)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < status->links; i++)
		json_array_append_new(list, json_string(status->link[i]));
	return list;
}

char *embargo_status_answer(void)
{
	struct embargo_status status = {0};
	struct embargo_error error = {""};
	struct embargo_seal_status seal;
	char build[17], *text;
	json_t *object;

	if (embargo_get_counts(&status, &error)) {
		object = json_pack("{s:s}", "error", error.text);
	} else {
		embargo_seal_read(&seal);
		snprintf(build, sizeof(build), "%016" PRIx64, status.build);
		object = json_pack("{s:b, s:s, s:s, s:b, s:o, s:o, s:I, s:I, s:I, s:b, s:i, s:o}", "loaded",
				   status.loaded, "mode", embargo_mode_name(status.mode), "build", build,
				   "other_build", status.other_build, "hooks", embargo_hooks_json(&status),
				   "counters", counters(&status), "ring_size", (json_int_t)status.ring_size,
				   "ring_used", (json_int_t)status.ring_used, "files_way",
				   (json_int_t)status.files_way, "ftrace_off", status.ftrace_off, "pid",
				   (int)getpid(), "seal", embargo_seal_json(&seal));
	}
	text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	return text;
}
