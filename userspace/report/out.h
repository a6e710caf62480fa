/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report as pages, tables and objects. */
#ifndef EMBARGO_USERSPACE_REPORT_OUT_H
#define EMBARGO_USERSPACE_REPORT_OUT_H

#include "userspace/report/plan.h"

/* verdict.c */
enum embargo_report_level {
	EMBARGO_LEVEL_NOTHING, /* was looked at */
	EMBARGO_LEVEL_CLEAN,
	EMBARGO_LEVEL_GAPS, /* nothing found, but not all was looked at */
	EMBARGO_LEVEL_PRESENT,
	EMBARGO_LEVEL_ACTIVE,
};

extern const char *const embargo_report_level_names[];

enum embargo_report_level embargo_report_level(const struct embargo_report *report);
/* One sentence; to be freed. NULL: no memory */
char *embargo_report_headline(const struct embargo_report *report);
/* What keeps it from being the whole truth, or NULL; to be freed */
char *embargo_report_gaps(const struct embargo_report *report);

/* What the directive wants by day 30, 60 and 90. */
struct embargo_report_milestone {
	int day;
	int64_t date;
	const char *name;
	char state[200];
	bool met;
};

#define EMBARGO_REPORT_MILESTONES 3

void embargo_report_milestones(const struct embargo_report *report,
			       struct embargo_report_milestone ret_milestones[EMBARGO_REPORT_MILESTONES]);
/* Days since the directive. */
int embargo_report_day_of(const struct embargo_report *report);
/* "12,345" */
const char *embargo_report_number(uint64_t number, char text[32]);
/* Hosts of which all was scanned. */
uint64_t embargo_report_complete(const struct embargo_report_totals *totals);
/* "host" or "hosts" */
const char *embargo_report_plural(uint64_t count, const char *one, const char *many);

/* order.c: lists for people, the weightiest first; arrays to be freed, NULL: no memory */
struct embargo_report_count **embargo_report_counts(const struct embargo_report_table *table);
struct embargo_report_host **embargo_report_hosts(const struct embargo_report *report);

/* csv.c: RFC 4180; a cell that a spreadsheet would take for a formula begins with an apostrophe */
void embargo_report_csv_cell(const char *text, FILE *out);
void embargo_report_csv_head(FILE *out);
void embargo_report_csv_rows(const struct embargo_report_host *host, const struct embargo_report_rows *rows,
			     FILE *out);
void embargo_report_csv_plan_head(FILE *out);
void embargo_report_csv_plan(const struct embargo_report_host *host, const struct embargo_report_plan *plan,
			     FILE *out);

/* json.c: one object, written host by host; 0 or -errno */
int embargo_report_json_head(const struct embargo_report *report, FILE *out);
int embargo_report_json_host(const struct embargo_report_host *host, const struct embargo_report_rows *rows,
			     const struct embargo_report_plan *plan, bool first, FILE *out);
int embargo_report_json_end(FILE *out);

/* text.c: for a terminal */
void embargo_report_text(const struct embargo_report *report, FILE *out);

/* html.c: one page without anything from elsewhere. @rest: where what it leaves out is, or NULL */
int embargo_report_html(struct embargo_report *report, const char *rest, FILE *out);

/* write.c: what goes to a file of each host, in one go over all of them; FILEs may be NULL */
struct embargo_report_outputs {
	FILE *csv;
	FILE *json;
	FILE *plan;
	const char *scripts; /* a directory, or NULL */
	uint64_t script_count;
};

int embargo_report_write(struct embargo_report *report, struct embargo_report_outputs *outputs);

#endif
