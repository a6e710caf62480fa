// SPDX-License-Identifier: GPL-2.0-or-later
/* How far a report is: bytes read, then hosts written. */
#include <sys/stat.h>

#include "userspace/cli/report_progress.h"

static int size_add(void *context, const char *path)
{
	struct embargo_report_progress *progress = context;
	struct stat st;

	if (!stat(path, &st) && S_ISREG(st.st_mode))
		progress->bytes += st.st_size;
	return 0;
}

static void show_progress(void *context, uint64_t done, uint64_t total)
{
	struct embargo_report_progress *progress = context;

	if (total && !progress->bar.unit) {
		embargo_bar_end(&progress->bar);
		embargo_bar_begin(&progress->bar, "report: written");
		progress->bar.unit = "hosts";
	}
	embargo_bar_show(&progress->bar, done, total ?: progress->bytes);
}

/* What is passed over is counted by who reads. */
void embargo_report_progress_begin(const struct embargo_arguments *arguments, struct embargo_report *report,
				   struct embargo_report_progress *progress)
{
	uint64_t passed_over = report->passed_over;
	size_t i;

	*progress = (struct embargo_report_progress){0};
	embargo_bar_begin(&progress->bar, "report: read");
	if (!progress->bar.terminal)
		return;
	for (i = 0; i < arguments->operand_count; i++)
		embargo_report_files(report, arguments->operands[i], size_add, progress);
	report->passed_over = passed_over;
	report->progress = show_progress;
	report->progress_context = progress;
}
