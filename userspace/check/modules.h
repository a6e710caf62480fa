/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modules that the kernel has loaded now, and those of them that a policy bans. */
#ifndef EMBARGO_USERSPACE_CHECK_MODULES_H
#define EMBARGO_USERSPACE_CHECK_MODULES_H

#include "userspace/check/evaluate.h"

struct embargo_loaded_module {
	char *name;
	char *file; /* that modules.dep has for the name; NULL: none */
	char *rule; /* label of the rule that bans it; NULL: none does */
	struct embargo_check_result result;
};

struct embargo_loaded_modules {
	struct embargo_loaded_module *list;
	size_t count;
	size_t capacity;
};

/* Of /proc/modules; none where the kernel has no modules. */
int embargo_modules_read(struct embargo_loaded_modules *modules);
void embargo_modules_clear(struct embargo_loaded_modules *modules);

/*
 * Fill in .result and .rule: by the module's file, and by what the kernel tells of a module
 * whose file is not known or is another by now (name, srcversion). Returns how
 * many are banned, or -errno.
 */
int embargo_modules_evaluate(struct embargo_loaded_modules *modules,
			     const struct embargo_evaluator *evaluator);

/* A descriptor of the module @name for this kernel, decompressed. -1: there is none. For embargo_module_open.
 */
int embargo_module_file(const char *name);

#endif
