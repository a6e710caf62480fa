// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo doctor */
#include <stdio.h>

#include <string.h>
#include <unistd.h>

#include "loader/probe.h"
#include "userspace/cli/command.h"
#include "userspace/base/colour.h"
#include "userspace/base/output.h"
#include "userspace/check/boot.h"

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

enum answer { POSSIBLE, NOT_POSSIBLE, CANNOT_TELL };

/* A program that ran decides, whatever else could not be looked at. */
static enum answer answer(const struct embargo_probe_result *results, size_t count, size_t *ret_untried)
{
	bool tried = false;
	size_t i;

	*ret_untried = 0;
	for (i = 0; i < count; i++) {
		*ret_untried += results[i].level == EMBARGO_PROBE_UNKNOWN;
		tried |= !strcmp(results[i].name, "program") && results[i].level == EMBARGO_PROBE_OK;
	}
	if (embargo_probe_obstacle(results, count))
		return NOT_POSSIBLE;
	return tried ? POSSIBLE : CANNOT_TELL;
}

/* What of the present state the next boot would not bring; NULL: it cannot be known here. */
static json_t *boot_differs(void)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;
	struct embargo_status status;
	json_auto_t *boot = NULL;

	if (embargo_get_status(&status, NULL))
		return NULL;
	if (status.loaded)
		(void)embargo_policydb_open(EMBARGO_POLICYDB_LINK, &policydb);
	boot = embargo_boot_state(&status, policydb ? &policydb->set : NULL);
	return json_incref(json_object_get(boot, "differs"));
}

static enum embargo_exit results_json(const struct embargo_probe_result *results, size_t count,
				      enum answer possible, size_t untried, json_t *differs)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "name", results[i].name,
						      "level", level_name(results[i].level), "found",
						      results[i].found, "remedy", results[i].remedy));
	return embargo_json_print(json_pack("{s:b, s:I, s:o, s:O?}", "enforcement_possible",
					    possible == POSSIBLE, "not_tried", (json_int_t)untried, "probes",
					    list, "boot_differs", differs),
				  JSON_INDENT(2));
}

static void results_text(const struct embargo_probe_result *results, size_t count, enum answer possible,
			 size_t untried, const json_t *differs)
{
	const char *level, *colour, *end;
	const json_t *value;
	size_t i;

	for (i = 0; i < count; i++) {
		/* One line below says what can be done about all of these. */
		if (results[i].level == EMBARGO_PROBE_UNKNOWN && geteuid())
			continue;
		level = level_name(results[i].level);
		colour = embargo_colour(stdout, level, strlen(level), &end);
		printf("%s%-8s%s %-16s %s\n", colour, level, end, results[i].name, results[i].found);
		if (*results[i].remedy)
			printf("%-8s %-16s -> %s\n", "", "", results[i].remedy);
	}
	json_array_foreach(differs, i, value)
	{
		printf("%-8s %-16s %s\n", "differs", "next boot", json_string_value(value));
	}
	putchar('\n');
	if (untried)
		printf("%zu not tried%s\n", untried, geteuid() ? ", run as root: use sudo" : "");
	printf("%s\n", possible == POSSIBLE	 ? "enforcement can work here"
		       : possible == CANNOT_TELL ? "cannot tell whether enforcement can work here"
						 : "enforcement cannot work here");
}

static enum embargo_exit doctor_run(const struct embargo_arguments *arguments)
{
	struct embargo_probe_result results[EMBARGO_PROBES_COUNT];
	size_t count = embargo_probe(results), untried;
	enum answer possible = answer(results, count, &untried);
	json_auto_t *differs = boot_differs();

	if (!embargo_given(arguments, "json"))
		results_text(results, count, possible, untried, differs);
	else if (results_json(results, count, possible, untried, differs))
		return EMBARGO_EXIT_FAILED;
	return possible == POSSIBLE ? EMBARGO_EXIT_DONE : EMBARGO_EXIT_FAILED;
}

static const struct embargo_option options[] = {
	{.name = "json", .help = "print one JSON object"},
	{0},
};

const struct embargo_command embargo_cmd_doctor = {
	.name = "doctor",
	.usage = "[--json]",
	.summary = "Say what this kernel can do for embargo, and what to change where it cannot.",
	.details =
		"The exit status is 0 if enforcement can work here, and 1 if it cannot or if that cannot be\n"
		"told: without root some of it is not tried.\n",
	.options = options,
	.run = doctor_run,
};
