// SPDX-License-Identifier: GPL-2.0-or-later
/* Which hosts are guarded, and which have what. */
#include "userspace/report/html.h"

#define HOSTS 25
#define WIDTH 960.0

struct part {
	const char *class;
	const char *words;
	uint64_t count;
};

static void parts_put(const struct embargo_html *page, const struct part *parts, size_t count, uint64_t whole)
{
	double x = 0, width;
	char number[32];
	size_t i;

	fputs("<svg class=\"chart\" viewBox=\"0 0 960 26\" role=\"img\" aria-label=\"Hosts by mode, as "
	      "listed below\" "
	      "preserveAspectRatio=\"none\" height=\"26\">\n",
	      page->out);
	for (i = 0; i < count; i++) {
		width = whole ? WIDTH * parts[i].count / whole : 0;
		if (parts[i].count)
			fprintf(page->out,
				"<rect class=\"%s\" x=\"%.2f\" width=\"%.2f\" height=\"26\"><title>%s: "
				"%s</title></rect>",
				parts[i].class, x, width > 2 ? width - 1.5 : width, parts[i].words,
				embargo_report_number(parts[i].count, number));
		x += width;
	}
	fputs("</svg>\n<ul class=\"legend\">", page->out);
	for (i = 0; i < count; i++)
		fprintf(page->out,
			"<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><rect class=\"%s\" "
			"width=\"12\" height=\"12\" "
			"rx=\"3\"/></svg><b>%s</b> %s</li>",
			parts[i].class, embargo_report_number(parts[i].count, number), parts[i].words);
	fputs("</ul>\n", page->out);
}

void embargo_html_coverage(const struct embargo_html *page)
{
	const struct embargo_report_totals *t = &page->report->totals;
	const struct part parts[] = {
		{"enforce", "enforce the ban", t->mode[EMBARGO_REPORT_ENFORCE]},
		{"audit", "audit: observe, and deny nothing", t->mode[EMBARGO_REPORT_AUDIT]},
		{"off", "have nothing loaded", t->mode[EMBARGO_REPORT_OFF]},
		{"unknown", "did not say their mode", t->mode[EMBARGO_REPORT_UNKNOWN]},
		{"unseen", "were not seen", t->missing},
	};

	fputs("<section id=\"coverage\"><h2>Coverage</h2>\n<p class=\"lead\">", page->out);
	embargo_html_number(page, t->scanned - t->incomplete);
	fputs(" of ", page->out);
	embargo_html_number(page, t->hosts);
	fprintf(page->out, " %s %s scanned completely", embargo_report_plural(t->hosts, "host", "hosts"),
		embargo_report_plural(t->scanned - t->incomplete, "was", "were"));
	if (t->unexpected) {
		fputs("; ", page->out);
		embargo_html_number(page, t->unexpected);
		fprintf(page->out, " %s not on the list of hosts",
			embargo_report_plural(t->unexpected, "is", "are"));
	}
	fputs(".</p>\n", page->out);
	parts_put(page, parts, sizeof(parts) / sizeof(*parts), t->hosts);
	fputs("</section>\n", page->out);
}

static void mode_put(const struct embargo_html *page, const struct embargo_report_host *host)
{
	static const char *const moods[EMBARGO_REPORT_MODES] = {
		[EMBARGO_REPORT_UNKNOWN] = "",
		[EMBARGO_REPORT_OFF] = " bad",
		[EMBARGO_REPORT_AUDIT] = " warn",
		[EMBARGO_REPORT_ENFORCE] = " good",
	};

	fprintf(page->out, "<td><span class=\"pill%s\">%s</span></td>", moods[host->mode],
		embargo_report_mode_names[host->mode]);
}

void embargo_html_hosts(const struct embargo_html *page)
{
	_cleanup_free_ struct embargo_report_host **hosts = embargo_report_hosts(page->report);
	char date[EMBARGO_REPORT_TIME];
	size_t all = 0, i;

	while (hosts && all < page->report->hosts.count &&
	       (hosts[all]->findings || hosts[all]->denied || hosts[all]->would_deny))
		all++;
	fputs("<section id=\"hosts\"><h2>Hosts with banned software</h2>\n", page->out);
	if (!all) {
		fputs("<p class=\"lead\">There are none.</p></section>\n", page->out);
		return;
	}
	fputs("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Host</th><th scope=\"col\">Mode</th>"
	      "<th scope=\"col\" class=\"n\">Products</th><th scope=\"col\" class=\"n\">Findings</th>"
	      "<th scope=\"col\" class=\"n\">In use</th><th scope=\"col\" class=\"n\">Denied</th>"
	      "<th scope=\"col\" class=\"n\">Would deny</th><th scope=\"col\">Last "
	      "seen</th></tr></thead><tbody>\n",
	      page->out);
	for (i = 0; i < all && i < HOSTS; i++) {
		fputs("<tr><th scope=\"row\">", page->out);
		embargo_html_text(page, hosts[i]->name);
		fputs("</th>", page->out);
		mode_put(page, hosts[i]);
		embargo_html_cell(page, hosts[i]->products);
		embargo_html_cell(page, hosts[i]->findings);
		embargo_html_cell(page, hosts[i]->active);
		embargo_html_cell(page, hosts[i]->denied);
		embargo_html_cell(page, hosts[i]->would_deny);
		fprintf(page->out, "<td>%s</td></tr>\n", embargo_report_date(hosts[i]->seen, date));
	}
	fputs("</tbody></table></div>\n", page->out);
	embargo_html_shown(page, i, all, "hosts");
	fputs("</section>\n", page->out);
}
