// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plan of a host as a shell script. What is data stands in it only inside single
 * quotes, or in a comment where no control character is left; commands get it as
 * words behind `--` or as absolute paths.
 */
#include <errno.h>
#include <string.h>

#include "userspace/report/plan.h"
#include "userspace/base/text.h"
#include "userspace/report/embedded.h"

#define MARK "@@" /* on both sides of a place in script.sh */

/* As people see it: on one line, with nothing that a terminal obeys. */
static int quote_shown(const char *text, FILE *out)
{
	_cleanup_free_ char *shown = embargo_text_escape(text, strlen(text), "");

	if (!shown)
		return -ENOMEM;
	embargo_report_shell_quote(shown, out);
	return 0;
}

struct script {
	const struct embargo_report *report;
	const struct embargo_report_host *host;
	const struct embargo_report_plan *plan;
	FILE *out;
};

static void name_put(const struct script *script)
{
	_cleanup_free_ char *name = embargo_text(script->host->name, strlen(script->host->name));

	fputs(name ?: "?", script->out);
}

static void date_put(const struct script *script)
{
	char date[EMBARGO_REPORT_TIME];

	fputs(embargo_report_date(script->report->now, date), script->out);
}

static void host_put(const struct script *script)
{
	embargo_report_shell_quote(script->host->name, script->out);
}

static void machine_put(const struct script *script)
{
	embargo_report_shell_quote(script->host->machine_id ?: "", script->out);
}

static void rules_put(const struct script *script)
{
	const struct embargo_report_plan *plan = script->plan;
	FILE *out = script->out;
	size_t i;

	fputs("rules() {\n	printf '%s\\n'", out);
	for (i = 0; i < plan->count; i++) {
		if (plan->steps[i].action != EMBARGO_STEP_RULE)
			continue;
		fputs(" \\\n		", out);
		embargo_report_shell_quote(plan->steps[i].target, out);
	}
	fputs("\n}\n", out);
}

static bool packages_of_one(const struct embargo_report_step *a, const struct embargo_report_step *b)
{
	return a->action == EMBARGO_STEP_PACKAGE && b->action == EMBARGO_STEP_PACKAGE && !a->by_hand &&
	       !b->by_hand && !strcmp(a->product, b->product);
}

/* Writes one step, or all packages of a product; returns how many. */
static size_t step_put(const struct embargo_report_plan *plan, size_t at, FILE *out)
{
	static const char *const commands[EMBARGO_STEPS] = {
		[EMBARGO_STEP_UNIT] = "disable_unit",	 [EMBARGO_STEP_PROCESS] = "end_process",
		[EMBARGO_STEP_MODULE] = "unload_module", [EMBARGO_STEP_PACKAGE] = "purge_packages",
		[EMBARGO_STEP_FILE] = "delete_file",
	};
	const struct embargo_report_step *step = &plan->steps[at];
	_cleanup_free_ char *text = embargo_report_step_text(step);
	size_t count = 1;

	if (step->action == EMBARGO_STEP_RULE)
		return 1;
	fputs(step->by_hand ? "by_hand " : "step ", out);
	quote_shown(text ?: "", out);
	if (step->by_hand) {
		fputc('\n', out);
		return 1;
	}
	fprintf(out, " \\\n	%s ", commands[step->action]);
	if (step->action == EMBARGO_STEP_FILE) {
		embargo_report_shell_quote(step->sha256, out);
		fputc(' ', out);
	}
	embargo_report_shell_quote(step->target, out);
	for (; at + count < plan->count && packages_of_one(step, &plan->steps[at + count]); count++) {
		fputc(' ', out);
		embargo_report_shell_quote(plan->steps[at + count].target, out);
	}
	fputc('\n', out);
	return count;
}

static void steps_put(const struct script *script)
{
	const struct embargo_report_plan *plan = script->plan;
	const char *product = NULL;
	FILE *out = script->out;
	size_t i;

	for (i = 0; i < plan->count;) {
		if (!product || strcmp(product, plan->steps[i].product) != 0) {
			product = plan->steps[i].product;
			fputs("echo; printf '%s\\n' ", out);
			quote_shown(product, out);
			fputc('\n', out);
		}
		i += step_put(plan, i, out);
	}
	fputs("\necho\n", out);
	if (script->host->mode == EMBARGO_REPORT_AUDIT || script->host->mode == EMBARGO_REPORT_ENFORCE)
		fputs("step 'embargo mode enforce' embargo mode enforce", out);
	else
		fputs("by_hand 'put a policy in force that keeps it out: embargo load --enforce POLICY'",
		      out);
}

static const struct {
	const char *name; /* stands between two @@ in script.sh */
	void (*put)(const struct script *script);
} places[] = {
	{"name", name_put},	  {"date", date_put},	{"host", host_put},
	{"machine", machine_put}, {"rules", rules_put}, {"steps", steps_put},
};

/* Puts in what @name stands for; what is put in is not looked into again. */
static int place_fill(const struct script *script, const char *name, size_t size)
{
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strlen(places[i].name) == size && !memcmp(places[i].name, name, size)) {
			places[i].put(script);
			return 0;
		}
	return -EINVAL;
}

int embargo_report_script(const struct embargo_report *report, const struct embargo_report_host *host,
			  const struct embargo_report_plan *plan, FILE *out)
{
	const struct script script = {.report = report, .host = host, .plan = plan, .out = out};
	const char *text = embargo_report_script_text, *begin, *end;
	int r;

	while ((begin = strstr(text, MARK))) {
		fwrite(text, 1, begin - text, out);
		begin += strlen(MARK);
		end = strstr(begin, MARK);
		r = end ? place_fill(&script, begin, end - begin) : -EINVAL;
		if (r)
			return r;
		text = end + strlen(MARK);
	}
	fputs(text, out);
	return ferror(out) ? -EIO : 0;
}

#define HOST_NAME_SIZE_MAX 200

char *embargo_report_script_name(const char *host)
{
	char *name = malloc(HOST_NAME_SIZE_MAX + 64), *to = name;
	uint64_t hash = 0xcbf29ce484222325ULL;
	const unsigned char *c;

	if (!name)
		return NULL;
	for (c = (const unsigned char *)host; *c; c++)
		hash = (hash ^ *c) * 0x100000001b3ULL;
	for (c = (const unsigned char *)host; *c && to < name + HOST_NAME_SIZE_MAX; c++)
		if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
		    *c == '_' || *c == '-' || (*c == '.' && to > name))
			*to++ = *c;
		else
			to += sprintf(to, "%%%02x", *c);
	if (*c) /* cut short */
		to += sprintf(to, "%%%%%016llx", (unsigned long long)hash);
	strcpy(to, ".sh");
	return name;
}
