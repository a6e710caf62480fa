/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Characters of text that people read: UTF-8, and those that a reader cannot see. */
#ifndef EMBARGO_POLICY_TEXT_H
#define EMBARGO_POLICY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int embargo_hex_digit(char c); /* 0 to 15, -1: it is none */
/* Length of the valid UTF-8 character at @bytes (1 for NUL too), 0: it is none. */
size_t embargo_utf8_next(const char *bytes, size_t size, uint32_t *ret_character);
size_t embargo_utf8_length(const char *bytes, size_t size); /* the same, where only the length matters */
bool embargo_utf8_valid(const char *bytes, size_t size);
/*
 * Control characters (tab and newline too), line separators, marks that turn the
 * direction of text, and what leaves no trace on a screen: with these two texts
 * look alike that are not, and a reviewer sees another rule than the one in force.
 */
bool embargo_character_hides(uint32_t character);
/* NULL: one line that can be read; else what is wrong with it, at *@ret_offset. Tabs are fine. */
const char *embargo_text_problem(const char *bytes, size_t size, size_t *ret_offset);

#endif
