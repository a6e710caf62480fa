/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as text that can be read, stored and turned back. A byte is written
 * \xHH (two lower-case hex digits) if it is a backslash, belongs to a control
 * character or one that cannot be seen (policy/text.h), or is not UTF-8.
 */
#ifndef EMBARGO_USERSPACE_BASE_TEXT_H
#define EMBARGO_USERSPACE_BASE_TEXT_H

#include <stddef.h>

#include "policy/text.h"

/* The notation above, NUL-terminated, to be freed; NULL: no memory. */
char *embargo_text(const char *bytes, size_t size);
/* The same, but of ASCII characters those in @also are escaped: "" leaves backslashes, as in messages. */
char *embargo_text_escape(const char *bytes, size_t size, const char *also);
/* The longest beginning of @text, at most @size bytes, that splits no character and no \xHH. */
size_t embargo_text_cut(const char *text, size_t size);

#endif
