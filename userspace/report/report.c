// SPDX-License-Identifier: GPL-2.0-or-later
/* The report in memory: made, and given back. */
#include <errno.h>

#include "userspace/report/report.h"

const char *const embargo_report_mode_names[EMBARGO_REPORT_MODES] = {
	[EMBARGO_REPORT_UNKNOWN] = "unknown",
	[EMBARGO_REPORT_OFF] = "not loaded",
	[EMBARGO_REPORT_AUDIT] = "audit",
	[EMBARGO_REPORT_ENFORCE] = "enforce",
};

int embargo_report_new(struct embargo_report **ret_report)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = calloc(1, sizeof(*report));
	int r;

	if (!report)
		return -ENOMEM;
	report->spool.fd = -1;
	report->since = EMBARGO_REPORT_NO_TIME;
	r = embargo_report_spool_open(&report->spool);
	if (r)
		return r;
	*ret_report = TAKE_PTR(report);
	return 0;
}

static void host_clear(void *entry)
{
	struct embargo_report_host *host = entry;
	char **path;
	uint32_t i;

	for (i = 0; i < host->scan_count; i++) {
		for (path = host->scans[i].paths; path && *path; path++)
			free(*path);
		free(host->scans[i].paths);
	}
	free(host->scans);
	free(host->machine_id);
	free(host->kernel);
	free(host->warning);
}

static void count_clear(void *entry)
{
	struct embargo_report_count *count = entry;

	embargo_report_row_free(count->example);
	free(count->example_host);
	free(count->more_paths);
}

void embargo_report_free(struct embargo_report *report)
{
	size_t i;

	if (!report)
		return;
	embargo_report_table_clear(&report->hosts, host_clear);
	embargo_report_table_clear(&report->products, count_clear);
	embargo_report_table_clear(&report->kinds, count_clear);
	embargo_report_table_clear(&report->evidence, count_clear);
	embargo_report_table_clear(&report->days, NULL);
	embargo_report_table_clear(&report->policies, NULL);
	embargo_report_inputs_clear(&report->inputs);
	for (i = 0; i < EMBARGO_REPORT_BAD; i++)
		free(report->bad[i]);
	embargo_report_spool_close(&report->spool);
	free(report);
}

struct embargo_report_host *embargo_report_host(struct embargo_report *report, const char *name)
{
	struct embargo_report_host *host = embargo_report_entry(&report->hosts, name, sizeof(*host));

	if (host && !host->received && !host->expected) {
		host->mode_time = host->seen = host->first_scan = EMBARGO_REPORT_NO_TIME;
		host->chain = EMBARGO_REPORT_NONE;
	}
	return host;
}
