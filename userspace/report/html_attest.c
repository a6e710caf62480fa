// SPDX-License-Identifier: GPL-2.0-or-later
/* Who reports what to whom, and of what: so that it can be signed, and made again byte by byte. */
#include <string.h>

#include "userspace/report/html.h"

#define INPUTS 2000 /* shown; their digest is of all */

static void term_put(const struct embargo_html *page, const char *term, const char *text, const char *none)
{
	fprintf(page->out, "<dt>%s</dt><dd>", term);
	if (text && *text)
		embargo_html_text(page, text);
	else
		fputs(none, page->out);
	fputs("</dd>", page->out);
}

static void policies_put(const struct embargo_html *page)
{
	_cleanup_free_ struct embargo_report_policy **list = embargo_report_list(&page->report->policies);
	size_t i;

	fputs("<dt>Policies that were judged by</dt><dd>", page->out);
	for (i = 0; list && i < page->report->policies.count; i++) {
		fputs(i ? "; " : "", page->out);
		embargo_html_text(page, list[i]->name);
		fputs(" (", page->out);
		embargo_html_number(page, list[i]->scans);
		fprintf(page->out, " %s)", embargo_report_plural(list[i]->scans, "scan", "scans"));
	}
	fputs(list && i ? "</dd>" : "the scans do not say</dd>", page->out);
}

static void inputs_put(const struct embargo_html *page)
{
	const struct embargo_report_inputs *inputs = &page->report->inputs;
	size_t i;

	fputs("<details class=\"only-screen\"><summary>SHA-256 of every input</summary><ul "
	      "class=\"inputs\">\n",
	      page->out);
	for (i = 0; i < inputs->count && i < INPUTS; i++) {
		fprintf(page->out, "<li><code>%.*s</code> ", EMBARGO_REPORT_HEX - 1, inputs->list[i]);
		embargo_html_text(page, inputs->list[i] + EMBARGO_REPORT_HEX);
		fputs("</li>\n", page->out);
	}
	fputs("</ul>", page->out);
	if (i < inputs->count) {
		fputs("<p class=\"note\">and ", page->out);
		embargo_html_number(page, inputs->count - i);
		fputs(" more, of which the digest above is too.</p>", page->out);
	}
	fputs("</details>\n", page->out);
}

int embargo_html_attest(const struct embargo_html *page)
{
	struct embargo_report *report = page->report;
	const char *manifest = report->inputs.manifest;
	char date[EMBARGO_REPORT_TIME];

	fputs("<section id=\"attestation\"><h2>Attestation</h2>\n<dl>", page->out);
	term_put(page, "Organisation", report->organisation, "not named (<code>--organisation</code>)");
	term_put(page, "Directive", report->directive, "not named (<code>--directive</code>)");
	term_put(page, "Day of the report", embargo_report_date(report->now, date), "");
	term_put(page, "Removal plan approved by", report->approved, "nobody yet (<code>--approve</code>)");
	policies_put(page);
	fprintf(page->out, "<dt>Made by</dt><dd>embargo %s</dd>", EMBARGO_VERSION);
	if (*manifest)
		fprintf(page->out,
			"<dt>SHA-256 of the inputs</dt><dd><code>%s</code> <span class=\"why\">of the "
			"SHA-256 of each, "
			"a line each, sorted</span></dd>",
			manifest);
	fputs("<dt>Reproducible</dt><dd>The same inputs, options and <code>--now</code> give this page "
	      "again, byte "
	      "by byte.</dd></dl>\n",
	      page->out);
	if (report->inputs.count)
		inputs_put(page);
	fputs("<p class=\"sign\">Signed: ______________________________ &#8195; Date: "
	      "______________</p></section>\n",
	      page->out);
	return 0;
}
