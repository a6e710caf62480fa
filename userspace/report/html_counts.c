// SPDX-License-Identifier: GPL-2.0-or-later
/* Findings by product and by kind. */
#include <string.h>

#include "userspace/report/html.h"

#define PRODUCTS 30

void embargo_html_products(const struct embargo_html *page)
{
	const struct embargo_report_table *table = &page->report->products;
	_cleanup_free_ struct embargo_report_count **counts = embargo_report_counts(table);
	size_t i;

	fputs("<section id=\"products\"><h2>Products</h2>\n", page->out);
	if (!counts || !table->count) {
		fputs("<p class=\"lead\">None was found, denied or would have been.</p></section>\n",
		      page->out);
		return;
	}
	fputs("<div class=\"scroll\" tabindex=\"0\"><table class=\"t-products\"><thead><tr><th "
	      "scope=\"col\">Product</th><th scope=\"col\" "
	      "class=\"n\">Hosts</th>"
	      "<th scope=\"col\">Share of hosts</th>"
	      "<th scope=\"col\" class=\"n\">Findings</th><th scope=\"col\" class=\"n\">In use</th>"
	      "<th scope=\"col\" class=\"n\">Denied</th><th scope=\"col\" class=\"n\">Would "
	      "deny</th></tr></thead>"
	      "<tbody>\n",
	      page->out);
	for (i = 0; i < table->count && i < PRODUCTS; i++) {
		fputs("<tr><th scope=\"row\">", page->out);
		embargo_html_text(page, counts[i]->name);
		fputs("</th>", page->out);
		embargo_html_cell(page, counts[i]->hosts);
		fputs("<td>", page->out);
		embargo_html_bar(page, counts[i]->hosts, page->report->totals.hosts);
		fputs("</td>", page->out);
		embargo_html_cell(page, counts[i]->findings);
		embargo_html_cell(page, counts[i]->active);
		embargo_html_cell(page, counts[i]->denied);
		embargo_html_cell(page, counts[i]->would_deny);
		fputs("</tr>\n", page->out);
	}
	fputs("</tbody></table></div>\n", page->out);
	embargo_html_shown(page, i, table->count, "products");
	fputs("</section>\n", page->out);
}

static const char *kind_words(const char *kind)
{
	static const struct {
		const char *kind;
		const char *words;
	} list[] = {
		{"file", "files"},
		{"member", "files inside archives and packages"},
		{"process", "running programs"},
		{"library", "libraries that are mapped"},
		{"module", "kernel modules that are loaded"},
		{"unit", "units of systemd"},
		{"cron", "entries of cron"},
		{"package", "installed packages"},
	};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(*list); i++)
		if (!strcmp(list[i].kind, kind))
			return list[i].words;
	return kind;
}

void embargo_html_kinds(const struct embargo_html *page)
{
	const struct embargo_report_table *table = &page->report->kinds;
	_cleanup_free_ struct embargo_report_count **counts = embargo_report_counts(table);
	size_t i;

	if (!counts || !table->count)
		return;
	fputs("<section id=\"kinds\"><h2>Kinds of findings</h2>\n<div class=\"scroll\" tabindex=\"0\"><table "
	      "class=\"t-kinds\"><thead><tr>"
	      "<th scope=\"col\">What was found</th><th scope=\"col\" class=\"n\">Findings</th>"
	      "<th scope=\"col\">Share of findings</th>"
	      "<th scope=\"col\" class=\"n\">In use</th><th scope=\"col\" "
	      "class=\"n\">Hosts</th></tr></thead><tbody>\n",
	      page->out);
	for (i = 0; i < table->count; i++) {
		fputs("<tr><th scope=\"row\">", page->out);
		embargo_html_text(page, kind_words(counts[i]->name));
		fputs("</th>", page->out);
		embargo_html_cell(page, counts[i]->findings);
		fputs("<td>", page->out);
		embargo_html_bar(page, counts[i]->findings, page->report->totals.findings);
		fputs("</td>", page->out);
		embargo_html_cell(page, counts[i]->active);
		embargo_html_cell(page, counts[i]->hosts);
		fputs("</tr>\n", page->out);
	}
	fputs("</tbody></table></div></section>\n", page->out);
}
