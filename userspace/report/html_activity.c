// SPDX-License-Identifier: GPL-2.0-or-later
/* Denied and would-have-been-denied over time: a chart, and the same as a table. */
#include <string.h>

#include "userspace/report/html.h"

#define DAY 86400
#define BARS 62
#define LEFT 52.0
#define WIDTH 900.0
#define TOP 14.0
#define HEIGHT 170.0
#define LABELS 6

struct bucket {
	int64_t begin;
	uint64_t part[3]; /* denied, would-deny, audited */
};

static const char *const classes[] = {"denied", "would", "audited"};
static const char *const words[] = {"denied", "would have been denied", "watched by an audit rule"};

struct chart {
	struct bucket buckets[BARS + 1];
	int count;
	int days; /* of a bucket */
	uint64_t top;
};

/* As many days to a bar as it takes to have no more than BARS, whatever the dates are. */
static void chart_fill(struct chart *chart, struct embargo_report_day *const *days, size_t count)
{
	static const int steps[] = {1, 7, 30, 91, 365, 3653};
	int64_t first = 0, last = 0, day;
	size_t i;
	int k;

	if (embargo_report_date_read(days[0]->name, &first) ||
	    embargo_report_date_read(days[count - 1]->name, &last) || last < first)
		return;
	for (k = 0; k < 6; k++) {
		chart->days = steps[k];
		if ((last - first) / DAY / chart->days < BARS)
			break;
	}
	while ((last - first) / DAY / chart->days >= BARS)
		chart->days *= 2;
	chart->count = (last - first) / DAY / chart->days + 1;
	for (k = 0; k < chart->count; k++)
		chart->buckets[k].begin = first + (int64_t)k * chart->days * DAY;
	for (i = 0; i < count; i++) {
		struct bucket *bucket;

		if (embargo_report_date_read(days[i]->name, &day) || day < first || day > last)
			continue;
		bucket = &chart->buckets[(day - first) / DAY / chart->days];
		bucket->part[0] += days[i]->denied;
		bucket->part[1] += days[i]->would_deny;
		bucket->part[2] += days[i]->audited;
	}
	for (k = 0; k < chart->count; k++) {
		uint64_t sum =
			chart->buckets[k].part[0] + chart->buckets[k].part[1] + chart->buckets[k].part[2];

		chart->top = sum > chart->top ? sum : chart->top;
	}
}

/* 1, 2, 5, 10, 20, … so that four of them reach @top */
static uint64_t grid_step(uint64_t top)
{
	static const uint64_t factors[] = {1, 2, 5};
	uint64_t scale = 1;
	int i;

	for (;; scale *= 10)
		for (i = 0; i < 3; i++)
			if (factors[i] * scale * 4 >= top || scale > UINT64_MAX / 100)
				return factors[i] * scale;
}

static void grid_put(const struct embargo_html *page, uint64_t step)
{
	char number[32];
	double y;
	int i;

	for (i = 0; i <= 4; i++) {
		y = TOP + HEIGHT - HEIGHT * i / 4;
		fprintf(page->out,
			"<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/><text "
			"x=\"%.1f\" y=\"%.1f\" "
			"text-anchor=\"end\">%s</text>\n",
			i ? "grid" : "axis", LEFT, y, LEFT + WIDTH, y, LEFT - 8, y + 4,
			embargo_report_number(step * i, number));
	}
}

static void bar_put(const struct embargo_html *page, const struct chart *chart, int at, uint64_t step)
{
	const struct bucket *bucket = &chart->buckets[at];
	double slot = WIDTH / (chart->count < 12 ? 12 : chart->count), x = LEFT + slot * at, y = TOP + HEIGHT,
	       height;
	char number[32], date[EMBARGO_REPORT_TIME];
	int i;

	if (!bucket->part[0] && !bucket->part[1] && !bucket->part[2])
		return;
	fprintf(page->out, "<g><title>%s:", embargo_report_date(bucket->begin, date));
	for (i = 0; i < 3; i++)
		if (bucket->part[i])
			fprintf(page->out, " %s %s", embargo_report_number(bucket->part[i], number),
				words[i]);
	fputs("</title>", page->out);
	for (i = 0; i < 3; i++) {
		height = HEIGHT * bucket->part[i] / (step * 4);
		y -= height;
		if (bucket->part[i])
			fprintf(page->out,
				"<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
				classes[i], x + slot * 0.12, y, slot * 0.76, height);
	}
	fputs("</g>\n", page->out);
}

