// SPDX-License-Identifier: GPL-2.0-or-later
/* Text and numbers for the page. */
#include <string.h>

#include "userspace/report/html.h"
#include "userspace/base/text.h"

#define TEXT_MAX 400

static void put(const struct embargo_html *page, const char *text, const char *also)
{
	_cleanup_free_ char *shown = embargo_text_escape(text, strlen(text), also);
	size_t size = shown ? embargo_text_cut(shown, TEXT_MAX) : 0, i;

	for (i = 0; i < size; i++) {
		switch (shown[i]) {
		case '&':
			fputs("&amp;", page->out);
			break;
		case '<':
			fputs("&lt;", page->out);
			break;
		case '>':
			fputs("&gt;", page->out);
			break;
		case '"':
			fputs("&quot;", page->out);
			break;
		case '\'':
			fputs("&#39;", page->out);
			break;
		default:
			fputc(shown[i], page->out);
		}
	}
	if (shown && shown[size])
		fputs("…", page->out);
}

void embargo_html_text(const struct embargo_html *page, const char *text)
{
	put(page, text, "\\");
}

void embargo_html_words(const struct embargo_html *page, const char *text)
{
	put(page, text, "");
}

void embargo_html_number(const struct embargo_html *page, uint64_t number)
{
	char text[32];

	fputs(embargo_report_number(number, text), page->out);
}

void embargo_html_cell(const struct embargo_html *page, uint64_t number)
{
	fputs("<td class=\"n\">", page->out);
	if (number)
		embargo_html_number(page, number);
	else
		fputs("<span class=\"zero\">0</span>", page->out);
	fputs("</td>", page->out);
}

void embargo_html_shown(const struct embargo_html *page, uint64_t shown, uint64_t all, const char *what)
{
	if (shown >= all)
		return;
	fputs("<p class=\"note\">Shown are the first ", page->out);
	embargo_html_number(page, shown);
	fputs(" of ", page->out);
	embargo_html_number(page, all);
	fprintf(page->out, " %s; ", what);
	if (page->rest) {
		fputs("all of them are in <code>", page->out);
		embargo_html_text(page, page->rest);
		fputs("</code>.</p>\n", page->out);
	} else {
		fputs("<code>--csv FILE</code> or <code>--json FILE</code> gives all of them.</p>\n",
		      page->out);
	}
}

void embargo_html_bar(const struct embargo_html *page, uint64_t part, uint64_t whole)
{
	fprintf(page->out,
		"<svg class=\"bar\" width=\"120\" height=\"8\" aria-hidden=\"true\"><rect class=\"rail\" "
		"width=\"120\" "
		"height=\"8\" rx=\"4\"/><rect class=\"fill\" width=\"%.1f\" height=\"8\" rx=\"4\"/></svg>",
		whole ? 120.0 * part / whole : 0.0);
}
