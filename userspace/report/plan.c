// SPDX-License-Identifier: GPL-2.0-or-later
/* Findings of a host -> steps. What could do harm beyond the finding is left to a person. */
#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "userspace/report/plan.h"
#include "userspace/base/text.h"

const char *const embargo_report_action_names[EMBARGO_STEPS] = {
	[EMBARGO_STEP_UNIT] = "disable-unit",	    [EMBARGO_STEP_CRON] = "edit-cron",
	[EMBARGO_STEP_PROCESS] = "end-process",	    [EMBARGO_STEP_MODULE] = "unload-module",
	[EMBARGO_STEP_PACKAGE] = "purge-package",   [EMBARGO_STEP_FILE] = "delete-file",
	[EMBARGO_STEP_MEMBER] = "edit-archive",	    [EMBARGO_STEP_CONTAINER] = "rebuild-container",
	[EMBARGO_STEP_RESTART] = "restart-process", [EMBARGO_STEP_RULE] = "keep-out",
};

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* Only of @characters, and not an option. */
static bool is_word(const char *text, const char *characters)
{
	return *text && *text != '-' && strspn(text, characters) == strlen(text);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "/lib/modules/6.1/a-b.ko.xz" -> "a_b" */
static char *module_name(const char *path)
{
	char *name = strdup(base_name(path)), *c;

	for (c = name; c && *c; c++)
		if (*c == '-')
			*c = '_';
		else if (!strncmp(c, ".ko", 3))
			*c-- = '\0';
	return name;
}

/* By the finding, else by the kernel: it is the distribution's own. */
static const char *manager_of(const struct embargo_report_host *host, const struct embargo_report_row *row)
{
	static const char *const rpm[] = {".el", ".fc", ".amzn", "-default", ".azl", ".cm", NULL};
	static const char *const dpkg[] = {"-amd64", "-arm64", "-generic", "+deb", "-686", "-rt-", NULL};
	const char *kernel = host->kernel ?: "";
	int i;

	if (!strcmp(row->text[EMBARGO_ROW_PACKAGE_MANAGER], "rpm"))
		return "rpm";
	if (!strcmp(row->text[EMBARGO_ROW_PACKAGE_MANAGER], "dpkg"))
		return "dpkg";
	for (i = 0; rpm[i]; i++)
		if (strstr(kernel, rpm[i]))
			return "rpm";
	for (i = 0; dpkg[i]; i++)
		if (strstr(kernel, dpkg[i]))
			return "dpkg";
	return "dpkg or rpm";
}

static struct embargo_report_step *step_add(struct embargo_report_plan *plan,
					    enum embargo_report_action action,
					    const struct embargo_report_row *row, const char *target)
{
	struct embargo_report_step step = {
		.action = action,
		.product = row->product,
		.sha256 = row->text[EMBARGO_ROW_SHA256],
		.manager = "",
		.target = strdup(target),
		.detail = strdup(""),
	};

	if (!step.target || !step.detail ||
	    embargo_array_grow(&plan->steps, &plan->room, plan->count, sizeof(step))) {
		free(step.target);
		free(step.detail);
		return NULL;
	}
	plan->steps[plan->count] = step;
	return &plan->steps[plan->count++];
}

static int step_detail(struct embargo_report_step *step, const char *detail)
{
	char *copy = step ? strdup(detail) : NULL;

	if (!copy)
		return -ENOMEM;
	free(step->detail);
	step->detail = copy;
	step->by_hand = true;
	return 0;
}

static int file_step(struct embargo_report_plan *plan, const struct embargo_report_row *row)
{
	const char *path = row->text[EMBARGO_ROW_PATH];
	struct embargo_report_step *step;

	if (!*path)
		return 0;
	step = step_add(plan, EMBARGO_STEP_FILE, row, path);
	if (step)
		step->by_hand = *path != '/';
	return step ? 0 : -ENOMEM;
}

static int unit_step(struct embargo_report_plan *plan, const struct embargo_report_row *row)
{
	const char *unit = *row->text[EMBARGO_ROW_UNIT] ? row->text[EMBARGO_ROW_UNIT]
							: base_name(row->text[EMBARGO_ROW_PATH]);
	struct embargo_report_step *step = step_add(plan, EMBARGO_STEP_UNIT, row, unit);

	if (step)
		step->by_hand = !is_word(unit, LETTERS ":_.@\\-");
	return step ? 0 : -ENOMEM;
}

static int module_step(struct embargo_report_plan *plan, const struct embargo_report_row *row)
{
	_cleanup_free_ char *name = module_name(row->text[EMBARGO_ROW_PATH]);
	struct embargo_report_step *step = name ? step_add(plan, EMBARGO_STEP_MODULE, row, name) : NULL;

	if (!step)
		return -ENOMEM;
	step->by_hand = !is_word(name, LETTERS "_");
	return *row->text[EMBARGO_ROW_PATH] == '/' ? file_step(plan, row) : 0;
}

static int package_step(struct embargo_report_plan *plan, const struct embargo_report_host *host,
			const struct embargo_report_row *row)
{
	const char *package = row->text[EMBARGO_ROW_PACKAGE];
	struct embargo_report_step *step;

	if (!*package)
		return 0;
	step = step_add(plan, EMBARGO_STEP_PACKAGE, row, package);
	if (!step)
		return -ENOMEM;
	step->manager = manager_of(host, row);
	step->by_hand = !is_word(package, LETTERS "+._:~-");
	return 0;
}

static int steps_of(struct embargo_report_plan *plan, const struct embargo_report_host *host,
		    const struct embargo_report_row *row)
{
	const char *kind = row->text[EMBARGO_ROW_KIND], *path = row->text[EMBARGO_ROW_PATH];

	if (*row->text[EMBARGO_ROW_CONTAINER])
		return step_detail(step_add(plan, EMBARGO_STEP_CONTAINER, row, path),
				   row->text[EMBARGO_ROW_CONTAINER]);
	if (!strcmp(kind, "member"))
		return step_detail(step_add(plan, EMBARGO_STEP_MEMBER, row, path),
				   row->text[EMBARGO_ROW_MEMBER]);
	if (!strcmp(kind, "cron"))
		return step_detail(step_add(plan, EMBARGO_STEP_CRON, row, path), "");
	if (!strcmp(kind, "library"))
		return step_detail(step_add(plan, EMBARGO_STEP_RESTART, row, path), row->text[EMBARGO_ROW_COMM])
			       ?: package_step(plan, host, row)
			       ?: file_step(plan, row);
	if (!strcmp(kind, "unit"))
		return unit_step(plan, row) ?: package_step(plan, host, row);
	if (!strcmp(kind, "package"))
		return package_step(plan, host, row);
	if (!strcmp(kind, "module"))
		return module_step(plan, row) ?: package_step(plan, host, row);
	if (!strcmp(kind, "process") && *path && !step_add(plan, EMBARGO_STEP_PROCESS, row, path))
		return -ENOMEM;
	return package_step(plan, host, row) ?: file_step(plan, row);
}

static int by_order(const void *left, const void *right)
{
	const struct embargo_report_step *a = left, *b = right;
	int order = strcmp(a->product, b->product);

	order = order ?: (int)a->action - (int)b->action;
	order = order ?: strcmp(a->target, b->target);
	order = order ?: strcmp(a->detail, b->detail);
	return order ?: strcmp(a->sha256, b->sha256);
}

static bool same(const struct embargo_report_step *a, const struct embargo_report_step *b)
{
	return a->action == b->action && !strcmp(a->target, b->target) && !strcmp(a->detail, b->detail) &&
	       (a->action != EMBARGO_STEP_FILE || !strcmp(a->sha256, b->sha256));
}

/* To find equal steps of two products they must stand side by side. */
static int by_deed(const void *left, const void *right)
{
	const struct embargo_report_step *a = left, *b = right;
	int order = (int)a->action - (int)b->action;

	order = order ?: strcmp(a->target, b->target);
	order = order ?: strcmp(a->detail, b->detail);
	order = order ?: a->action == EMBARGO_STEP_FILE ? strcmp(a->sha256, b->sha256) : 0;
	return order ?: strcmp(a->product, b->product);
}

static void step_clear(struct embargo_report_step *step)
{
	free(step->target);
	free(step->detail);
}

static void unique(struct embargo_report_plan *plan)
{
	size_t i, kept = 0;

	if (!plan->count)
		return;
	qsort(plan->steps, plan->count, sizeof(*plan->steps), by_deed);
	for (i = 0; i < plan->count; i++) {
		if (kept && same(&plan->steps[kept - 1], &plan->steps[i]))
			step_clear(&plan->steps[i]);
		else
			plan->steps[kept++] = plan->steps[i];
	}
	plan->count = kept;
	qsort(plan->steps, plan->count, sizeof(*plan->steps), by_order);
}

int embargo_report_plan_make(const struct embargo_report_host *host, const struct embargo_report_rows *rows,
			     struct embargo_report_plan *ret_plan)
{
	const struct embargo_report_row *row;
	size_t i;
	int r = 0;

	*ret_plan = (struct embargo_report_plan){0};
	for (i = 0; !r && i < rows->findings; i++) {
		_cleanup_free_ char *rule = NULL;

		row = rows->list[i];
		if (!embargo_report_is_ban(row))
			continue;
		r = steps_of(ret_plan, host, row);
		rule = embargo_report_rule(row);
		if (!r && rule && !step_add(ret_plan, EMBARGO_STEP_RULE, row, rule))
			r = -ENOMEM;
	}
	unique(ret_plan);
	if (r)
		embargo_report_plan_clear(ret_plan);
	return r;
}

void embargo_report_plan_clear(struct embargo_report_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		step_clear(&plan->steps[i]);
	free(plan->steps);
	*plan = (struct embargo_report_plan){0};
}
