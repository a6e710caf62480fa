/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modules that the kernel has loaded now. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "userspace/check/evaluate.h"
#include "userspace/inventory/modules.h"

static int module_add(struct embargo_loaded_modules *modules, const char *name)
{
	struct embargo_loaded_module *grown;

	grown = reallocarray(modules->list, modules->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	modules->list = grown;
	grown[modules->count] = (struct embargo_loaded_module){.name = strdup(name)};
	return grown[modules->count++].name ? 0 : -ENOMEM;
}

/* Is "kernel/drivers/net/foo-bar.ko.xz" the file of the module "foo_bar"? */
static bool file_has_name(const char *file, const char *name)
{
	const char *base = strrchr(file, '/');
	size_t i;

	base = base ? base + 1 : file;
	for (i = 0; name[i]; i++)
		if (base[i] != name[i] && !(base[i] == '-' && name[i] == '_'))
			return false;
	return !strncmp(base + i, ".ko", 3);
}

/* @line: a file as modules.dep has it, absolute or below the directory of modules */
static int file_add(struct embargo_loaded_modules *modules, const char *release, const char *line)
{
	struct embargo_loaded_module *module;

	for (module = modules->list; module < modules->list + modules->count; module++) {
		if (module->file || !file_has_name(line, module->name))
			continue;
		if (line[0] == '/')
			module->file = strdup(line);
		else if (asprintf(&module->file, "/lib/modules/%s/%s", release, line) < 0)
			module->file = NULL;
		return module->file ? 0 : -ENOMEM;
	}
	return 0;
}

static int files_add(struct embargo_loaded_modules *modules)
{
	_cleanup_fclose_ FILE *dep = NULL;
	_cleanup_free_ char *line = NULL;
	struct utsname system;
	char path[PATH_MAX];
	size_t room = 0;
	int r = 0;

	uname(&system);
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", system.release);
	dep = fopen(path, "re");
	while (dep && !r && getline(&line, &room, dep) > 0) {
		line[strcspn(line, ":\n")] = '\0';
		r = file_add(modules, system.release, line);
	}
	return r;
}

int embargo_modules_read(struct embargo_loaded_modules *modules)
{
	_cleanup_fclose_ FILE *loaded = fopen("/proc/modules", "re");
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	int r = 0;

	*modules = (struct embargo_loaded_modules){0};
	while (loaded && !r && getline(&line, &room, loaded) > 0) {
		line[strcspn(line, " \n")] = '\0';
		r = module_add(modules, line);
	}
	return r ?: files_add(modules);
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
