// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plan as a plan of action and milestones of OSCAL: each product on each host is an item with a risk,
 * whose remediation has the steps of its removal as tasks. The deadline is day 90 of the directive.
 */
#include <errno.h>
#include <string.h>

#include "userspace/report/oscal.h"

#define DAY 86400
#define NOTHING "Nothing was found that has to be removed"

static int item_uuid(json_t *object, const char *key, const char *kind,
		     const struct embargo_report_host *host, const char *product)
{
	return embargo_oscal_uuid(object, key, kind, (const char *const[]){host->name, product}, 2);
}

static void title_put(json_t *object, const struct embargo_report_host *host, const char *product)
{
	char text[600];

	snprintf(text, sizeof(text), "Remove %.250s from %.250s", product, host->name);
	embargo_oscal_text(object, "title", text, "?");
}

static json_t *task(const struct embargo_report_host *host, const struct embargo_report_step *step,
		    int *ret_r)
{
	_cleanup_free_ char *command = embargo_report_step_text(step);
	const char *action = embargo_report_action_names[step->action];
	json_t *object = json_object();
	int r = embargo_oscal_uuid(
		object, "uuid", "task",
		(const char *const[]){host->name, step->product, action, step->target, step->detail}, 5);

	*ret_r = command ? r : -ENOMEM;
	json_object_set_new(object, "type", json_string("action"));
	embargo_oscal_text(object, "title", action, "?");
	embargo_oscal_text(object, "description", command ?: "", "?");
	embargo_oscal_prop(object, "by-hand", step->by_hand ? "true" : "false");
	if (step->action == EMBARGO_STEP_FILE)
		embargo_oscal_prop(object, "sha256", step->sha256 ?: "");
	return object;
}

/* @steps: those of one product on one host */
static json_t *risk(const struct embargo_report *report, const struct embargo_report_host *host,
		    const struct embargo_report_step *steps, size_t count)
{
	json_t *object = json_object(), *remediation = json_object(), *tasks = json_array();
	int r = item_uuid(object, "uuid", "risk", host, steps->product)
			?: item_uuid(remediation, "uuid", "remediation", host, steps->product);
	char time[EMBARGO_OSCAL_TIME];
	size_t i;

	title_put(object, host, steps->product);
	embargo_oscal_text(object, "description", steps->product, "banned software");
	embargo_oscal_text(object, "statement", "Software that a directive bans is on the host", "?");
	json_object_set_new(object, "status", json_string("open"));
	if (report->since != EMBARGO_REPORT_NO_TIME)
		json_object_set_new(object, "deadline",
				    json_string(embargo_oscal_time(report->since + 90 * DAY, time)));
	json_object_set_new(remediation, "lifecycle", json_string("planned"));
	title_put(remediation, host, steps->product);
	embargo_oscal_text(remediation, "description", "The steps in their order", "?");
	for (i = 0; !r && i < count; i++)
		json_array_append_new(tasks, task(host, &steps[i], &r));
	json_object_set_new(remediation, "tasks", tasks);
	json_object_set_new(object, "remediations", json_pack("[o]", remediation));
	if (r) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *item(const struct embargo_report_host *host, const char *product)
{
	json_t *object = json_object(), *related = json_object();
	int r = item_uuid(object, "uuid", "poam-item", host, product)
			?: item_uuid(related, "risk-uuid", "risk", host, product);

	title_put(object, host, product);
	embargo_oscal_text(object, "description", product, "banned software");
	embargo_oscal_prop(object, "host", host->name);
	json_object_set_new(object, "related-risks", json_pack("[o]", related));
	if (r) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* Each run of steps of one product. */
static int plan_put(const struct embargo_report *report, const struct embargo_report_host *host,
		    const struct embargo_report_plan *plan, bool risks, struct embargo_oscal_list *list)
{
	size_t first = 0, end;
	int r = 0;

	for (; !r && first < plan->count; first = end) {
		const struct embargo_report_step *step = &plan->steps[first];

		for (end = first + 1; end < plan->count && !strcmp(plan->steps[end].product, step->product);)
			end++;
		r = embargo_oscal_item(list, risks ? risk(report, host, step, end - first)
						   : item(host, step->product));
	}
	return r;
}

static int host_put(struct embargo_report *report, struct embargo_report_host *host, bool risks,
		    struct embargo_oscal_list *list)
{
	struct embargo_report_plan plan;
	struct embargo_report_rows rows;
	int r = embargo_report_rows(report, host, &rows);

	if (r)
		return r;
	r = embargo_report_plan_make(host, &rows, &plan) ?: plan_put(report, host, &plan, risks, list);
	embargo_report_plan_clear(&plan);
	embargo_report_rows_clear(&rows);
	return r;
}

static int hosts_put(struct embargo_report *report, bool risks, struct embargo_oscal_list *list)
{
	_cleanup_free_ struct embargo_report_host **hosts = embargo_report_list(&report->hosts);
	int r = hosts ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; !r && i < report->hosts.count; i++)
		r = host_put(report, hosts[i], risks, list);
	return r;
}

/* A plan must have an item; that there is nothing to do is one. */
static json_t *nothing(void)
{
	return json_pack("{s:s, s:s}", "title", NOTHING, "description", NOTHING);
}

int embargo_report_poam(struct embargo_report *report, FILE *out)
{
	struct embargo_oscal_list risks = {.out = out, .name = "risks"},
				  items = {.out = out, .name = "poam-items"};
	int r = embargo_oscal_head(report, "plan-of-action-and-milestones", out)
			?: hosts_put(report, true, &risks);

	embargo_oscal_end(&risks);
	r = r ?: hosts_put(report, false, &items);
	if (!r && !items.begun)
		r = embargo_oscal_item(&items, nothing());
	embargo_oscal_end(&items);
	fputs("}}\n", out);
	return r ?: ferror(out) ? -EIO : 0;
}
