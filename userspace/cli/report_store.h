/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `embargo report` does with a database: --to, --from, --init-db, --purge-before. */
#ifndef EMBARGO_USERSPACE_CLI_REPORT_STORE_H
#define EMBARGO_USERSPACE_CLI_REPORT_STORE_H

#include "userspace/cli/command.h"
#include "userspace/report/report.h"

/* Do these options go together? Reports. */
bool embargo_report_store_usable(const struct embargo_arguments *arguments);
/* All of --to: then no report is made. Lines that could not be read are in @report. 0 or -errno, reported.
 * @read: reads all operands into @report. */
int embargo_report_store_write(const struct embargo_arguments *arguments, struct embargo_report *report,
			       int (*read)(void *context, const char *path), void *context);
/* All of --from, into @report. -errno, reported. */
int embargo_report_store_read(const struct embargo_arguments *arguments, struct embargo_report *report);

#endif
