// SPDX-License-Identifier: GPL-2.0-or-later
/* The report in a few lines, for a terminal. */
#include <string.h>

#include "userspace/report/out.h"
#include "userspace/base/text.h"

#define MAX 10

static void put(const char *text, FILE *out)
{
	_cleanup_free_ char *shown = embargo_text_escape(text, strlen(text), "");

	fputs(shown ?: "?", out);
}

static void counts_put(const char *title, const struct embargo_report_table *table, FILE *out)
{
	_cleanup_free_ struct embargo_report_count **counts = embargo_report_counts(table);
	size_t i;

	if (!counts || !table->count)
		return;
	fprintf(out, "\n%-40s %8s %8s %8s %8s %8s\n", title, "hosts", "findings", "in use", "denied",
		"would be");
	for (i = 0; i < table->count && i < MAX; i++) {
		const struct embargo_report_count *c = counts[i];
		_cleanup_free_ char *name = embargo_text_escape(c->name, strlen(c->name), "");

		fprintf(out, "  %-38.100s %8u %8llu %8llu %8llu %8llu\n", name ?: "?", c->hosts,
			(unsigned long long)c->findings, (unsigned long long)c->active,
			(unsigned long long)c->denied, (unsigned long long)c->would_deny);
	}
	if (table->count > MAX)
		fprintf(out, "  … and %zu more\n", table->count - MAX);
}

static void hosts_put(const struct embargo_report *report, FILE *out)
{
	_cleanup_free_ struct embargo_report_host **hosts = embargo_report_hosts(report);
	size_t i;

	if (!hosts || !report->totals.with_findings)
		return;
	fprintf(out, "\n%-40s %8s %8s %8s\n", "hosts", "findings", "in use", "mode");
	for (i = 0; i < report->hosts.count && i < MAX && hosts[i]->findings; i++) {
		fputs("  ", out);
		put(hosts[i]->name, out);
		fprintf(out, "%*s %8llu %8llu %8s\n",
			(int)(strlen(hosts[i]->name) < 38 ? 38 - strlen(hosts[i]->name) : 0), "",
			(unsigned long long)hosts[i]->findings, (unsigned long long)hosts[i]->active,
			embargo_report_mode_names[hosts[i]->mode]);
	}
	if (report->totals.with_findings > MAX)
		fprintf(out, "  … and %llu more\n", (unsigned long long)report->totals.with_findings - MAX);
}

void embargo_report_text(const struct embargo_report *report, FILE *out)
{
	const struct embargo_report_totals *t = &report->totals;
	struct embargo_report_milestone milestones[EMBARGO_REPORT_MILESTONES];
	_cleanup_free_ char *headline = embargo_report_headline(report), *gaps = embargo_report_gaps(report);
	char date[EMBARGO_REPORT_TIME];
	int i;

	fprintf(out, "%s.\n", headline ?: "?");
	if (gaps)
		fprintf(out, "Not all was looked at: %s.\n", gaps);
	fprintf(out,
		"Hosts: %llu; %llu enforce, %llu audit, %llu have nothing loaded, of %llu it is not known.\n",
		(unsigned long long)t->hosts, (unsigned long long)t->mode[EMBARGO_REPORT_ENFORCE],
		(unsigned long long)t->mode[EMBARGO_REPORT_AUDIT],
		(unsigned long long)t->mode[EMBARGO_REPORT_OFF],
		(unsigned long long)(t->mode[EMBARGO_REPORT_UNKNOWN] + t->missing));
	fprintf(out, "Findings: %llu, %llu of them in use. Denied: %llu. Would have been denied: %llu.\n",
		(unsigned long long)t->findings, (unsigned long long)t->active, (unsigned long long)t->denied,
		(unsigned long long)t->would_deny);
	if (report->since != EMBARGO_REPORT_NO_TIME) {
		embargo_report_milestones(report, milestones);
		fprintf(out, "\nday %d of the directive\n", embargo_report_day_of(report));
		for (i = 0; i < EMBARGO_REPORT_MILESTONES; i++)
			fprintf(out, "  %s  day %d  %-12s %s: %s\n",
				embargo_report_date(milestones[i].date, date), milestones[i].day,
				milestones[i].name, milestones[i].met ? "met" : "not met",
				milestones[i].state);
	}
	counts_put("products", &report->products, out);
	hosts_put(report, out);
}
