// SPDX-License-Identifier: GPL-2.0-or-later
/* The modules that the kernel has loaded now. */
#include <errno.h>
#include <libkmod.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policy/array.h"
#include "userspace/check/evaluate.h"
#include "userspace/check/modules.h"

/* @path: by the index that depmod makes, or NULL */
static int module_add(struct embargo_loaded_modules *modules, const char *name, const char *path)
{
	struct embargo_loaded_module *module;

	if (embargo_array_grow(&modules->list, &modules->capacity, modules->count, sizeof(*module)))
		return -ENOMEM;
	module = &modules->list[modules->count++];
	*module = (struct embargo_loaded_module){.name = strdup(name), .file = path ? strdup(path) : NULL};
	return module->name && (module->file || !path) ? 0 : -ENOMEM;
}

int embargo_modules_read(struct embargo_loaded_modules *modules)
{
	struct kmod_ctx *context = kmod_new(NULL, NULL);
	struct kmod_list *list = NULL, *item;
	int r = context ? 0 : -ENOMEM;

	*modules = (struct embargo_loaded_modules){0};
	/* Where the kernel has no modules there is no list of them, and libkmod would complain of that. */
	if (!r && (access("/proc/modules", F_OK) || kmod_module_new_from_loaded(context, &list) < 0))
		list = NULL;
	kmod_list_foreach(item, list)
	{
		struct kmod_module *module = kmod_module_get_module(item);

		r = r ?: module_add(modules, kmod_module_get_name(module), kmod_module_get_path(module));
		kmod_module_unref(module);
	}
	kmod_module_unref_list(list);
	kmod_unref(context);
	return r;
}

void embargo_modules_clear(struct embargo_loaded_modules *modules)
{
	while (modules->count) {
		struct embargo_loaded_module *module = &modules->list[--modules->count];

		free(module->name);
		free(module->file);
		free(module->rule);
	}
	free(modules->list);
	modules->list = NULL;
}

static void read_srcversion(const char *name, char text[64])
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/module/%s/srcversion", name);
	text[0] = '\0';
	file = fopen(path, "re");
	if (file && fgets(text, 64, file))
		text[strcspn(text, "\n")] = '\0';
}

/* Do all fields of a module rule agree with what the kernel tells of the module? Others it does not tell. */
static bool rule_agrees(const struct embargo_ruleset *set, const struct embargo_rule *rule, const char *name,
			const char *srcversion)
{
	const char *cursor = embargo_string(set, rule->fields), *known;
	char key[EMBARGO_KEY_MAX], value[EMBARGO_VALUE_MAX];
	int r;

	while ((r = embargo_field_next(&cursor, key, value, NULL)) > 0) {
		known = !strcmp(key, "name") ? name : !strcmp(key, "srcversion") ? srcversion : "";
		if (!*known || !embargo_pattern_match(value, known))
			return false;
	}
	return r == 0;
}

static const struct embargo_rule *evaluate_by_name(const struct embargo_ruleset *set, const char *name)
{
	const struct embargo_rule *rule, *banning = NULL;
	char srcversion[64];

	read_srcversion(name, srcversion);
	for (rule = set->rules; rule < set->rules + set->rule_count; rule++) {
		if (rule->match != EMBARGO_MATCH_MODULE || !rule_agrees(set, rule, name, srcversion))
			continue;
		if (rule->action != EMBARGO_ACTION_BAN)
			return NULL; /* allow and audit come before ban */
		banning = banning ?: rule;
	}
	return banning;
}

int embargo_modules_evaluate(struct embargo_loaded_modules *modules,
			     const struct embargo_evaluator *evaluator)
{
	struct embargo_loaded_module *module;
	int banned = 0;

	for (module = modules->list; module < modules->list + modules->count; module++) {
		struct embargo_check_result result = {0};
		struct embargo_reason reason;

		if (!module->file || embargo_evaluate_quickly(evaluator, module->file, &result, &reason) ||
		    (!result.rule && !result.cause)) {
			result.rule = evaluate_by_name(evaluator->set, module->name);
			result.verdict = result.rule ? EMBARGO_DENIED : EMBARGO_ALLOWED;
		}
		module->result = result;
		if (result.verdict != EMBARGO_DENIED)
			continue;
		module->rule = embargo_check_result_text(evaluator, &result);
		if (!module->rule)
			return -ENOMEM;
		banned++;
	}
	return banned;
}
