// SPDX-License-Identifier: GPL-2.0-or-later
/* What matters most comes first; what matters the same, by name. */
#include <string.h>

#include "userspace/report/out.h"

static int more(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int by_weight(const void *left, const void *right)
{
	const struct embargo_report_count *a = *(void *const *)left, *b = *(void *const *)right;
	int order = more(a->active, b->active);

	order = order ?: more(a->findings, b->findings);
	order = order ?: more(a->denied + a->would_deny, b->denied + b->would_deny);
	order = order ?: more(a->watched + a->audited, b->watched + b->audited);
	return order ?: strcmp(a->name, b->name);
}

static int by_need(const void *left, const void *right)
{
	const struct embargo_report_host *a = *(void *const *)left, *b = *(void *const *)right;
	int order = more(a->active, b->active);

	/* Where nothing is denied, what is present can come into use at any time. */
	order = order
			?: more(a->findings && a->mode != EMBARGO_REPORT_ENFORCE,
				b->findings && b->mode != EMBARGO_REPORT_ENFORCE);
	order = order ?: more(a->findings, b->findings);
	order = order ?: more(a->denied + a->would_deny, b->denied + b->would_deny);
	return order ?: strcmp(a->name, b->name);
}

struct embargo_report_count **embargo_report_counts(const struct embargo_report_table *table)
{
	struct embargo_report_count **list = embargo_report_list(table);

	if (list)
		qsort(list, table->count, sizeof(*list), by_weight);
	return list;
}

struct embargo_report_host **embargo_report_hosts(const struct embargo_report *report)
{
	struct embargo_report_host **list = embargo_report_list(&report->hosts);

	if (list)
		qsort(list, report->hosts.count, sizeof(*list), by_need);
	return list;
}
