// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The report as one JSON object: "schema", what it is of, "totals", "milestones",
 * "products", "kinds", "days", "bad_lines", and "hosts", each with its findings,
 * events and plan. Hosts are written one by one, so that none has to wait in memory.
 */
#include <errno.h>
#include <string.h>

#include "userspace/base/output.h"
#include "userspace/report/out.h"

static json_t *number(uint64_t value)
{
	return json_integer(value);
}

static int set_time(json_t *object, const char *key, int64_t time)
{
	char text[EMBARGO_REPORT_TIME];

	return embargo_json_string(object, key, embargo_report_time(time, text));
}

static json_t *totals_json(const struct embargo_report *report)
{
	const struct embargo_report_totals *t = &report->totals;
	const struct {
		const char *name;
		uint64_t value;
	} list[] = {
		{"hosts", t->hosts},
		{"expected", t->expected},
		{"not_seen", t->missing},
		{"unexpected", t->unexpected},
		{"scanned", t->scanned},
		{"not_scanned", t->unscanned},
		{"incomplete", t->incomplete},
		{"partial", t->partial},
		{"with_troubles", t->troubled},
		{"enforce", t->mode[EMBARGO_REPORT_ENFORCE]},
		{"audit", t->mode[EMBARGO_REPORT_AUDIT]},
		{"not_loaded", t->mode[EMBARGO_REPORT_OFF]},
		{"mode_unknown", t->mode[EMBARGO_REPORT_UNKNOWN]},
		{"with_findings", t->with_findings},
		{"with_active", t->with_active},
		{"findings", t->findings},
		{"active", t->active},
		{"watched", t->watched},
		{"denied", t->denied},
		{"would_deny", t->would_deny},
		{"audited", t->audited},
		{"superseded_scans", t->superseded},
		{"repeated_events", t->repeated},
		{"lost_events", t->lost},
		{"files", report->files},
		{"lines", report->lines},
		{"bad_lines", report->bad_count},
	};
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(*list); i++)
		json_object_set_new(object, list[i].name, number(list[i].value));
	return object;
}

