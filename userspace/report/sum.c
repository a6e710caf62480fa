// SPDX-License-Identifier: GPL-2.0-or-later
/* Host by host, what was found is added up. */
#include <errno.h>
#include <string.h>

#include "userspace/report/report.h"

#define DAY 86400
#define REST "…" /* evidence beyond what is kept apart */

bool embargo_report_is_ban(const struct embargo_report_row *row)
{
	return strcmp(row->text[EMBARGO_ROW_VERDICT], "audited") != 0;
}

static void count_add(struct embargo_report_count *count, const struct embargo_report_host *host,
		      const struct embargo_report_row *row)
{
	const char *verdict = row->text[EMBARGO_ROW_VERDICT];

	if (count->last_host != host)
		count->hosts++;
	count->last_host = host;
	if (!row->event && embargo_report_is_ban(row)) {
		count->findings++;
		count->active += row->active;
	} else if (!row->event) {
		count->watched++;
	} else if (!strcmp(verdict, "denied")) {
		count->denied += row->count;
	} else if (!strcmp(verdict, "would-deny")) {
		count->would_deny += row->count;
	} else {
		count->audited += row->count;
	}
}

static int count_in(struct embargo_report_table *table, const char *name,
		    const struct embargo_report_host *host, const struct embargo_report_row *row)
{
	struct embargo_report_count *count = embargo_report_entry(table, name, sizeof(*count));

	if (!count)
		return -ENOMEM;
	count_add(count, host, row);
	return 0;
}

static struct embargo_report_row *row_copy(const struct embargo_report_row *row)
{
	_cleanup_(embargo_report_row_freep) struct embargo_report_row *copy = malloc(sizeof(*copy));
	size_t size;
	int i;

	if (!copy)
		return NULL;
	*copy = *row;
	size = row->text[EMBARGO_REPORT_FIELDS - 1] - row->strings +
	       strlen(row->text[EMBARGO_REPORT_FIELDS - 1]) + 1;
	copy->product = strdup(row->product);
	copy->strings = malloc(size);
	if (!copy->product || !copy->strings)
		return NULL;
	memcpy(copy->strings, row->strings, size);
	for (i = 0; i < EMBARGO_REPORT_FIELDS; i++)
		copy->text[i] = copy->strings + (row->text[i] - row->strings);
	return TAKE_PTR(copy);
}

/* Another path of the same file, so that two can be shown. */
static void path_add(struct embargo_report_count *count, const struct embargo_report_row *row)
{
	const char *path = row->text[EMBARGO_ROW_PATH];
	char *joined;

	if (count->paths >= 2 || !*path || !strcmp(path, count->example->text[EMBARGO_ROW_PATH]) ||
	    (count->more_paths && !strcmp(path, count->more_paths)))
		return;
	if (asprintf(&joined, "%s%s%s", count->more_paths ?: "", count->more_paths ? "\n" : "", path) < 0)
		return;
	free(count->more_paths);
	count->more_paths = joined;
	count->paths++;
}

/* The same contents under the same rule are one piece of evidence; without a hash, the same name. */
static int evidence_in(struct embargo_report *report, const struct embargo_report_host *host,
		       const struct embargo_report_row *row)
{
	const char *hash = row->text[EMBARGO_ROW_SHA256];
	const char *thing = *hash			      ? hash
			    : *row->text[EMBARGO_ROW_PACKAGE] ? row->text[EMBARGO_ROW_PACKAGE]
			    : *row->text[EMBARGO_ROW_UNIT]    ? row->text[EMBARGO_ROW_UNIT]
							      : row->text[EMBARGO_ROW_PATH];
	_cleanup_free_ char *name = NULL;
	struct embargo_report_count *count;

	if (asprintf(&name, "%s\n%s\n%s\n%s", row->product, *hash ? "" : row->text[EMBARGO_ROW_KIND], thing,
		     row->text[EMBARGO_ROW_RULE_NAME]) < 0)
		return -ENOMEM;
	if (report->evidence.count >= EMBARGO_REPORT_GROUPS &&
	    !embargo_report_find(&report->evidence, name)) {
		report->grouped = true;
		return count_in(&report->evidence, REST, host, row);
	}
	count = embargo_report_entry(&report->evidence, name, sizeof(*count));
	if (!count)
		return -ENOMEM;
	if (!count->example) {
		count->example = row_copy(row);
		count->example_host = strdup(host->name);
		if (!count->example || !count->example_host)
			return -ENOMEM;
	}
	path_add(count, row);
	count_add(count, host, row);
	return 0;
}

