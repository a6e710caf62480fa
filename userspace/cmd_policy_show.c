/* SPDX-License-Identifier: GPL-2.0-or-later */
/* embargo policy show */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "userspace/command.h"
#include "userspace/log.h"
#include "userspace/policy_lines.h"
#include "userspace/text.h"

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

static enum embargo_exit show_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_measure_freep) struct embargo_measure *measure = NULL;
	const struct embargo_ruleset *set;
	const struct embargo_rule *rule;
	__u32 i, file = EMBARGO_NO_FILE;

	if (embargo_measure_new(arguments->operands, &measure))
		return EMBARGO_EXIT_FAILED;
	set = measure->set;
	embargo_settings_print(measure, stdout);
	for (i = 0; i < set->rule_count; i++) {
		_cleanup_free_ char *line = NULL;

		rule = &set->rules[i];
		if (rule->file != file && rule->file < set->file_count)
			file_print(set, &set->files[rule->file]);
		file = rule->file;
		line = embargo_rule_line(set, rule);
		if (!line) {
			embargo_log_error("out of memory");
			return EMBARGO_EXIT_FAILED;
		}
		printf("%s\n", line);
	}
	return EMBARGO_EXIT_DONE;
}

const struct embargo_command embargo_cmd_policy_show = {
	.name = "show",
	.usage = "[POLICY…]",
	.summary = "Show the rules in force, or those of policy files, each as its canonical line.",
	.details = "Without POLICY: what is in force, else " EMBARGO_POLICY_DIR ". What is printed can be\n"
		   "loaded, and gives the same verdicts.\n",
	.operands_most = EMBARGO_OPERANDS_ANY,
	.run = show_run,
};
