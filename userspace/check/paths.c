// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules for paths that cannot mean what they say; see paths.h. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/cleanup.h"
#include "userspace/check/paths.h"

/* The path of a rule, NUL-terminated in @value; false: it has none. */
static bool path_of(const struct embargo_ruleset *set, const struct embargo_rule *rule,
		    char value[EMBARGO_VALUE_MAX])
{
	const char *cursor = embargo_string(set, rule->fields);
	char key[EMBARGO_KEY_MAX];
	size_t size;

	if (rule->match != EMBARGO_MATCH_PATH_PREFIX && rule->match != EMBARGO_MATCH_INTERPRETER_PATH)
		return false;
	while (embargo_field_next(&cursor, key, value, &size) > 0)
		if (!strcmp(key, "prefix") || !strcmp(key, "path"))
			return strlen(value) == size && size < PATH_MAX;
	return false;
}

/*
 * What the kernel calls @path: its longest part that is there, with links followed, and the rest. The last
 * name of a prefix may be the beginning of one. NULL: it is the same.
 */
static char *real_of(const char *path)
{
	_cleanup_free_ char *there = strdup(path);
	char *real = NULL, *whole = NULL, *end;

	while (there && (end = strrchr(there, '/')) && end != there) {
		_cleanup_free_ char *found = realpath(there, NULL);

		if (found) {
			size_t used = strlen(there);

			/* "/opt/x/": the slash at the end is none of realpath()'s. */
			while (used && there[used - 1] == '/')
				used--;
			if (strlen(found) == used && !strncmp(found, path, used))
				return NULL;
			real = strcmp(found, "/") ? found : "";
			return asprintf(&whole, "%s%s", real, path + used) < 0 ? NULL : whole;
		}
		*end = '\0';
	}
	return NULL;
}

static size_t rule_check(struct embargo_policy *policy, const struct embargo_rule *rule,
			 enum embargo_severity severity, unsigned int what)
{
	const char *file = embargo_rule_file(&policy->set, rule);
	_cleanup_free_ char *real = NULL;
	char path[EMBARGO_VALUE_MAX], hint[EMBARGO_VALUE_MAX + 64];
	bool prefix = rule->match == EMBARGO_MATCH_PATH_PREFIX;

	if (!path_of(&policy->set, rule, path))
		return 0;
	if (what & EMBARGO_PATHS_REACH && prefix && rule->action == EMBARGO_ACTION_BAN &&
	    !strcmp(path, "/")) {
		embargo_policy_report(policy, severity, file, rule->line, "name the directory that is meant",
				      "a ban of / bans every program of the host");
		return 1;
	}
	real = what & EMBARGO_PATHS_HERE ? real_of(path) : NULL;
	if (real) {
		snprintf(hint, sizeof(hint), "say %s", real);
		embargo_policy_report(policy, severity, file, rule->line, hint,
				      "never matches here: the kernel calls %.200s by its real path", path);
		return 1;
	}
	if (what & EMBARGO_PATHS_REACH && prefix && path[strlen(path) - 1] != '/') {
		snprintf(hint, sizeof(hint), "say %s/, or ban the one file by its hash: embargo id --rule",
			 path);
		embargo_policy_report(policy, severity, file, rule->line, hint,
				      "a prefix that does not end in / means every name that begins so");
		return 1;
	}
	return 0;
}

size_t embargo_paths_check(struct embargo_policy *policy, enum embargo_severity severity, unsigned int what)
{
	size_t reported = 0;
	__u32 i;

	for (i = 0; i < policy->set.rule_count; i++)
		reported += rule_check(policy, &policy->set.rules[i], severity, what);
	return reported;
}
