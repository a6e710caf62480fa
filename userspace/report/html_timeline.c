// SPDX-License-Identifier: GPL-2.0-or-later
/* The directive's 30, 60 and 90 days, and where today stands. */
#include "userspace/report/html.h"

#define LEFT 46.0
#define WIDTH 870.0
#define MIDDLE 52

static double place_of(int day, int last)
{
	return LEFT + WIDTH * (day < 0 ? 0 : day > last ? last : day) / last;
}

static void stop_put(const struct embargo_html *page, int day, int last, const char *name, int64_t date)
{
	char text[EMBARGO_REPORT_TIME];
	double x = place_of(day, last);

	fprintf(page->out,
		"<circle class=\"stop\" cx=\"%.1f\" cy=\"%d\" r=\"8\"/><text class=\"strong\" x=\"%.1f\" "
		"y=\"%d\" "
		"text-anchor=\"middle\">%s</text><text x=\"%.1f\" y=\"%d\" "
		"text-anchor=\"middle\">%s</text>\n",
		x, MIDDLE, x, MIDDLE + 28, name, x, MIDDLE + 45, embargo_report_date(date, text));
}

static void today_put(const struct embargo_html *page, int day, int last)
{
	double x = place_of(day, last);

	fprintf(page->out, "<path class=\"today\" d=\"M%.1f %dl-7 -11h14z\"/>", x, MIDDLE - 10);
	fprintf(page->out, "<text class=\"strong\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">", x, MIDDLE - 27,
		x < 100		 ? "start"
		: x > WIDTH - 40 ? "end"
				 : "middle");
	if (day < 0)
		fprintf(page->out, "today, %d days before</text>\n", -day);
	else
		fprintf(page->out, "today, day %d</text>\n", day);
}

static void card_put(const struct embargo_html *page, const struct embargo_report_milestone *milestone,
		     int today)
{
	char date[EMBARGO_REPORT_TIME];
	int left = milestone->day - today;

	fprintf(page->out, "<li><h3><span>%s by day %d</span>", milestone->name, milestone->day);
	if (milestone->met)
		fputs("<span class=\"pill good\">met</span>", page->out);
	else if (left >= 0)
		fprintf(page->out, "<span class=\"pill warn\">due in %d %s</span>", left,
			embargo_report_plural(left, "day", "days"));
	else
		fprintf(page->out, "<span class=\"pill bad\">%d %s over</span>", -left,
			embargo_report_plural(-left, "day", "days"));
	fprintf(page->out, "</h3><p class=\"why\">%s</p><p>", embargo_report_date(milestone->date, date));
	embargo_html_words(page, milestone->state);
	fputs(".</p></li>\n", page->out);
}

void embargo_html_timeline(const struct embargo_html *page)
{
	static const char *const names[] = {"Identify", "Plan", "Discontinue"};
	struct embargo_report_milestone milestones[EMBARGO_REPORT_MILESTONES];
	int today, last, i;

	if (page->report->since == EMBARGO_REPORT_NO_TIME)
		return;
	embargo_report_milestones(page->report, milestones);
	today = embargo_report_day_of(page->report);
	last = today > 100 ? today : 100;
	fprintf(page->out,
		"<section id=\"timeline\"><h2>Timeline of the directive</h2>\n"
		"<p class=\"lead\">Identify use and presence within 30 days, plan the removal within 60, "
		"discontinue "
		"present and future use from day 90.</p>\n"
		"<svg class=\"chart\" viewBox=\"0 0 960 104\" role=\"img\" "
		"aria-labelledby=\"t-title\"><title id=\"t-title\">"
		"Today is day %d of the directive; its days are 30, 60 and 90</title>\n"
		"<line class=\"track\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>"
		"<line class=\"done\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>\n",
		today, LEFT, MIDDLE, LEFT + WIDTH, MIDDLE, LEFT, MIDDLE, place_of(today, last), MIDDLE);
	stop_put(page, 0, last, "Issued", page->report->since);
	for (i = 0; i < EMBARGO_REPORT_MILESTONES; i++)
		stop_put(page, milestones[i].day, last, names[i], milestones[i].date);
	today_put(page, today, last);
	fputs("</svg>\n<ol class=\"days\">\n", page->out);
	for (i = 0; i < EMBARGO_REPORT_MILESTONES; i++)
		card_put(page, &milestones[i], today);
	fputs("</ol></section>\n", page->out);
}
