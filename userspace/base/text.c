/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes -> text, reversibly. */
#include <stdlib.h>
#include <string.h>

#include "userspace/base/text.h"

#define ESCAPE_SIZE 4 /* \xHH */

size_t embargo_utf8_next(const char *bytes, size_t size, uint32_t *ret_character)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *b = (const unsigned char *)bytes;
	size_t length, i;
	uint32_t c;

	if (!size)
		return 0;
	if (b[0] < 0x80) {
		*ret_character = b[0];
		return 1;
	}
	length = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : b[0] >= 0xc0 ? 2 : 0;
	if (!length || b[0] > 0xf4 || size < length)
		return 0;
	c = b[0] & (0x7f >> length);
	for (i = 1; i < length; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (b[i] & 0x3f);
	}
	/* Overlong forms, surrogates, past the end of Unicode. */
	if (c < least[length] || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return 0;
	*ret_character = c;
	return length;
}

bool embargo_utf8_valid(const char *bytes, size_t size)
{
	uint32_t character;
	size_t length;

	for (; size; bytes += length, size -= length) {
		length = embargo_utf8_next(bytes, size, &character);
		if (!length)
			return false;
	}
	return true;
}

bool embargo_character_hides(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb);
}

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
