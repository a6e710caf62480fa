// SPDX-License-Identifier: GPL-2.0-or-later
/* How far something has come: label, part done, rate, time left. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "userspace/base/progress.h"

#define DRAW_SECONDS 0.2
#define GUESS_SECONDS 1.0 /* below this the remaining time cannot be estimated */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

void embargo_bar_begin(struct embargo_bar *bar, const char *label)
{
	*bar = (struct embargo_bar){.label = label, .begun = seconds(), .terminal = isatty(STDERR_FILENO)};
}

void embargo_bar_show(struct embargo_bar *bar, uint64_t done, uint64_t total)
{
	double now, elapsed, rate, left;

	if (!bar->terminal || !total)
		return;
	now = seconds();
	if (bar->drawn && now - bar->drawn < DRAW_SECONDS)
		return;
	elapsed = now - bar->begun;
	fprintf(stderr, "\r%s: %3.0f %% of ", bar->label, 100.0 * done / total);
	if (bar->unit)
		fprintf(stderr, "%" PRIu64 " %s", total, bar->unit);
	else
		fprintf(stderr, "%.1f MB", total / 1e6);
	if (done && done <= total && elapsed > GUESS_SECONDS) {
		rate = done / elapsed;
		left = (total - done) / rate;
		if (!bar->unit)
			fprintf(stderr, ", %.1f MB/s", rate / 1e6);
		fprintf(stderr, ", %.0f %s left", left < 120 ? left : left / 60, left < 120 ? "s" : "min");
	}
	fputs("\033[K", stderr);
	fflush(stderr);
	bar->drawn = now;
}

void embargo_bar_end(struct embargo_bar *bar)
{
	if (!bar->drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	bar->drawn = 0;
}
