// SPDX-License-Identifier: GPL-2.0-or-later
/* How the numbers came about, and what could not be read. */
#include "userspace/report/html.h"

static void bad_put(const struct embargo_html *page)
{
	const struct embargo_report *report = page->report;
	uint64_t i;

	if (!report->bad_count)
		return;
	fputs("<h3 id=\"bad\">Lines that could not be read: ", page->out);
	embargo_html_number(page, report->bad_count);
	fputs("</h3><p class=\"why\">Nothing of them is in this report.</p>\n<ul>", page->out);
	for (i = 0; i < report->bad_count && i < EMBARGO_REPORT_BAD; i++) {
		fputs("<li><code>", page->out);
		embargo_html_words(page, report->bad[i] ?: "?");
		fputs("</code></li>\n", page->out);
	}
	fputs("</ul>\n", page->out);
	if (report->bad_count > i) {
		fputs("<p class=\"note\">and ", page->out);
		embargo_html_number(page, report->bad_count - i);
		fputs(" more.</p>\n", page->out);
	}
}

static void count_put(const struct embargo_html *page, const char *what, uint64_t count)
{
	if (!count)
		return;
	fprintf(page->out, "<dt>%s</dt><dd>", what);
	embargo_html_number(page, count);
	fputs("</dd>", page->out);
}

void embargo_html_about(const struct embargo_html *page)
{
	const struct embargo_report_totals *t = &page->report->totals;

	fputs("<section id=\"about\"><h2>About these numbers</h2>\n<dl>"
	      "<dt>Finding</dt><dd>a file, a file inside an archive, a running program, a mapped library, a "
	      "loaded module, a "
	      "unit, a cron entry or a package that a rule bans, found by <code>embargo scan</code>. What "
	      "two scans found "
	      "counts once.</dd>"
	      "<dt>In use</dt><dd>it ran, was mapped, loaded or enabled when the host was scanned.</dd>"
	      "<dt>Product</dt><dd>the name of the rule without version; where the rule names a vendor, the "
	      "package.</dd>"
	      "<dt>Scan that counts</dt><dd>the last complete one of the same paths, and of present use; "
	      "earlier ones are superseded.</dd>"
	      "<dt>Denied</dt><dd>the kernel refused it. In audit mode it would have been denied, and "
	      "ran.</dd>"
	      "<dt>Mode</dt><dd>the newest that the host said.</dd>",
	      page->out);
	count_put(page, "Scans superseded", t->superseded);
	count_put(page, "Events given twice, counted once", t->repeated);
	count_put(page, "Found by audit rules, which ban nothing", t->watched);
	count_put(page, "Files passed over, no *.json* by name", page->report->passed_over);
	fputs("</dl>\n", page->out);
	bad_put(page);
	fputs("</section>\n", page->out);
}
