/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person reads on stderr: `embargo: …`, one line, no byte that a terminal obeys. */
#ifndef EMBARGO_USERSPACE_BASE_LOG_H
#define EMBARGO_USERSPACE_BASE_LOG_H

void embargo_log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void embargo_log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void embargo_log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Adds what @error, a negative errno, means; returns @error. */
int embargo_log_errno(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * One line to the kernel's log, which reaches syslog, the journal and the console, also when none of them is
 * there yet. @severity: as <syslog.h> numbers it. -errno, not reported.
 */
int embargo_log_kernel(int severity, const char *text);

#endif
