// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo doctor */
#include <stdio.h>

#include "loader/probe.h"
#include "userspace/cli/command.h"
#include "userspace/base/output.h"

static const char *level_name(enum embargo_finding_level level)
{
	static const char *const names[] = {
		[EMBARGO_PROBE_OK] = "ok",
		[EMBARGO_PROBE_NOTE] = "limited",
		[EMBARGO_PROBE_MISSING] = "missing",
		[EMBARGO_PROBE_UNKNOWN] = "unknown",
	};

	return level < sizeof(names) / sizeof(*names) ? names[level] : "unknown";
}

static enum embargo_exit results_json(const struct embargo_probe_result *results, size_t count, bool possible)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "name", results[i].name,
						      "level", level_name(results[i].level), "found",
						      results[i].found, "remedy", results[i].remedy));
	return embargo_json_print(json_pack("{s:b, s:o}", "enforcement_possible", possible, "probes", list),
				  JSON_INDENT(2));
}

static void results_text(const struct embargo_probe_result *results, size_t count, bool possible)
{
	size_t i;

	for (i = 0; i < count; i++) {
		printf("%-8s %-16s %s\n", level_name(results[i].level), results[i].name, results[i].found);
		if (*results[i].remedy)
			printf("%-8s %-16s -> %s\n", "", "", results[i].remedy);
	}
	printf("\n%s\n", possible ? "enforcement can work here" : "enforcement cannot work here");
}

static enum embargo_exit doctor_run(const struct embargo_arguments *arguments)
{
	struct embargo_probe_result results[EMBARGO_PROBES_COUNT];
	size_t count = embargo_probe(results);
	bool possible = !embargo_probe_obstacle(results, count);

	if (!embargo_given(arguments, "json"))
		results_text(results, count, possible);
	else if (results_json(results, count, possible))
		return EMBARGO_EXIT_FAILED;
	return possible ? EMBARGO_EXIT_DONE : EMBARGO_EXIT_FAILED;
}

static const struct embargo_option options[] = {
	{.name = "json", .help = "print one JSON object"},
	{0},
};

const struct embargo_command embargo_cmd_doctor = {
	.name = "doctor",
	.usage = "[--json]",
	.summary = "Say what this kernel can do for embargo, and what to change where it cannot.",
	.details = "The exit status is 0 if enforcement can work here and 1 if it cannot. Without root some\n"
		   "of it cannot be tried, and is unknown.\n",
	.options = options,
	.run = doctor_run,
};
