// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The report as assessment results of OSCAL: what was found or refused is an observation, and each host has a
 * finding on CM-7(4) of NIST SP 800-53, "unauthorized software, deny by exception". Sections follow each
 * other, so hosts are gone over once for each, and the rows of one are in memory at a time.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "policy/plural.h"
#include "userspace/report/oscal.h"

#define CONTROL "cm-7.4"

static int observation_uuid(json_t *object, const char *key, const struct embargo_report_host *host,
			    const struct embargo_report_row *row)
{
	const char *of[EMBARGO_REPORT_FIELDS + 2];
	char numbers[100];
	int i;

	snprintf(numbers, sizeof(numbers), "%d %" PRId64 " %" PRId64, row->event, row->event ? 0 : row->pid,
		 row->event ? row->time : 0);
	of[0] = host->name;
	of[1] = numbers;
	for (i = 0; i < EMBARGO_REPORT_FIELDS; i++)
		of[i + 2] = row->text[i];
	return embargo_oscal_uuid(object, key, "observation", of, EMBARGO_REPORT_FIELDS + 2);
}

/* The time of the scan that saw it, of the last such event, or of the report. */
static int64_t collected(const struct embargo_report *report, const struct embargo_report_host *host,
			 const struct embargo_report_row *row)
{
	int64_t time = row->event ? row->last : EMBARGO_REPORT_NO_TIME;

	if (!row->event && row->scan < host->scan_count)
		time = host->scans[row->scan].time;
	return time == EMBARGO_REPORT_NO_TIME ? report->now : time;
}

static void sentence_put(json_t *object, const struct embargo_report_row *row)
{
	const char *what = row->text[EMBARGO_ROW_PATH];
	char text[1500];

	what = *what ? what : row->text[EMBARGO_ROW_PACKAGE];
	what = *what ? what : row->text[EMBARGO_ROW_UNIT];
	snprintf(text, sizeof(text), "%.300s: %s %.100s %.900s", row->product ?: "?",
		 row->event ? "an attempt at" : "found as", row->text[EMBARGO_ROW_KIND], what);
	embargo_oscal_text(object, "description", text, "?");
}

static json_t *observation(const struct embargo_report *report, const struct embargo_report_host *host,
			   const struct embargo_report_row *row)
{
	json_t *object = json_object(), *subject = json_pack("{s:s}", "type", "inventory-item");
	char time[EMBARGO_OSCAL_TIME], name[64];
	int i;

	if (observation_uuid(object, "uuid", host, row) ||
	    embargo_oscal_host_uuid(subject, "subject-uuid", host)) {
		json_decref(object);
		json_decref(subject);
		return NULL;
	}
	sentence_put(object, row);
	for (i = 0; i < EMBARGO_REPORT_FIELDS; i++) {
		snprintf(name, sizeof(name), "%s", embargo_report_field_names[i]);
		embargo_oscal_prop(object, name, row->text[i]);
	}
	json_object_set_new(object, "methods", json_pack("[s]", row->event ? "TEST" : "EXAMINE"));
	json_object_set_new(object, "types", json_pack("[s]", "finding"));
	json_object_set_new(object, "subjects", json_pack("[o]", subject));
	json_object_set_new(object, "collected",
			    json_string(embargo_oscal_time(collected(report, host, row), time)));
	return object;
}

/* Is nothing there, and was all looked at? Only that satisfies. */
static bool satisfied(const struct embargo_report_host *host)
{
	return host->scanned && !host->incomplete && !host->partial && !host->findings;
}

