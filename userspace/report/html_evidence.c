// SPDX-License-Identifier: GPL-2.0-or-later
/* What it was found by: contents, place, rule, and whose decision the rule is. */
#include <string.h>

#include "userspace/report/html.h"

#define EVIDENCE 40

static void line_put(const struct embargo_html *page, const char *class, const char *before, const char *text)
{
	if (!*text)
		return;
	fprintf(page->out, "<div class=\"%s\">%s", class, before);
	embargo_html_text(page, text);
	fputs("</div>", page->out);
}

static void thing_put(const struct embargo_html *page, const struct embargo_report_count *count)
{
	const struct embargo_report_row *row = count->example;
	const char *path = row->text[EMBARGO_ROW_PATH], *more = count->more_paths, *end;

	fputs("<td class=\"what\"><span class=\"pill\">", page->out);
	if (row->event)
		fputs("event: ", page->out);
	embargo_html_text(page, row->text[EMBARGO_ROW_KIND]);
	fputs("</span>", page->out);
	if (count->active)
		fputs(" <span class=\"pill bad\">in use</span>", page->out);
	if (!embargo_report_is_ban(row))
		fputs(" <span class=\"pill\">only watched</span>", page->out);
	line_put(page, "mono", "", *path ? path : row->text[EMBARGO_ROW_UNIT]);
	line_put(page, "mono", "holds ", row->event ? "" : row->text[EMBARGO_ROW_MEMBER]);
	line_put(page, "why", "module ", row->event ? row->text[EMBARGO_ROW_MEMBER] : "");
	line_put(page, "why", "in ", row->text[EMBARGO_ROW_CONTAINER]);
	for (; more; more = end ? end + 1 : NULL) {
		end = strchr(more, '\n');
		fputs("<div class=\"mono\">", page->out);
		{
			_cleanup_free_ char *one = end ? strndup(more, end - more) : strdup(more);

			embargo_html_text(page, one ?: "?");
		}
		fputs("</div>", page->out);
	}
	if (*row->text[EMBARGO_ROW_PACKAGE]) {
		fputs("<div class=\"why\">package ", page->out);
		embargo_html_text(page, row->text[EMBARGO_ROW_PACKAGE]);
		fputc(' ', page->out);
		embargo_html_text(page, row->text[EMBARGO_ROW_PACKAGE_VERSION]);
		fputs("</div>", page->out);
	}
	line_put(page, "why", "signer ", row->text[EMBARGO_ROW_SIGNER]);
	line_put(page, "hash mono", "", row->text[EMBARGO_ROW_SHA256]);
	fputs("</td>", page->out);
}

static void rule_put(const struct embargo_html *page, const struct embargo_report_row *row)
{
	fputs("<td><b>", page->out);
	embargo_html_text(page, row->product);
	fputs("</b>", page->out);
	fputs("<div class=\"why\">rule ", page->out);
	embargo_html_text(page, *row->text[EMBARGO_ROW_RULE_NAME] ? row->text[EMBARGO_ROW_RULE_NAME]
								  : "without a name");
	if (*row->text[EMBARGO_ROW_RULE_KIND]) {
		fputs(", by ", page->out);
		embargo_html_text(page, row->text[EMBARGO_ROW_RULE_KIND]);
	}
	fputs("</div>", page->out);
	line_put(page, "why", "", row->text[EMBARGO_ROW_GROUND]);
	if (*row->text[EMBARGO_ROW_POLICY_FILE]) {
		fputs("<div class=\"why mono\">", page->out);
		embargo_html_text(page, row->text[EMBARGO_ROW_POLICY_FILE]);
		if (row->policy_line >= 0)
			fprintf(page->out, ":%lld", (long long)row->policy_line);
		fputs("</div>", page->out);
	}
	fputs("</td><td>", page->out);
	embargo_html_text(page, row->text[EMBARGO_ROW_AUTHORITY]);
	line_put(page, "why", "forbids: ", row->text[EMBARGO_ROW_SCOPE]);
	line_put(page, "why", "since ", row->text[EMBARGO_ROW_EFFECTIVE]);
	line_put(page, "why", "", row->text[EMBARGO_ROW_REASON]);
	line_put(page, "why", "", row->text[EMBARGO_ROW_SOURCE]);
	fputs("</td>", page->out);
}

static void evidence_put(const struct embargo_html *page, const struct embargo_report_count *count)
{
	fputs("<tr>", page->out);
	if (count->example) {
		thing_put(page, count);
		rule_put(page, count->example);
		fputs("<td class=\"n\">", page->out);
		embargo_html_number(page, count->hosts);
		fputs("</td><td class=\"why\">", page->out);
		embargo_html_text(page, count->example_host ?: "");
		fputs(count->hosts > 1 ? " …</td>" : "</td>", page->out);
	} else {
		fputs("<td>more, not kept apart</td><td></td><td></td>", page->out);
		embargo_html_cell(page, count->hosts);
		fputs("<td></td>", page->out);
	}
	fputs("</tr>\n", page->out);
}

void embargo_html_evidence(const struct embargo_html *page)
{
	const struct embargo_report_table *table = &page->report->evidence;
	_cleanup_free_ struct embargo_report_count **counts = embargo_report_counts(table);
	size_t i;

	fputs("<section id=\"evidence\"><h2>Evidence</h2>\n", page->out);
	if (!counts || !table->count) {
		fputs("<p class=\"lead\">There is none.</p></section>\n", page->out);
		return;
	}
	fputs("<p class=\"lead\">The same contents under the same rule stand here once, whatever the number "
	      "of hosts.</p>\n"
	      "<div class=\"scroll\" tabindex=\"0\"><table class=\"t-evidence\"><thead><tr><th "
	      "scope=\"col\">What and "
	      "where; SHA-256</th>"
	      "<th scope=\"col\">Product and rule</th><th scope=\"col\">Authority, reason, source</th>"
	      "<th scope=\"col\" class=\"n\">Hosts</th><th scope=\"col\">The "
	      "first</th></tr></thead><tbody>\n",
	      page->out);
	for (i = 0; i < table->count && i < EVIDENCE; i++)
		evidence_put(page, counts[i]);
	fputs("</tbody></table></div>\n", page->out);
	embargo_html_shown(page, i, table->count, "pieces of evidence");
	fputs("</section>\n", page->out);
}