static json_t *counts_json(const struct embargo_report_table *table)
{
	_cleanup_free_ struct embargo_report_count **counts = embargo_report_counts(table);
	json_t *list = json_array(), *object;
	size_t i;

	for (i = 0; counts && i < table->count; i++) {
		object = json_object();
		embargo_json_string(object, "name", counts[i]->name);
		json_object_set_new(object, "hosts", number(counts[i]->hosts));
		json_object_set_new(object, "findings", number(counts[i]->findings));
		json_object_set_new(object, "active", number(counts[i]->active));
		json_object_set_new(object, "denied", number(counts[i]->denied));
		json_object_set_new(object, "would_deny", number(counts[i]->would_deny));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *days_json(const struct embargo_report *report)
{
	_cleanup_free_ struct embargo_report_day **days = embargo_report_list(&report->days);
	json_t *list = json_array(), *object;
	size_t i;

	for (i = 0; days && i < report->days.count; i++) {
		object = json_object();
		embargo_json_string(object, "day", days[i]->name);
		json_object_set_new(object, "denied", number(days[i]->denied));
		json_object_set_new(object, "would_deny", number(days[i]->would_deny));
		json_object_set_new(object, "audited", number(days[i]->audited));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *milestones_json(const struct embargo_report *report)
{
	struct embargo_report_milestone milestones[EMBARGO_REPORT_MILESTONES];
	json_t *list = json_array(), *object;
	char date[EMBARGO_REPORT_TIME];
	int i;

	if (report->since == EMBARGO_REPORT_NO_TIME)
		return list;
	embargo_report_milestones(report, milestones);
	for (i = 0; i < EMBARGO_REPORT_MILESTONES; i++) {
		object = json_object();
		json_object_set_new(object, "day", json_integer(milestones[i].day));
		embargo_json_string(object, "date", embargo_report_date(milestones[i].date, date));
		embargo_json_string(object, "name", milestones[i].name);
		embargo_json_string(object, "state", milestones[i].state);
		json_object_set_new(object, "met", json_boolean(milestones[i].met));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *bad_json(const struct embargo_report *report)
{
	json_t *list = json_array(), *object;
	size_t i;

	for (i = 0; i < report->bad_count && i < EMBARGO_REPORT_BAD; i++) {
		object = json_object();
		embargo_json_string(object, "bad", report->bad[i]);
		json_array_append_new(list, object);
	}
	return list;
}

int embargo_report_json_head(const struct embargo_report *report, FILE *out)
{
	_cleanup_free_ char *headline = embargo_report_headline(report), *text = NULL;
	char date[EMBARGO_REPORT_TIME];
	json_t *object = json_object();
	size_t size;

	json_object_set_new(object, "schema", json_integer(1));
	embargo_json_string(object, "embargo", EMBARGO_VERSION);
	embargo_json_string(object, "title", report->title);
	embargo_json_string(object, "date", embargo_report_date(report->now, date));
	embargo_json_string(object, "since", embargo_report_date(report->since, date));
	embargo_json_string(object, "verdict", embargo_report_level_names[embargo_report_level(report)]);
	embargo_json_string(object, "headline", headline);
	json_object_set_new(object, "totals", totals_json(report));
	json_object_set_new(object, "milestones", milestones_json(report));
	json_object_set_new(object, "products", counts_json(&report->products));
	json_object_set_new(object, "kinds", counts_json(&report->kinds));
	json_object_set_new(object, "days", days_json(report));
	json_object_set_new(object, "bad_lines", bad_json(report));
	text = json_dumps(object, JSON_INDENT(1));
	json_decref(object);
	if (!text)
		return -ENOMEM;
	for (size = strlen(text); size && strchr("}\n", text[size - 1]); size--) /* more is to come */
		text[size - 1] = '\0';
	fprintf(out, "%s,\n \"hosts\": [", text);
	return ferror(out) ? -EIO : 0;
}

static json_t *row_json(const struct embargo_report_row *row)
{
	json_t *object = json_object();
	int i;

	embargo_json_string(object, "product", row->product);
	for (i = 0; i < EMBARGO_REPORT_FIELDS; i++)
		embargo_json_string(object, embargo_report_field_names[i], row->text[i]);
	json_object_set_new(object, "policy_line",
			    row->policy_line >= 0 ? json_integer(row->policy_line) : json_null());
	if (row->event) {
		json_object_set_new(object, "count", number(row->count));
		set_time(object, "first", row->time);
		set_time(object, "last", row->last);
		return object;
	}
	json_object_set_new(object, "size", row->size >= 0 ? json_integer(row->size) : json_null());
	json_object_set_new(object, "pid", row->pid >= 0 ? json_integer(row->pid) : json_null());
	json_object_set_new(object, "active", json_boolean(row->active));
	json_object_set_new(object, "resolved", json_boolean(row->resolved));
	return object;
}

static json_t *plan_json(const struct embargo_report_plan *plan)
{
	json_t *list = json_array(), *object;
	size_t i;

	for (i = 0; i < plan->count; i++) {
		const struct embargo_report_step *step = &plan->steps[i];
		_cleanup_free_ char *text = embargo_report_step_text(step);

		object = json_object();
		embargo_json_string(object, "product", step->product);
		embargo_json_string(object, "action", embargo_report_action_names[step->action]);
		json_object_set_new(object, "by_hand", json_boolean(step->by_hand));
		embargo_json_string(object, "target", step->target);
		embargo_json_string(object, "detail", step->detail);
		embargo_json_string(object, "sha256",
				    step->action == EMBARGO_STEP_FILE ? step->sha256 : NULL);
		embargo_json_string(object, "manager", step->manager);
		embargo_json_string(object, "command", text);
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *host_json(const struct embargo_report_host *host)
{
	json_t *object = json_object();

	embargo_json_string(object, "host", host->name);
	embargo_json_string(object, "machine_id", host->machine_id);
	embargo_json_string(object, "kernel", host->kernel);
	embargo_json_string(object, "mode", embargo_report_mode_names[host->mode]);
	json_object_set_new(object, "seen", json_boolean(host->received));
	json_object_set_new(object, "expected", json_boolean(host->expected));
	json_object_set_new(object, "scanned", json_boolean(host->scanned));
	json_object_set_new(object, "complete",
			    json_boolean(host->scanned && !host->incomplete && !host->partial));
	json_object_set_new(object, "troubles", number(host->warnings));
	embargo_json_string(object, "first_trouble", host->warning);
	set_time(object, "last_seen", host->seen);
	set_time(object, "first_scan", host->first_scan);
	json_object_set_new(object, "active", number(host->active));
	json_object_set_new(object, "denied", number(host->denied));
	json_object_set_new(object, "would_deny", number(host->would_deny));
	json_object_set_new(object, "lost_events", number(host->lost));
	return object;
}

int embargo_report_json_host(const struct embargo_report_host *host, const struct embargo_report_rows *rows,
			     const struct embargo_report_plan *plan, bool first, FILE *out)
{
	json_t *object = host_json(host), *findings = json_array(), *events = json_array();
	int r;
	size_t i;

	for (i = 0; i < rows->count; i++)
		json_array_append_new(rows->list[i]->event ? events : findings, row_json(rows->list[i]));
	json_object_set_new(object, "findings", findings);
	json_object_set_new(object, "events", events);
	json_object_set_new(object, "plan", plan_json(plan));
	fputs(first ? "\n" : ",\n", out);
	r = json_dumpf(object, out, JSON_COMPACT);
	json_decref(object);
	return r || ferror(out) ? -EIO : 0;
}

int embargo_report_json_end(FILE *out)
{
	fputs("\n]}\n", out);
	return ferror(out) ? -EIO : 0;
}
