// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page: it needs nothing from anywhere, and by its own policy
 * (Content-Security-Policy) may use but the one style and run but the one script
 * that it has, by hash. Printed, it ends with the first page.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "userspace/report/embedded.h"
#include "userspace/report/html.h"

#define HASH_TEXT (2 * EVP_MAX_MD_SIZE)

static bool hash_text(const char *content, unsigned char text[HASH_TEXT])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int size;

	if (!EVP_Digest(content, strlen(content), digest, &size, EVP_sha256(), NULL))
		return false;
	EVP_EncodeBlock(text, digest, size);
	return true;
}

static int head_put(const struct embargo_html *page)
{
	unsigned char style[HASH_TEXT], script[HASH_TEXT];

	if (!hash_text(embargo_html_style, style) || !hash_text(embargo_html_script, script))
		return -ENOMEM;
	fprintf(page->out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" "
		"content=\"embargo %s\">\n<title>",
		style, script, EMBARGO_VERSION);
	embargo_html_text(page, page->report->title);
	fprintf(page->out, "</title>\n<style>%s</style>\n</head>\n<body>\n", embargo_html_style);
	return 0;
}

static void verdict_put(const struct embargo_html *page)
{
	_cleanup_free_ char *headline = embargo_report_headline(page->report);
	_cleanup_free_ char *gaps = embargo_report_gaps(page->report);
	enum embargo_report_level level = embargo_report_level(page->report);

	fprintf(page->out,
		"<section class=\"verdict %s\" aria-label=\"Verdict\"><svg width=\"48\" height=\"48\" "
		"viewBox=\"0 0 48 48\" "
		"aria-hidden=\"true\"><circle class=\"sign\" cx=\"24\" cy=\"24\" r=\"23\"/>%s</svg>\n<div><p "
		"class=\"head\">",
		embargo_report_level_names[level],
		level == EMBARGO_LEVEL_CLEAN ? "<path class=\"mark\" d=\"M14 25l7 7 13-15\"/>"
					     : "<path class=\"mark\" d=\"M24 12v15M24 35v.5\"/>");
	embargo_html_words(page, headline ?: "?");
	fputs(".</p>", page->out);
	if (gaps) {
		fputs("<p class=\"gaps\">Not the whole picture: ", page->out);
		embargo_html_words(page, gaps);
		fputs(".</p>", page->out);
	}
	fputs("</div></section>\n", page->out);
}

static void tile_put(const struct embargo_html *page, uint64_t number, const char *what, const char *mood)
{
	fprintf(page->out, "<li class=\"%s\"><b>", number ? mood : "");
	embargo_html_number(page, number);
	fprintf(page->out, "</b><span>%s</span></li>\n", what);
}

static void tiles_put(const struct embargo_html *page)
{
	const struct embargo_report_totals *t = &page->report->totals;

	fputs("<ul class=\"tiles\">\n", page->out);
	tile_put(page, t->hosts, embargo_report_plural(t->hosts, "host", "hosts"), "");
	tile_put(page, embargo_report_complete(t), "scanned completely", "");
	tile_put(page, t->with_findings, "with banned software", "bad");
	tile_put(page, t->findings, "findings", "");
	tile_put(page, t->active, "of them in use", "bad");
	tile_put(page, t->denied, "denied", "");
	tile_put(page, t->would_deny, "would have been denied", "warn");
	tile_put(page, t->mode[EMBARGO_REPORT_ENFORCE], "enforced", "good");
	tile_put(page, t->mode[EMBARGO_REPORT_AUDIT], "in audit", "warn");
	tile_put(page, t->missing, "not seen", "bad");
	fputs("</ul>\n", page->out);
}

static void nav_put(const struct embargo_html *page)
{
	fputs("<nav aria-label=\"Contents\"><ul>", page->out);
	if (page->report->since != EMBARGO_REPORT_NO_TIME)
		fputs("<li><a href=\"#timeline\">Timeline</a></li>", page->out);
	if (page->report->trend.known)
		fputs("<li><a href=\"#trend\">Trend</a></li>", page->out);
	fputs("<li><a href=\"#attestation\">Attestation</a></li><li><a "
	      "href=\"#coverage\">Coverage</a></li><li><a href=\"#products\">Products</a></li>"
	      "<li><a href=\"#hosts\">Hosts</a></li><li><a href=\"#activity\">Denials</a></li>"
	      "<li><a href=\"#evidence\">Evidence</a></li>",
	      page->out);
	/* A link to what is not there goes nowhere. */
	if (page->report->totals.with_findings)
		fputs("<li><a href=\"#plan\">Removal plan</a></li>", page->out);
	fputs("<li><a href=\"#attention\">Needs attention</a></li><li><a "
	      "href=\"#about\">About</a></li></ul></nav>\n",
	      page->out);
}

static void header_put(const struct embargo_html *page)
{
	const struct embargo_report *report = page->report;
	char date[EMBARGO_REPORT_TIME];

	fputs("<header><h1>", page->out);
	embargo_html_text(page, report->title);
	fprintf(page->out, "</h1><p class=\"lead\">Report of <time>%s</time>, from ",
		embargo_report_date(report->now, date));
	embargo_html_number(page, report->lines);
	fprintf(page->out, " %s in ", embargo_report_plural(report->lines, "line", "lines"));
	embargo_html_number(page, report->files);
	fprintf(page->out, " %s.</p></header>\n<main>\n",
		embargo_report_plural(report->files, "file", "files"));
}

int embargo_report_html(struct embargo_report *report, const char *rest, FILE *out)
{
	const struct embargo_html page = {.report = report, .rest = rest, .out = out};
	int r = head_put(&page);

	if (r)
		return r;
	header_put(&page);
	verdict_put(&page);
	nav_put(&page);
	tiles_put(&page);
	r = embargo_html_executive(&page);
	fputs("<div class=\"rest\">\n", out);
	embargo_html_coverage(&page);
	embargo_html_products(&page);
	embargo_html_kinds(&page);
	embargo_html_hosts(&page);
	embargo_html_activity(&page);
	embargo_html_evidence(&page);
	r = r ?: embargo_html_plan(&page);
	embargo_html_attention(&page);
	embargo_html_about(&page);
	fputs("</div>\n<p class=\"only-print\">What was printed is the first page; coverage, every host, "
	      "evidence and the "
	      "removal plan are on the page itself.</p>\n",
	      out);
	fprintf(out,
		"</main>\n<footer><p>Made by embargo %s. Everything on this page that hosts said is what "
		"they "
		"said; nothing here was fetched, and no script runs but the one that searches "
		"hosts.</p></footer>\n<script>%s"
		"</script>\n</body>\n</html>\n",
		EMBARGO_VERSION, embargo_html_script);
	return r ?: ferror(out) ? -EIO : 0;
}
