// SPDX-License-Identifier: GPL-2.0-or-later
/* Findings, events and steps as tables. */
#include <string.h>

#include "userspace/report/out.h"
#include "userspace/base/text.h"

/* @c: one line, nothing hidden in it */
static void plain_put(const char *c, FILE *out)
{
	bool quoted = strpbrk(c, ",\"") || *c == ' ' || (*c && c[strlen(c) - 1] == ' ');

	if (quoted)
		fputc('"', out);
	if (*c && strchr("=+-@", *c))
		fputc('\'', out);
	for (; *c; c++) {
		if (*c == '"')
			fputc('"', out);
		fputc(*c, out);
	}
	if (quoted)
		fputc('"', out);
}

void embargo_report_csv_cell(const char *text, FILE *out)
{
	_cleanup_free_ char *shown = embargo_text(text, strlen(text));

	plain_put(shown ?: "?", out);
}

static void put(const char *text, FILE *out)
{
	embargo_report_csv_cell(text, out);
	fputc(',', out);
}

static void put_number(int64_t number, FILE *out)
{
	if (number >= 0)
		fprintf(out, "%lld", (long long)number);
	fputc(',', out);
}

void embargo_report_csv_head(FILE *out)
{
	int i;

	fputs("type,host,product,", out);
	for (i = 0; i < EMBARGO_REPORT_FIELDS; i++)
		fprintf(out, "%s,", embargo_report_field_names[i]);
	fputs("active,resolved,size,pid,policy_line,count,first,last\r\n", out);
}

void embargo_report_csv_rows(const struct embargo_report_host *host, const struct embargo_report_rows *rows,
			     FILE *out)
{
	char first[EMBARGO_REPORT_TIME], last[EMBARGO_REPORT_TIME];
	const struct embargo_report_row *row;
	size_t i;
	int field;

	for (i = 0; i < rows->count; i++) {
		row = rows->list[i];
		put(row->event ? "event" : "finding", out);
		put(host->name, out);
		put(row->product, out);
		for (field = 0; field < EMBARGO_REPORT_FIELDS; field++)
			put(row->text[field], out);
		put(row->event ? "" : row->active ? "true" : "false", out);
		put(row->event ? "" : row->resolved ? "true" : "false", out);
		put_number(row->event ? EMBARGO_REPORT_NONE : row->size, out);
		put_number(row->pid, out);
		put_number(row->policy_line, out);
		put_number(row->event ? (int64_t)row->count : EMBARGO_REPORT_NONE, out);
		fprintf(out, "%s,%s\r\n", embargo_report_time(row->time, first),
			embargo_report_time(row->last, last));
	}
}

void embargo_report_csv_plan_head(FILE *out)
{
	fputs("host,step,product,action,by_hand,target,detail,sha256,manager,command\r\n", out);
}

void embargo_report_csv_plan(const struct embargo_report_host *host, const struct embargo_report_plan *plan,
			     FILE *out)
{
	const struct embargo_report_step *step;
	size_t i;

	for (i = 0; i < plan->count; i++) {
		_cleanup_free_ char *text = embargo_report_step_text(&plan->steps[i]);

		step = &plan->steps[i];
		put(host->name, out);
		put_number(i + 1, out);
		put(step->product, out);
		put(embargo_report_action_names[step->action], out);
		put(step->by_hand ? "true" : "false", out);
		put(step->target, out);
		put(step->detail, out);
		put(step->action == EMBARGO_STEP_FILE ? step->sha256 : "", out);
		put(step->manager, out);
		plain_put(text ?: "?", out); /* to be pasted: a backslash of it is the shell's */
		fputs("\r\n", out);
	}
}
