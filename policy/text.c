// SPDX-License-Identifier: GPL-2.0-or-later
/* Characters: digits, UTF-8, and those that policy text must not hold. */
#include <string.h>

#include "policy/private.h"

int embargo_hex_digit(char c)
{
	static const signed char values[256] = {
		['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
		['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
		['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
		['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
	};

	return values[(unsigned char)c] - 1;
}

size_t embargo_utf8_length(const char *bytes, size_t size)
{
	const unsigned char *b = (const unsigned char *)bytes;
	static const __u32 least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length, i;
	__u32 code;

	if (!size)
		return 0;
	if (b[0] < 0x80)
		return 1;
	if (b[0] >= 0xc2 && b[0] <= 0xdf)
		length = 2;
	else if (b[0] >= 0xe0 && b[0] <= 0xef)
		length = 3;
	else if (b[0] >= 0xf0 && b[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (size < length)
		return 0;
	code = b[0] & (0x7f >> length);
	for (i = 1; i < length; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (b[i] & 0x3f);
	}
	if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return length;
}

/*
 * C1 controls, line separators and the marks that turn the direction of text:
 * a reviewer of a diff would see another rule than the one that is loaded.
 */
bool embargo_text_hides(const char *character, size_t length)
{
	const unsigned char *b = (const unsigned char *)character;

	if (length == 2)
		return b[0] == 0xc2 && b[1] < 0xa0;
	if (length != 3)
		return false;
	if (b[0] == 0xe2 && b[1] == 0x80) /* U+200E, U+200F, U+2028 … U+202E */
		return b[2] == 0x8e || b[2] == 0x8f || (b[2] >= 0xa8 && b[2] <= 0xae);
	return b[0] == 0xe2 && b[1] == 0x81 && b[2] >= 0xa6 && b[2] <= 0xa9; /* U+2066 … U+2069 */
}

const char *embargo_text_problem(const char *bytes, size_t size, size_t *ret_offset)
{
	const char *problem = NULL;
	size_t i, length;

	for (i = 0; i < size && !problem; i += length) {
		length = 1;
		if ((unsigned char)bytes[i] >= ' ' && (unsigned char)bytes[i] < 0x7f)
			continue;
		if (bytes[i] == '\t')
			continue;
		length = embargo_utf8_length(bytes + i, size - i);
		if (!bytes[i])
			problem = "NUL byte";
		else if (!length)
			problem = "text that is not UTF-8";
		else if (length == 1)
			problem = "control character";
		else if (embargo_text_hides(bytes + i, length))
			problem = "invisible character that changes what a reader sees";
		if (problem)
			*ret_offset = i;
	}
	return problem;
}
