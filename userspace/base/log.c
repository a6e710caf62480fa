// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages on stderr. */
#include <errno.h>
#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/cleanup.h"
#include "userspace/base/log.h"
#include "userspace/base/text.h"

static void log_line(const char *level, const char *format, va_list values, int error)
{
	_cleanup_free_ char *message = NULL, *safe = NULL;

	/* File names end up here: what they hold must not command the terminal. */
	if (vasprintf(&message, format, values) < 0)
		message = NULL;
	else
		safe = embargo_text_escape(message, strlen(message), "");
	fprintf(stderr, "embargo: %s%s", level, safe ?: "out of memory");
	if (error)
		fprintf(stderr, ": %s", strerror(-error));
	fputc('\n', stderr);
}

#define LOG_LINE(level, format, error)                                                                       \
	do {                                                                                                 \
		va_list values;                                                                              \
		va_start(values, format);                                                                    \
		log_line(level, format, values, error);                                                      \
		va_end(values);                                                                              \
	} while (0)

void embargo_log_error(const char *format, ...)
{
	LOG_LINE("", format, 0);
}

void embargo_log_warning(const char *format, ...)
{
	LOG_LINE("warning: ", format, 0);
}

void embargo_log_note(const char *format, ...)
{
	LOG_LINE("note: ", format, 0);
}

int embargo_log_errno(int error, const char *format, ...)
{
	LOG_LINE("", format, error);
	return error;
}

int embargo_log_kernel(int severity, const char *text)
{
	_cleanup_close_ int kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	char line[512];
	int size = snprintf(line, sizeof(line), "<%d>embargo: %s\n", LOG_DAEMON | severity, text);

	if (kmsg < 0 || write(kmsg, line, size < (int)sizeof(line) ? size : (int)sizeof(line) - 1) < 0)
		return -errno;
	return 0;
}