static void labels_put(const struct embargo_html *page, const struct chart *chart)
{
	double slot = WIDTH / (chart->count < 12 ? 12 : chart->count);
	int every = (chart->count + LABELS - 1) / LABELS, i;
	char date[EMBARGO_REPORT_TIME];

	for (i = 0; i < chart->count; i += every)
		fprintf(page->out, "<text x=\"%.1f\" y=\"%.1f\">%s</text>\n", LEFT + slot * (i + 0.12),
			TOP + HEIGHT + 20, embargo_report_date(chart->buckets[i].begin, date));
}

static void legend_put(const struct embargo_html *page, const uint64_t totals[3])
{
	char number[32];
	int i;

	fputs("<ul class=\"legend\">", page->out);
	for (i = 0; i < 3; i++)
		if (totals[i])
			fprintf(page->out,
				"<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><rect class=\"%s\" "
				"width=\"12\" "
				"height=\"12\" rx=\"3\"/></svg><b>%s</b> %s</li>",
				classes[i], embargo_report_number(totals[i], number), words[i]);
	fputs("</ul>\n", page->out);
}

static void table_put(const struct embargo_html *page, const struct chart *chart)
{
	char date[EMBARGO_REPORT_TIME];
	int i, k;

	fputs("<details><summary>The same as a table</summary><div class=\"scroll\" tabindex=\"0\"><table "
	      "class=\"t-days\"><thead><tr><th "
	      "scope=\"col\">From</th>"
	      "<th scope=\"col\" class=\"n\">Denied</th><th scope=\"col\" class=\"n\">Would have been "
	      "denied</th>"
	      "<th scope=\"col\" class=\"n\">Watched</th></tr></thead><tbody>\n",
	      page->out);
	for (i = 0; i < chart->count; i++) {
		fprintf(page->out, "<tr><th scope=\"row\">%s</th>",
			embargo_report_date(chart->buckets[i].begin, date));
		for (k = 0; k < 3; k++)
			embargo_html_cell(page, chart->buckets[i].part[k]);
		fputs("</tr>\n", page->out);
	}
	fputs("</tbody></table></div></details>\n", page->out);
}

void embargo_html_activity(const struct embargo_html *page)
{
	const struct embargo_report_totals *t = &page->report->totals;
	_cleanup_free_ struct embargo_report_day **days = embargo_report_list(&page->report->days);
	const uint64_t totals[] = {t->denied, t->would_deny, t->audited};
	struct chart chart = {.count = 0};
	uint64_t step;
	int i;

	fputs("<section id=\"activity\"><h2>Denied, and what would have been</h2>\n", page->out);
	if (!days || !page->report->days.count) {
		fputs("<p class=\"lead\">No events were given.</p></section>\n", page->out);
		return;
	}
	chart_fill(&chart, days, page->report->days.count);
	step = grid_step(chart.top);
	fprintf(page->out, "<p class=\"lead\">Attempts per %s, UTC. In audit mode nothing is denied.</p>\n",
		chart.days == 1	  ? "day"
		: chart.days == 7 ? "week"
				  : "period");
	fputs("<div class=\"scroll\" tabindex=\"0\"><svg class=\"chart\" viewBox=\"0 0 960 214\" "
	      "role=\"img\" "
	      "aria-labelledby=\"a-title\"><title "
	      "id=\"a-title\">"
	      "Attempts over time; the table below has the numbers</title>\n",
	      page->out);
	grid_put(page, step);
	for (i = 0; i < chart.count; i++)
		bar_put(page, &chart, i, step);
	labels_put(page, &chart);
	fputs("</svg></div>\n", page->out);
	legend_put(page, totals);
	table_put(page, &chart);
	fputs("</section>\n", page->out);
}