static int row_sum(struct embargo_report *report, struct embargo_report_host *host,
		   const struct embargo_report_row *row)
{
	struct embargo_report_count own = {0};
	int r = 0;

	count_add(&own, host, row);
	host->findings += own.findings;
	host->active += own.active;
	host->watched += own.watched;
	host->denied += own.denied;
	host->would_deny += own.would_deny;
	host->audited += own.audited;
	if (embargo_report_is_ban(row))
		r = count_in(&report->products, row->product, host, row);
	if (!r && !row->event && embargo_report_is_ban(row))
		r = count_in(&report->kinds, row->text[EMBARGO_ROW_KIND], host, row);
	return r ?: evidence_in(report, host, row);
}

static int moment_sum(struct embargo_report *report, const struct embargo_report_moment *moment)
{
	const char *verdict = moment->row->text[EMBARGO_ROW_VERDICT];
	struct embargo_report_day *day;
	char name[EMBARGO_REPORT_TIME];

	day = embargo_report_entry(&report->days, embargo_report_date(moment->time, name), sizeof(*day));
	if (!day)
		return -ENOMEM;
	if (!strcmp(verdict, "denied"))
		day->denied += moment->count;
	else if (!strcmp(verdict, "would-deny"))
		day->would_deny += moment->count;
	else
		day->audited += moment->count;
	return 0;
}

static int host_rows_sum(struct embargo_report *report, struct embargo_report_host *host)
{
	struct embargo_report_rows rows;
	const char *product = "";
	size_t i;
	int r = embargo_report_rows(report, host, &rows);

	if (r)
		return r;
	for (i = 0; !r && i < rows.count; i++) {
		r = row_sum(report, host, rows.list[i]);
		if (i < rows.findings && embargo_report_is_ban(rows.list[i]) &&
		    strcmp(product, rows.list[i]->product) != 0) {
			host->products++;
			product = rows.list[i]->product;
		}
	}
	for (i = 0; !r && i < rows.moment_count; i++)
		r = moment_sum(report, &rows.moments[i]);
	report->totals.repeated += rows.repeated;
	embargo_report_rows_clear(&rows);
	return r;
}

static void host_sum(struct embargo_report *report, const struct embargo_report_host *host)
{
	struct embargo_report_totals *totals = &report->totals;
	uint32_t i;
	int by;

	totals->expected += host->expected;
	totals->hosts++;
	if (!host->received) {
		totals->missing++;
		return;
	}
	totals->unexpected += report->listed && !host->expected;
	totals->scanned += host->scanned;
	totals->unscanned += !host->scanned;
	totals->incomplete += host->scanned && host->incomplete;
	totals->partial += host->partial;
	totals->troubled += host->warnings > 0;
	totals->mode[host->mode]++;
	totals->with_findings += host->findings > 0;
	totals->with_active += host->active > 0;
	totals->findings += host->findings;
	totals->active += host->active;
	totals->watched += host->watched;
	totals->denied += host->denied;
	totals->would_deny += host->would_deny;
	totals->audited += host->audited;
	totals->lost += host->lost;
	for (i = 0; i < host->scan_count; i++)
		totals->superseded += host->scans[i].superseded;
	for (by = 0; by < 3 && report->since != EMBARGO_REPORT_NO_TIME; by++)
		totals->scanned_by[by] += host->first_scan != EMBARGO_REPORT_NO_TIME &&
					  host->first_scan < report->since + (30 * (by + 1) + 1) * DAY;
}

int embargo_report_sum(struct embargo_report *report)
{
	_cleanup_free_ struct embargo_report_host **hosts = embargo_report_list(&report->hosts);
	size_t i;
	int r = hosts ? 0 : -ENOMEM;

	for (i = 0; !r && i < report->hosts.count; i++) {
		embargo_report_supersede(hosts[i]);
		if (hosts[i]->received)
			r = host_rows_sum(report, hosts[i]);
		host_sum(report, hosts[i]);
	}
	return r;
}
