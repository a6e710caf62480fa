/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a report is, on a terminal. */
#ifndef EMBARGO_USERSPACE_CLI_REPORT_PROGRESS_H
#define EMBARGO_USERSPACE_CLI_REPORT_PROGRESS_H

#include "userspace/base/progress.h"
#include "userspace/cli/command.h"
#include "userspace/report/report.h"

/* Bytes that are to be read, where a terminal shows how far that is. */
struct embargo_report_progress {
	struct embargo_bar bar;
	uint64_t bytes; /* 0: of nobody knows how much */
};

/* Add up what is to be read, and have @report tell @progress, which must live as long. Off a terminal:
 * nothing. */
void embargo_report_progress_begin(const struct embargo_arguments *arguments, struct embargo_report *report,
				   struct embargo_report_progress *progress);

#endif
