// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy show */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "policy/identity/identity.h"
#include "userspace/base/config.h"
#include "userspace/cli/command.h"
#include "userspace/base/log.h"
#include "userspace/cli/policy_lines.h"
#include "userspace/base/text.h"

/* What a file says of itself, as comments: the rules are those of several files. */
static void file_print(const struct embargo_ruleset *set, const struct embargo_file *file)
{
	const char *path = embargo_string(set, file->path), *name = embargo_string(set, file->name);
	_cleanup_free_ char *safe = embargo_text_escape(path, strlen(path), "");

	printf("\n# %s", safe ?: "?");
	if (*name) {
		printf(": policy ");
		embargo_quote(stdout, name, strlen(name));
	}
	if (file->version)
		printf(" version %" PRIu64, (uint64_t)file->version);
	printf("\n");
}

static const struct embargo_resolved *sorted; /* for qsort(), which passes nothing on */

static int compare_entries(const void *left, const void *right)
{
	__u32 a = *(const __u32 *)left, b = *(const __u32 *)right;

	if (sorted[a].rule != sorted[b].rule)
		return sorted[a].rule < sorted[b].rule ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Numbers of resolved entries in the order of their rules. NULL: no memory */
static __u32 *entries_by_rule(const struct embargo_ruleset *set)
{
	__u32 *order = calloc((size_t)set->resolved_count + 1, sizeof(*order)), i;

	for (i = 0; order && i < set->resolved_count; i++)
		order[i] = i;
	sorted = set->resolved;
	if (order && set->resolved_count)
		qsort(order, set->resolved_count, sizeof(*order), compare_entries);
	return order;
}

/* Resolved files as comments: they are not rules and are resolved again on a load. */
static bool resolved_print(const struct embargo_resolved *entry)
{
	_cleanup_free_ char *hex = embargo_hex(entry->sha256, sizeof(entry->sha256));

	if (!hex)
		return false;
	printf("#   resolved sha256:%s", hex);
	if (entry->size != EMBARGO_SIZE_UNKNOWN)
		printf(" size=%" PRIu64, (uint64_t)entry->size);
	printf("\n");
	return true;
}

static enum embargo_exit no_memory(void)
{
	embargo_log_error("out of memory");
	return EMBARGO_EXIT_FAILED;
}

static enum embargo_exit show_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	_cleanup_free_ __u32 *entries = NULL;
	const struct embargo_ruleset *set;
	const struct embargo_rule *rule;
	__u32 i, file = EMBARGO_NO_FILE, next = 0;

	if (embargo_evaluator_new(arguments->operands, &evaluator))
		return EMBARGO_EXIT_FAILED;
	set = evaluator->set;
	entries = entries_by_rule(set);
	if (!entries)
		return no_memory();
	embargo_settings_print(evaluator, stdout);
	for (i = 0; i < set->rule_count; i++) {
		_cleanup_free_ char *line = NULL;

		rule = &set->rules[i];
		if (rule->file != file && rule->file < set->file_count)
			file_print(set, &set->files[rule->file]);
		file = rule->file;
		line = embargo_rule_line(set, rule);
		if (!line)
			return no_memory();
		printf("%s\n", line);
		for (; next < set->resolved_count && set->resolved[entries[next]].rule <= i; next++)
			if (!resolved_print(&set->resolved[entries[next]]))
				return no_memory();
	}
	return EMBARGO_EXIT_DONE;
}

const struct embargo_command embargo_cmd_policy_show = {
	.name = "show",
	.usage = "[POLICY…]",
	.summary = "Show the rules in force, or those of policy files, each as its canonical line.",
	.details =
		"Without POLICY: what is in force, else " EMBARGO_POLICY_DIR ". What is printed can be\n"
		"loaded, and gives the same verdicts. Below a rule whose files userspace has to find, those\n"
		"that were found are comments.\n",
	.operands_max = EMBARGO_OPERANDS_ANY,
	.run = show_run,
};
