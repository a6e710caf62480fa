// SPDX-License-Identifier: GPL-2.0-or-later
/* The steps of the hosts that need them most. */
#include <string.h>

#include "userspace/report/html.h"

#define HOSTS 25
#define ALIKE 6 /* steps of one kind that are shown */

static const char *const titles[EMBARGO_STEPS] = {
	[EMBARGO_STEP_UNIT] = "disable and stop",
	[EMBARGO_STEP_CRON] = "edit",
	[EMBARGO_STEP_PROCESS] = "end",
	[EMBARGO_STEP_MODULE] = "unload",
	[EMBARGO_STEP_PACKAGE] = "purge",
	[EMBARGO_STEP_FILE] = "delete what is left",
	[EMBARGO_STEP_MEMBER] = "look into archives",
	[EMBARGO_STEP_CONTAINER] = "rebuild",
	[EMBARGO_STEP_RESTART] = "restart",
	[EMBARGO_STEP_RULE] = "keep out",
};

static void step_put(const struct embargo_html *page, const struct embargo_report_step *step, size_t number)
{
	_cleanup_free_ char *text = embargo_report_step_text(step);

	fprintf(page->out, "<tr><td class=\"n\">%zu</td><td>%s%s</td><td><code>", number,
		titles[step->action], step->by_hand ? " <span class=\"pill warn\">by hand</span>" : "");
	embargo_html_words(page, text ?: "?");
	fputs("</code></td></tr>\n", page->out);
}

static void steps_put(const struct embargo_html *page, const struct embargo_report_plan *plan)
{
	const struct embargo_report_step *step;
	size_t i, alike = 0, k;

	for (i = 0; i < plan->count; i++) {
		step = &plan->steps[i];
		alike = i && step->action == step[-1].action && !strcmp(step->product, step[-1].product)
				? alike + 1
				: 0;
		if (!i || strcmp(step->product, step[-1].product) != 0) {
			fputs("<tr><th scope=\"rowgroup\" colspan=\"3\">", page->out);
			embargo_html_text(page, step->product);
			fputs("</th></tr>\n", page->out);
		}
		if (alike < ALIKE) {
			step_put(page, step, i + 1);
			continue;
		}
		for (k = i; k < plan->count && plan->steps[k].action == step->action &&
			    !strcmp(plan->steps[k].product, step->product);
		     k++)
			;
		fputs("<tr><td></td><td></td><td class=\"why\">and ", page->out);
		embargo_html_number(page, k - i);
		fputs(" more of this kind</td></tr>\n", page->out);
		i = k - 1;
		alike = 0;
	}
}

static int host_put(const struct embargo_html *page, struct embargo_report_host *host, bool open)
{
	struct embargo_report_plan plan;
	struct embargo_report_rows rows;
	int r = embargo_report_rows(page->report, host, &rows);

	if (r)
		return r;
	r = embargo_report_plan_make(host, &rows, &plan);
	if (!r && plan.count) {
		fprintf(page->out, "<details class=\"host\"%s><summary>", open ? " open" : "");
		embargo_html_text(page, host->name);
		fputs(" <span>", page->out);
		embargo_html_number(page, plan.count);
		fprintf(page->out,
			" %s</span></summary><div class=\"scroll\" tabindex=\"0\"><table "
			"class=\"t-steps\"><thead><tr><th "
			"scope=\"col\" "
			"class=\"n\">Step</th>"
			"<th scope=\"col\">Do</th><th "
			"scope=\"col\">How</th></tr></thead><tbody>\n",
			embargo_report_plural(plan.count, "step", "steps"));
		steps_put(page, &plan);
		fputs("</tbody></table></div></details>\n", page->out);
	}
	embargo_report_plan_clear(&plan);
	embargo_report_rows_clear(&rows);
	return r;
}

int embargo_html_plan(const struct embargo_html *page)
{
	_cleanup_free_ struct embargo_report_host **hosts = embargo_report_hosts(page->report);
	uint64_t all = page->report->totals.with_findings;
	size_t i;
	int r = 0;

	if (!hosts || !all)
		return 0;
	fputs("<section id=\"plan\"><h2>Removal plan</h2>\n<p class=\"lead\">What each host needs, in order: "
	      "stop it, end it, "
	      "unload it, purge it, delete what is left, and keep it out. <code>--scripts DIR</code> writes "
	      "these steps as one "
	      "shell script for each host, which does nothing until it is told to.</p>\n",
	      page->out);
	for (i = 0; !r && i < all && i < HOSTS; i++)
		r = host_put(page, hosts[i], !i);
	if (i < all) {
		fputs("<p class=\"note\">Shown are ", page->out);
		embargo_html_number(page, i);
		fputs(" of ", page->out);
		embargo_html_number(page, all);
		fputs(" hosts; <code>--plan FILE</code>, <code>--scripts DIR</code> and <code>--json "
		      "FILE</code> "
		      "give all of them.</p>\n",
		      page->out);
	}
	fputs("</section>\n", page->out);
	return r;
}
