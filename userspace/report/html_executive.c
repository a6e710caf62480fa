// SPDX-License-Identifier: GPL-2.0-or-later
/* The first page, which is all that is printed: how it stands, how it was, and where it is worst. */
#include "userspace/report/html.h"

#define WORST 10
#define PRODUCTS 5

static void change_put(const struct embargo_html *page, const char *what, uint64_t before, uint64_t now,
		       bool less_is_good)
{
	bool less = now < before;
	uint64_t by = less ? before - now : now - before;

	fprintf(page->out, "<tr><th scope=\"row\">%s</th>", what);
	embargo_html_cell(page, before);
	embargo_html_cell(page, now);
	if (!by)
		fputs("<td class=\"n\"><span class=\"pill\">the same</span></td></tr>\n", page->out);
	else {
		fprintf(page->out, "<td class=\"n\"><span class=\"pill %s\">%s",
			less == less_is_good ? "good" : "bad", less ? "&#8722;" : "+");
		embargo_html_number(page, by);
		fputs("</span></td></tr>\n", page->out);
	}
}

static void trend_put(const struct embargo_html *page)
{
	const struct embargo_report_trend *before = &page->report->trend;
	const struct embargo_report_totals *now = &page->report->totals;

	if (!before->known)
		return;
	fputs("<section id=\"trend\"><h2>Since the report of ", page->out);
	embargo_html_text(page, before->date);
	fputs("</h2>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"t-trend\"><thead><tr><th "
	      "scope=\"col\">What</th><th scope=\"col\" "
	      "class=\"n\">Then</th><th scope=\"col\" class=\"n\">Now</th><th scope=\"col\" "
	      "class=\"n\">Change</th></tr></thead><tbody>\n",
	      page->out);
	change_put(page, "Hosts with banned software", before->with_findings, now->with_findings, true);
	change_put(page, "Findings", before->findings, now->findings, true);
	change_put(page, "Of them in use", before->active, now->active, true);
	change_put(page, "Hosts that enforce", before->enforce, now->mode[EMBARGO_REPORT_ENFORCE], false);
	change_put(page, "Hosts scanned", before->scanned, now->scanned, false);
	change_put(page, "Hosts", before->hosts, now->hosts, false);
	fputs("</tbody></table></div></section>\n", page->out);
}

static void worst_put(const struct embargo_html *page)
{
	_cleanup_free_ struct embargo_report_host **hosts = embargo_report_hosts(page->report);
	size_t i;

	if (!hosts || !page->report->totals.with_findings)
		return;
	fputs("<section id=\"worst\"><h2>Where the risk is greatest</h2>\n<p class=\"lead\">In use before "
	      "present, and "
	      "not enforced before enforced.</p>\n<div class=\"scroll\" tabindex=\"0\"><table "
	      "class=\"t-worst\"><thead><tr>"
	      "<th scope=\"col\" class=\"n\">Rank</th><th scope=\"col\">Host</th><th scope=\"col\">Mode</th>"
	      "<th scope=\"col\" class=\"n\">In use</th><th scope=\"col\" "
	      "class=\"n\">Findings</th></tr></thead><tbody>\n",
	      page->out);
	for (i = 0; i < page->report->hosts.count && i < WORST && hosts[i]->findings; i++) {
		fprintf(page->out, "<tr><td class=\"n\">%zu</td><th scope=\"row\">", i + 1);
		embargo_html_text(page, hosts[i]->name);
		fputs("</th>", page->out);
		embargo_html_mode(page, hosts[i]);
		embargo_html_cell(page, hosts[i]->active);
		embargo_html_cell(page, hosts[i]->findings);
		fputs("</tr>\n", page->out);
	}
	fputs("</tbody></table></div></section>\n", page->out);
}

static void products_put(const struct embargo_html *page)
{
	const struct embargo_report_table *table = &page->report->products;
	_cleanup_free_ struct embargo_report_count **counts = embargo_report_counts(table);
	size_t i;

	if (!counts || !table->count)
		return;
	fputs("<section id=\"most\"><h2>Most of it</h2>\n<ul class=\"most\">", page->out);
	for (i = 0; i < table->count && i < PRODUCTS; i++) {
		fputs("<li><b>", page->out);
		embargo_html_text(page, counts[i]->name);
		fputs("</b> on ", page->out);
		embargo_html_number(page, counts[i]->hosts);
		fprintf(page->out, " %s</li>", embargo_report_plural(counts[i]->hosts, "host", "hosts"));
	}
	fputs("</ul></section>\n", page->out);
}

int embargo_html_executive(const struct embargo_html *page)
{
	embargo_html_timeline(page);
	trend_put(page);
	worst_put(page);
	products_put(page);
	return embargo_html_attest(page);
}
