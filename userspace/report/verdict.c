// SPDX-License-Identifier: GPL-2.0-or-later
/* What it all comes to: one sentence, what is missing of it, and the directive's three days. */
#include <string.h>

#include "userspace/report/out.h"

#define DAY 86400

const char *const embargo_report_level_names[] = {
	[EMBARGO_LEVEL_NOTHING] = "nothing-scanned", [EMBARGO_LEVEL_CLEAN] = "clean",
	[EMBARGO_LEVEL_GAPS] = "incomplete",	     [EMBARGO_LEVEL_PRESENT] = "present",
	[EMBARGO_LEVEL_ACTIVE] = "in-use",
};

const char *embargo_report_number(uint64_t number, char text[32])
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number), i;
	char *to = text;

	for (i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return text;
}

const char *embargo_report_plural(uint64_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

uint64_t embargo_report_complete(const struct embargo_report_totals *totals)
{
	return totals->scanned - totals->incomplete - totals->partial;
}

static bool has_gaps(const struct embargo_report_totals *totals)
{
	return totals->missing || totals->unscanned || totals->incomplete || totals->partial ||
	       totals->troubled;
}

enum embargo_report_level embargo_report_level(const struct embargo_report *report)
{
	const struct embargo_report_totals *totals = &report->totals;

	if (totals->with_active)
		return EMBARGO_LEVEL_ACTIVE;
	if (totals->with_findings)
		return EMBARGO_LEVEL_PRESENT;
	if (!totals->scanned)
		return EMBARGO_LEVEL_NOTHING;
	return has_gaps(totals) || report->bad_count ? EMBARGO_LEVEL_GAPS : EMBARGO_LEVEL_CLEAN;
}

char *embargo_report_headline(const struct embargo_report *report)
{
	const struct embargo_report_totals *totals = &report->totals;
	uint64_t idle = totals->with_findings - totals->with_active;
	char a[32], b[32], c[32], *text = NULL;
	int r = -1;

	embargo_report_number(totals->scanned, b);
	switch (embargo_report_level(report)) {
	case EMBARGO_LEVEL_ACTIVE:
		r = asprintf(&text, "Banned software is in use on %s of %s %s%s%s%s",
			     embargo_report_number(totals->with_active, a), b,
			     embargo_report_plural(totals->scanned, "host", "hosts"),
			     idle ? ", and present on " : "", idle ? embargo_report_number(idle, c) : "",
			     idle ? " more" : "");
		break;
	case EMBARGO_LEVEL_PRESENT:
		r = asprintf(&text, "Banned software is present on %s of %s %s, and in use on none",
			     embargo_report_number(totals->with_findings, a), b,
			     embargo_report_plural(totals->scanned, "host", "hosts"));
		break;
	case EMBARGO_LEVEL_GAPS:
		r = asprintf(&text, "No banned software was found on %s %s so far", b,
			     embargo_report_plural(totals->scanned, "host", "hosts"));
		break;
	case EMBARGO_LEVEL_CLEAN:
		r = asprintf(&text, "No banned software was found on %s %s", b,
			     embargo_report_plural(totals->scanned, "host", "hosts"));
		break;
	case EMBARGO_LEVEL_NOTHING:
		r = asprintf(&text,
			     totals->hosts ? "No host has been scanned" : "Nothing is known of any host");
		break;
	}
	return r < 0 ? NULL : text;
}

static void gap(FILE *out, uint64_t count, const char *one, const char *many)
{
	char text[32];

	if (count)
		fprintf(out, "%s%s %s", ftello(out) ? ", " : "", embargo_report_number(count, text),
			embargo_report_plural(count, one, many));
}

char *embargo_report_gaps(const struct embargo_report *report)
{
	const struct embargo_report_totals *totals = &report->totals;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	gap(out, totals->missing, "host was not seen", "hosts were not seen");
	gap(out, totals->unscanned, "host was heard of but not scanned",
	    "hosts were heard of but not scanned");
	gap(out, totals->incomplete, "scan is incomplete", "hosts have incomplete scans");
	gap(out, totals->partial, "host was scanned in part only", "hosts were scanned in part only");
	gap(out, totals->troubled, "host has files that could not be read",
	    "hosts have files that could not be read");
	gap(out, totals->lost, "event was lost", "events were lost");
	gap(out, report->bad_count, "line could not be read", "lines could not be read");
	if (fclose(out) || !size)
		return NULL;
	return TAKE_PTR(text);
}

int embargo_report_day_of(const struct embargo_report *report)
{
	int64_t seconds = report->now - report->since;

	return seconds >= 0 ? seconds / DAY : -(int)((-seconds + DAY - 1) / DAY);
}

void embargo_report_milestones(const struct embargo_report *report,
			       struct embargo_report_milestone ret_milestones[EMBARGO_REPORT_MILESTONES])
{
	static const char *const names[] = {"Identify", "Plan", "Discontinue"};
	const struct embargo_report_totals *totals = &report->totals;
	struct embargo_report_milestone *m = ret_milestones;
	char a[32], b[32], c[32];
	int i;

	for (i = 0; i < EMBARGO_REPORT_MILESTONES; i++)
		m[i] = (struct embargo_report_milestone){
			.day = 30 * (i + 1), .name = names[i], .date = report->since + 30 * (i + 1) * DAY};
	snprintf(m[0].state, sizeof(m[0].state), "%s of %s %s scanned completely, %s of them by day 30",
		 embargo_report_number(embargo_report_complete(totals), a),
		 embargo_report_number(totals->hosts, b),
		 embargo_report_plural(totals->hosts, "host", "hosts"),
		 embargo_report_number(totals->scanned_by[0], c));
	m[0].met = totals->hosts && embargo_report_complete(totals) == totals->hosts;
	if (totals->with_findings)
		snprintf(m[1].state, sizeof(m[1].state),
			 "Removal steps for %s %s with findings are in this report; %s%.100s",
			 embargo_report_number(totals->with_findings, a),
			 embargo_report_plural(totals->with_findings, "host", "hosts"),
			 report->approved ? "approved by " : "nobody has approved them yet",
			 report->approved ?: "");
	else
		snprintf(m[1].state, sizeof(m[1].state), "%s",
			 m[0].met ? "No host has findings: there is nothing to plan"
				  : "No host that was scanned has findings; not all were");
	/* That steps are printed is no plan: it counts when somebody stands for it. */
	m[1].met = totals->with_findings ? report->approved != NULL : m[0].met;
	snprintf(m[2].state, sizeof(m[2].state), "%s %s left with findings; %s of %s %s the ban",
		 embargo_report_number(totals->with_findings, a),
		 embargo_report_plural(totals->with_findings, "host", "hosts"),
		 embargo_report_number(totals->mode[EMBARGO_REPORT_ENFORCE], b),
		 embargo_report_number(totals->hosts, c),
		 embargo_report_plural(totals->hosts, "host enforces", "hosts enforce"));
	m[2].met = totals->hosts && !totals->with_findings &&
		   totals->mode[EMBARGO_REPORT_ENFORCE] == totals->hosts && m[0].met;
}
