// SPDX-License-Identifier: GPL-2.0-or-later
/* Enforcement that ends with the next boot must not look like enforcement that lasts. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "policy/cleanup.h"
#include "userspace/base/config.h"
#include "userspace/base/text.h"
#include "userspace/check/boot.h"
#include "userspace/check/roots.h"

enum embargo_mode embargo_boot_mode(void)
{
	struct embargo_config config;
	enum embargo_mode mode;

	if (embargo_config_read(NULL, &config))
		return EMBARGO_MODE_MAX;
	/* `keep` keeps what is in force, and at boot nothing is. */
	mode = config.mode == EMBARGO_MODE_ENFORCE ? EMBARGO_MODE_ENFORCE : EMBARGO_MODE_AUDIT;
	embargo_config_clear(&config);
	return mode;
}

static __attribute__((format(printf, 2, 3))) void differs(json_t *list, const char *format, ...)
{
	_cleanup_free_ char *text = NULL, *safe = NULL;
	va_list values;

	va_start(values, format);
	if (vasprintf(&text, format, values) < 0)
		text = NULL;
	va_end(values);
	safe = text ? embargo_text_escape(text, strlen(text), "") : NULL;
	json_array_append_new(list, json_string(safe ?: "?"));
}

static void compare_policies(const struct embargo_ruleset *set, char *const *paths, json_t *list)
{
	struct embargo_roots roots;
	size_t i;

	if (embargo_roots_read(set, &roots))
		return;
	for (i = 0; i < roots.count; i++)
		if (!embargo_paths_have(paths, roots.list[i].path))
			differs(list,
				"'%s' is in force until the next boot only: it is not in " EMBARGO_POLICY_DIR,
				roots.list[i].path);
	for (; *paths; paths++)
		if (!embargo_roots_have(&roots, *paths))
			differs(list,
				"'%s' is not in force, and will be after the next boot: embargo "
				"load " EMBARGO_POLICY_DIR,
				*paths);
	embargo_roots_clear(&roots);
}

json_t *embargo_boot_state(const struct embargo_status *status, const struct embargo_ruleset *set)
{
	_cleanup_(embargo_paths_freep) char **paths = NULL;
	json_t *list = json_array(), *files = json_array();
	enum embargo_mode mode = embargo_boot_mode();
	size_t i;

	/* Without the directory nothing is loaded at boot. */
	if (embargo_policies_list(EMBARGO_POLICY_DIR, &paths))
		paths = calloc(1, sizeof(*paths));
	for (i = 0; paths && paths[i]; i++)
		json_array_append_new(files, json_string(paths[i]));
	if (mode == EMBARGO_MODE_MAX)
		differs(list, "'" EMBARGO_CONFIG
			      "' cannot be read: the next boot falls back to the last good policy");
	else if (status->loaded && status->mode != mode)
		differs(list, "%s is until the next boot only: embargo mode --persist %s",
			embargo_mode_name(status->mode), embargo_mode_name(status->mode));
	if (set && paths)
		compare_policies(set, paths, list);
	return json_pack("{s:s, s:o, s:o}", "mode",
			 mode == EMBARGO_MODE_MAX ? "unknown" : embargo_mode_name(mode), "policies", files,
			 "differs", list);
}

void embargo_boot_text(const json_t *boot, FILE *out)
{
	const json_t *policies = json_object_get(boot, "policies"), *value;
	size_t i;

	fprintf(out, "at boot     %s; ", json_string_value(json_object_get(boot, "mode")) ?: "?");
	if (!json_array_size(policies))
		fprintf(out, "no policy: there is none in " EMBARGO_POLICY_DIR);
	json_array_foreach(policies, i, value)
	{
		const char *path = json_string_value(value);
		_cleanup_free_ char *safe = path ? embargo_text_escape(path, strlen(path), "") : NULL;

		fprintf(out, "%s%s", i ? ", " : "", safe ?: "?");
	}
	fprintf(out, "\n");
	json_array_foreach(json_object_get(boot, "differs"), i, value)
		fprintf(out, "DIFFERS     %s\n", json_string_value(value));
}
