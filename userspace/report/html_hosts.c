// SPDX-License-Identifier: GPL-2.0-or-later
/* Which hosts are guarded, and which have what. */
#include "userspace/report/html.h"

#define HOSTS 20000 /* beyond, a browser is slow to show them */
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

	fputs("<section id=\"coverage\"><h2>Coverage</h2>\n", page->out);
	if (!t->hosts) {
		fputs("<p class=\"lead\">Nothing is known of any host.</p></section>\n", page->out);
		return;
	}
	fputs("<p class=\"lead\">", page->out);
	embargo_html_number(page, embargo_report_complete(t));
	fputs(" of ", page->out);
	embargo_html_number(page, t->hosts);
	fprintf(page->out, " %s %s scanned completely", embargo_report_plural(t->hosts, "host", "hosts"),
		embargo_report_plural(embargo_report_complete(t), "was", "were"));
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

void embargo_html_mode(const struct embargo_html *page, const struct embargo_report_host *host)
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

static void number_put(const struct embargo_html *page, const char *what, uint64_t number)
{
	if (!number)
		return;
	fprintf(page->out, "; %s ", what);
	embargo_html_number(page, number);
}

/* What is known of one host, folded up behind its name. */
static void details_put(const struct embargo_html *page, const struct embargo_report_host *host)
{
	char date[EMBARGO_REPORT_TIME];

	fputs("<details><summary>", page->out);
	embargo_html_text(page, host->name);
	fputs("</summary><p class=\"why\">", page->out);
	if (!host->received)
		fputs("on the list of hosts, and nothing of it was given", page->out);
	else
		fprintf(page->out, "last seen %s", embargo_report_date(host->seen, date));
	if (host->first_scan != EMBARGO_REPORT_NO_TIME)
		fprintf(page->out, "; first complete scan %s", embargo_report_date(host->first_scan, date));
	number_put(page, "scans", host->scan_count);
	number_put(page, "products", host->products);
	number_put(page, "files that could not be read", host->warnings);
	number_put(page, "events lost", host->lost);
	if (host->received && !host->scanned)
		fputs("; not scanned", page->out);
	else if (host->incomplete)
		fputs("; its scan is incomplete", page->out);
	else if (host->partial)
		fputs("; only a part of it was scanned", page->out);
	if (page->report->listed && !host->expected)
		fputs("; not on the list of hosts", page->out);
	if (host->kernel) {
		fputs("; Linux ", page->out);
		embargo_html_text(page, host->kernel);
	}
	if (host->machine_id) {
		fputs("; machine ", page->out);
		embargo_html_text(page, host->machine_id);
	}
	fputs("</p></details>", page->out);
}

static void row_put(const struct embargo_html *page, const struct embargo_report_host *host)
{
	char date[EMBARGO_REPORT_TIME];

	fprintf(page->out, "<tr data-m=\"%s\" data-f=\"%d\"><th scope=\"row\">",
		host->received ? embargo_report_mode_names[host->mode] : "not seen", host->findings > 0);
	details_put(page, host);
	fputs("</th>", page->out);
	embargo_html_mode(page, host);
	embargo_html_cell(page, host->active);
	embargo_html_cell(page, host->findings);
	embargo_html_cell(page, host->denied);
	embargo_html_cell(page, host->would_deny);
	fprintf(page->out, "<td>%s</td></tr>\n", embargo_report_date(host->seen, date));
}

static void controls_put(const struct embargo_html *page)
{
	int mode;

	fputs("<form id=\"controls\" hidden><label>Search <input id=\"find\" type=\"search\"></label>"
	      "<label>Mode <select id=\"mode\"><option value=\"\">any</option>",
	      page->out);
	for (mode = EMBARGO_REPORT_MODES; mode-- > 0;)
		fprintf(page->out, "<option>%s</option>", embargo_report_mode_names[mode]);
	fputs("<option>not seen</option></select></label><label><input id=\"only\" type=\"checkbox\"> with "
	      "banned "
	      "software</label><output id=\"count\"></output></form>\n",
	      page->out);
}

void embargo_html_hosts(const struct embargo_html *page)
{
	_cleanup_free_ struct embargo_report_host **hosts = embargo_report_hosts(page->report);
	size_t all = page->report->hosts.count, i;

	fputs("<section id=\"hosts\"><h2>Hosts</h2>\n", page->out);
	if (!hosts || !all) {
		fputs("<p class=\"lead\">Nothing was given that tells of a host.</p></section>\n", page->out);
		return;
	}
	fputs("<p class=\"lead\">By risk: in use before present, and not enforced before enforced.</p>\n",
	      page->out);
	controls_put(page);
	fputs("<div class=\"scroll\" tabindex=\"0\"><table id=\"all-hosts\" class=\"t-hosts\"><thead><tr><th "
	      "scope=\"col\">Host</th><th "
	      "scope=\"col\">Mode</th>"
	      "<th scope=\"col\" class=\"n\">In use</th><th scope=\"col\" class=\"n\">Findings</th>"
	      "<th scope=\"col\" class=\"n\">Denied</th>"
	      "<th scope=\"col\" class=\"n\">Would deny</th><th scope=\"col\">Last "
	      "seen</th></tr></thead><tbody>\n",
	      page->out);
	for (i = 0; i < all && i < HOSTS; i++)
		row_put(page, hosts[i]);
	fputs("</tbody></table></div>\n", page->out);
	embargo_html_shown(page, i, all, "hosts");
	fputs("</section>\n", page->out);
}
