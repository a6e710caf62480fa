// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts of which not enough is known, or that are not guarded yet: by name. */
#include "userspace/report/html.h"

#define NAMES 120

static bool is_missing(const struct embargo_report_host *host)
{
	return !host->received;
}

static bool is_unscanned(const struct embargo_report_host *host)
{
	return host->received && !host->scanned;
}

static bool is_incomplete(const struct embargo_report_host *host)
{
	return host->scanned && host->incomplete;
}

static bool is_partial(const struct embargo_report_host *host)
{
	return host->partial;
}

static bool is_warned(const struct embargo_report_host *host)
{
	return host->warnings > 0;
}

static bool is_audit(const struct embargo_report_host *host)
{
	return host->received && host->mode == EMBARGO_REPORT_AUDIT;
}

static bool is_off(const struct embargo_report_host *host)
{
	return host->received && host->mode == EMBARGO_REPORT_OFF;
}

static bool is_unknown(const struct embargo_report_host *host)
{
	return host->received && host->mode == EMBARGO_REPORT_UNKNOWN;
}

static bool is_lossy(const struct embargo_report_host *host)
{
	return host->lost > 0;
}

static bool is_stranger(const struct embargo_report_host *host)
{
	return host->received && !host->expected;
}

static const struct list {
	const char *title;
	const char *why;
	bool (*has)(const struct embargo_report_host *host);
	bool warning; /* show the first */
	bool listed;  /* only where a list of hosts was given */
} lists[] = {
	{"Not seen", "They are on the list of hosts, and nothing of theirs was given.", is_missing, false,
	 false},
	{"Not scanned", "They were heard of, but no scan of theirs was given.", is_unscanned, false, false},
	{"Scan incomplete", "The scan was cut short, or lines of it are missing.", is_incomplete, false,
	 false},
	{"Scanned in part only", "No scan of / and of what is in use is among what was given.", is_partial,
	 false, false},
	{"Files that could not be read", "With the first of them.", is_warned, true, false},
	{"Nothing loaded", "Neither denies nor observes.", is_off, false, false},
	{"In audit", "Banned software still runs there.", is_audit, false, false},
	{"Mode unknown", "Nothing that was given says whether they enforce.", is_unknown, false, false},
	{"Events were lost", "The kernel's ring was full: more was denied than is counted here.", is_lossy,
	 false, false},
	{"Not on the list of hosts", "They reported, but nobody expected them.", is_stranger, false, true},
};

static size_t count_of(const struct embargo_report *report, struct embargo_report_host *const *hosts,
		       const struct list *list)
{
	size_t count = 0, i;

	for (i = 0; i < report->hosts.count; i++)
		count += list->has(hosts[i]);
	return count;
}

static void list_put(const struct embargo_html *page, struct embargo_report_host *const *hosts,
		     const struct list *list, size_t count)
{
	size_t shown = 0, i;

	fprintf(page->out, "<h3>%s: ", list->title);
	embargo_html_number(page, count);
	fprintf(page->out, "</h3><p class=\"why\">%s</p>\n<ul class=\"names\">", list->why);
	for (i = 0; i < page->report->hosts.count && shown < NAMES; i++) {
		if (!list->has(hosts[i]))
			continue;
		shown++;
		fputs("<li>", page->out);
		embargo_html_text(page, hosts[i]->name);
		if (list->warning && hosts[i]->warning) {
			fputs(" <span class=\"why\">", page->out);
			embargo_html_words(page, hosts[i]->warning);
			fputs("</span>", page->out);
		}
		fputs("</li>", page->out);
	}
	fputs("</ul>\n", page->out);
	if (shown < count) {
		fputs("<p class=\"note\">and ", page->out);
		embargo_html_number(page, count - shown);
		fputs(" more; <code>--json FILE</code> has every host.</p>\n", page->out);
	}
}

void embargo_html_attention(const struct embargo_html *page)
{
	_cleanup_free_ struct embargo_report_host **hosts = embargo_report_list(&page->report->hosts);
	size_t count, i, said = 0;

	fputs("<section id=\"attention\"><h2>Needs attention</h2>\n", page->out);
	for (i = 0; hosts && i < sizeof(lists) / sizeof(*lists); i++) {
		count = lists[i].listed && !page->report->listed ? 0
								 : count_of(page->report, hosts, &lists[i]);
		if (count)
			list_put(page, hosts, &lists[i], count);
		said += count;
	}
	/* What nobody has said of a host is not said here either. */
	if (!page->report->hosts.count)
		fputs("<p class=\"lead\">Nothing was given that tells of a host.</p>\n", page->out);
	else if (!said)
		fprintf(page->out,
			"<p class=\"lead\">Every host that %s was seen, scanned completely, and "
			"enforces.</p>\n",
			page->report->listed ? "is on the list of hosts" : "something was given of");
	fputs("</section>\n", page->out);
}
