// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes -> text, reversibly. */
#include <stdlib.h>
#include <string.h>

#include "userspace/base/text.h"

#define ESCAPE_SIZE 4 /* \xHH */

char *embargo_text_escape(const char *bytes, size_t size, const char *also)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t character = 0;
	size_t length, i;
	char *text, *out;

	if (size > SIZE_MAX / ESCAPE_SIZE - 1)
		return NULL;
	out = text = malloc(size * ESCAPE_SIZE + 1);
	if (!text)
		return NULL;
	for (; size; bytes += length, size -= length) {
		length = embargo_utf8_next(bytes, size, &character);
		if (length && !embargo_character_hides(character) &&
		    !(length == 1 && strchr(also, character))) {
			memcpy(out, bytes, length);
			out += length;
			continue;
		}
		length = length ?: 1;
		for (i = 0; i < length; i++) {
			unsigned char byte = bytes[i];

			*out++ = '\\';
			*out++ = 'x';
			*out++ = hex[byte >> 4];
			*out++ = hex[byte & 15];
		}
	}
	*out = '\0';
	return text;
}

char *embargo_text(const char *bytes, size_t size)
{
	return embargo_text_escape(bytes, size, "\\");
}

size_t embargo_text_cut(const char *text, size_t size)
{
	size_t length = strlen(text), i;

	if (length <= size)
		return length;
	while (size && ((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	for (i = 1; i < ESCAPE_SIZE && i <= size; i++)
		if (text[size - i] == '\\')
			return size - i;
	return size;
}
