// SPDX-License-Identifier: GPL-2.0-or-later
/* Host by host: rows, steps and scripts to their files. */
#include <errno.h>

#include "policy/whole_file.h"
#include "userspace/report/out.h"

static int script_write(const struct embargo_report *report, struct embargo_report_outputs *outputs,
			const struct embargo_report_host *host, const struct embargo_report_plan *plan)
{
	_cleanup_free_ char *name = embargo_report_script_name(host->name), *path = NULL;
	_cleanup_(embargo_whole_file_close) struct embargo_whole_file file = {0};
	int r;

	if (!plan->count)
		return 0;
	if (!name || asprintf(&path, "%s/%s", outputs->scripts, name) < 0)
		return -ENOMEM;
	r = embargo_whole_file_open(path, &file, NULL);
	r = r ?: embargo_report_script(report, host, plan, file.stream);
	r = r ?: embargo_whole_file_publish(&file, NULL);
	outputs->script_count++;
	return r;
}

static int host_write(struct embargo_report *report, struct embargo_report_outputs *outputs,
		      struct embargo_report_host *host, bool first)
{
	struct embargo_report_plan plan;
	struct embargo_report_rows rows;
	int r = embargo_report_rows(report, host, &rows);

	if (r)
		return r;
	r = embargo_report_plan_make(host, &rows, &plan);
	if (!r && outputs->csv)
		embargo_report_csv_rows(host, &rows, outputs->csv);
	if (!r && outputs->plan)
		embargo_report_csv_plan(host, &plan, outputs->plan);
	if (!r && outputs->json)
		r = embargo_report_json_host(host, &rows, &plan, first, outputs->json);
	if (!r && outputs->scripts)
		r = script_write(report, outputs, host, &plan);
	embargo_report_plan_clear(&plan);
	embargo_report_rows_clear(&rows);
	return r;
}

int embargo_report_write(struct embargo_report *report, struct embargo_report_outputs *outputs)
{
	_cleanup_free_ struct embargo_report_host **hosts = embargo_report_list(&report->hosts);
	size_t i;
	int r = hosts ? 0 : -ENOMEM;

	if (!outputs->csv && !outputs->plan && !outputs->json && !outputs->scripts)
		return r;
	if (outputs->csv)
		embargo_report_csv_head(outputs->csv);
	if (outputs->plan)
		embargo_report_csv_plan_head(outputs->plan);
	if (!r && outputs->json)
		r = embargo_report_json_head(report, outputs->json);
	for (i = 0; !r && i < report->hosts.count; i++) {
		r = host_write(report, outputs, hosts[i], !i);
		if (report->progress)
			report->progress(report->progress_context, i + 1, report->hosts.count);
	}
	if (!r && outputs->json)
		r = embargo_report_json_end(outputs->json);
	return r;
}
