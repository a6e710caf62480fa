/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as text that can be read, stored and turned back. A byte is written
 * \xHH (two lower-case hex digits) if it is a backslash, belongs to a control
 * character or a mark that reorders what a reader sees, or is not UTF-8.
 */
#ifndef EMBARGO_USERSPACE_BASE_TEXT_H
#define EMBARGO_USERSPACE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length of the valid UTF-8 character at @bytes (1 for NUL too), 0: it is none. */
size_t embargo_utf8_next(const char *bytes, size_t size, uint32_t *ret_character);
bool embargo_utf8_valid(const char *bytes, size_t size);
/* Control characters, line separators, direction marks, and what cannot be seen at all. */
bool embargo_character_hides(uint32_t character);
/* The notation above, NUL-terminated, to be freed; NULL: no memory. */
char *embargo_text(const char *bytes, size_t size);
/* The same, but of ASCII characters those in @also are escaped: "" leaves backslashes, as in a message made
 * here. */
char *embargo_text_escape(const char *bytes, size_t size, const char *also);
/* The longest beginning of @text, at most @size bytes, that splits no character and no \xHH of the notation.
 */
size_t embargo_text_cut(const char *text, size_t size);

#endif
