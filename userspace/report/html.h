/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the page. Whatever comes from hosts goes through embargo_html_text(). */
#ifndef EMBARGO_USERSPACE_REPORT_HTML_H
#define EMBARGO_USERSPACE_REPORT_HTML_H

#include "userspace/report/out.h"

struct embargo_html {
	struct embargo_report *report;
	const char *rest; /* the file that has what is left out here, or NULL */
	FILE *out;
};

/* html_text.c */
/* Data: no byte of it is markup; what hides or reorders text is \xHH; long ones are cut. */
void embargo_html_text(const struct embargo_html *page, const char *text);
/* Words made here that may have data in them: the same, but backslashes stay. */
void embargo_html_words(const struct embargo_html *page, const char *text);
void embargo_html_number(const struct embargo_html *page, uint64_t number);
/* `<td class="n">`, and nothing for 0 */
void embargo_html_cell(const struct embargo_html *page, uint64_t number);
/* "Shown are 50 of 2,000 hosts; …", if that is so */
void embargo_html_shown(const struct embargo_html *page, uint64_t shown, uint64_t all, const char *what);
/* A bar of @part in @whole, for the eye only */
void embargo_html_bar(const struct embargo_html *page, uint64_t part, uint64_t whole);

/* html_hosts.c: a cell with the mode of a host */
void embargo_html_mode(const struct embargo_html *page, const struct embargo_report_host *host);

/* html_executive.c: the first page, which is all that is printed; html_attest.c: the end of it. 0 or -errno
 */
int embargo_html_executive(const struct embargo_html *page);
int embargo_html_attest(const struct embargo_html *page);

/* Each writes one <section>, or nothing if there is nothing to say. */
void embargo_html_timeline(const struct embargo_html *page); /* html_timeline.c */
void embargo_html_coverage(const struct embargo_html *page); /* html_hosts.c */
void embargo_html_hosts(const struct embargo_html *page);
void embargo_html_attention(const struct embargo_html *page); /* html_attention.c */
void embargo_html_products(const struct embargo_html *page);  /* html_counts.c */
void embargo_html_kinds(const struct embargo_html *page);
void embargo_html_activity(const struct embargo_html *page); /* html_activity.c */
void embargo_html_evidence(const struct embargo_html *page); /* html_evidence.c */
int embargo_html_plan(const struct embargo_html *page);	     /* html_plan.c */
void embargo_html_about(const struct embargo_html *page);    /* html_about.c */

#endif
