/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message that does not come from the kernel: a sentence and its fields. */
#ifndef EMBARGO_USERSPACE_EVENT_LOG_MESSAGE_H
#define EMBARGO_USERSPACE_EVENT_LOG_MESSAGE_H

#include <jansson.h>

#define EMBARGO_LOG_MESSAGE_PART 1024 /* bytes of a text in it; then it is cut */

/* Start with all zeroes. Texts are printable UTF-8, as userspace/base/text.h makes it. */
struct embargo_log_message {
	int severity;	/* LOG_ERR, … */
	json_t *object; /* "id": MSGID of syslog, "message": the sentence; the others are fields: texts and
			   integers */
};

/* 0, or -ENOMEM, also if an earlier call failed: then there is no note. */
int embargo_log_message_new(struct embargo_log_message *message, int severity, const char *id,
			    const char *format, ...) __attribute__((format(printf, 4, 5)));
void embargo_log_message_text(struct embargo_log_message *message, const char *name, const char *text);
void embargo_log_message_number(struct embargo_log_message *message, const char *name, int64_t number);
void embargo_log_message_clear(struct embargo_log_message *message);

const char *embargo_log_message_id(const struct embargo_log_message *message);
const char *embargo_log_message_message(const struct embargo_log_message *message);

/* One line without its newline, to be freed; NULL: no memory. And back: -EBADMSG. */
char *embargo_log_message_write(const struct embargo_log_message *message);
int embargo_log_message_read(const char *line, struct embargo_log_message *ret_message);

#endif