static json_t *finding(const struct embargo_report_host *host, const struct embargo_report_rows *rows)
{
	json_t *object = json_object(), *related = json_array(), *one;
	char text[400];
	int r = embargo_oscal_uuid(object, "uuid", "finding", (const char *const[]){host->name}, 1);
	size_t i;

	snprintf(text, sizeof(text), "Banned software on %.200s", host->name);
	embargo_oscal_text(object, "title", text, "?");
	snprintf(text, sizeof(text), "%" PRIu64 " %s, %" PRIu64 " of them in use; %" PRIu64 " %s refused; %s",
		 host->findings, embargo_plural(host->findings, "finding", "findings"), host->active,
		 host->denied, embargo_plural(host->denied, "attempt", "attempts"),
		 !host->scanned	    ? "no scan of it counts"
		 : host->incomplete ? "its scan was not complete"
		 : host->partial    ? "only a part of it was scanned"
				    : "its scan was complete");
	embargo_oscal_text(object, "description", text, "?");
	json_object_set_new(object, "target",
			    json_pack("{s:s, s:s, s:{s:s}}", "type", "objective-id", "target-id",
				      CONTROL "_obj", "status", "state",
				      satisfied(host) ? "satisfied" : "not-satisfied"));
	for (i = 0; !r && i < rows->count; i++) {
		one = json_object();
		r = observation_uuid(one, "observation-uuid", host, rows->list[i]);
		json_array_append_new(related, one);
	}
	if (json_array_size(related))
		json_object_set(object, "related-observations", related);
	json_decref(related);
	if (r) {
		json_decref(object);
		return NULL;
	}
	return object;
}

enum section { HOSTS, OBSERVATIONS, FINDINGS };

static int host_put(struct embargo_report *report, struct embargo_report_host *host, enum section section,
		    struct embargo_oscal_list *list)
{
	struct embargo_report_rows rows;
	int r;
	size_t i;

	if (section == HOSTS)
		return embargo_oscal_item(list, embargo_oscal_host(host));
	r = embargo_report_rows(report, host, &rows);
	if (r)
		return r;
	for (i = 0; section == OBSERVATIONS && !r && i < rows.count; i++)
		r = embargo_oscal_item(list, observation(report, host, rows.list[i]));
	if (section == FINDINGS)
		r = embargo_oscal_item(list, finding(host, &rows));
	embargo_report_rows_clear(&rows);
	return r;
}

static int section_put(struct embargo_report *report, enum section section, const char *name, FILE *out)
{
	_cleanup_free_ struct embargo_report_host **hosts = embargo_report_list(&report->hosts);
	struct embargo_oscal_list list = {.out = out, .name = name, .first = section == HOSTS};
	int r = hosts ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; !r && i < report->hosts.count; i++)
		r = host_put(report, hosts[i], section, &list);
	embargo_oscal_end(&list);
	return r;
}

/* There is no plan of the assessment but the command itself; OSCAL wants a reference to one. */
static int result_head(const struct embargo_report *report, json_t *back, FILE *out)
{
	_cleanup_free_ char *headline = embargo_report_headline(report), *text = NULL;
	char now[EMBARGO_OSCAL_TIME];
	json_t *result = json_object();
	int r = embargo_oscal_report_uuid(result, "uuid", "result", report)
			?: embargo_oscal_report_uuid(back, "uuid", "plan", report);

	embargo_oscal_text(result, "title", report->title, "Banned software");
	embargo_oscal_text(result, "description", headline ?: "", "Banned software");
	json_object_set_new(result, "start", json_string(embargo_oscal_time(report->now, now)));
	json_object_set_new(result, "reviewed-controls",
			    json_pack("{s:[{s:[{s:s}]}]}", "control-selections", "include-controls",
				      "control-id", CONTROL));
	text = json_dumps(result, JSON_COMPACT);
	json_decref(result);
	if (r || !text)
		return r ?: -ENOMEM;
	text[strlen(text) - 1] = 0;
	fprintf(out, ",\n\"import-ap\":{\"href\":\"#%s\"},\n\"results\":[%s",
		json_string_value(json_object_get(back, "uuid")), text);
	return 0;
}

int embargo_report_oscal(struct embargo_report *report, FILE *out)
{
	json_t *back = json_object();
	int r = embargo_oscal_head(report, "assessment-results", out) ?: result_head(report, back, out);

	if (!r && report->hosts.count) {
		fputs(",\n\"local-definitions\":{", out);
		r = section_put(report, HOSTS, "inventory-items", out);
		fputc('}', out);
	}
	r = r ?: section_put(report, OBSERVATIONS, "observations", out);
	r = r ?: section_put(report, FINDINGS, "findings", out);
	if (!r) {
		embargo_oscal_text(back, "title", "embargo scan, events and status of each host", "?");
		fputs("}],\n\"back-matter\":{\"resources\":[", out);
		r = json_dumpf(back, out, JSON_COMPACT) ? -EIO : 0;
		fputs("]}}}\n", out);
	}
	json_decref(back);
	return r ?: ferror(out) ? -EIO : 0;
}
