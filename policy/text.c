// SPDX-License-Identifier: GPL-2.0-or-later
/* Characters: digits, UTF-8, and those that cannot be seen. */
#include "policy/text.h"

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

size_t embargo_utf8_length(const char *bytes, size_t size)
{
	uint32_t character;

	return embargo_utf8_next(bytes, size, &character);
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

/*
 * Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), with the controls
 * (general category Cc), the line and paragraph separators (Zl, Zp), the rest of the
 * bidirectional formatting characters (UAX #9) and the interlinear annotation marks.
 * In order, no two touch.
 */
static const struct {
	uint32_t first;
	uint32_t last;
} hidden[] = {
	{0x00, 0x1f},	    /* C0 controls */
	{0x7f, 0x9f},	    /* delete, C1 controls */
	{0xad, 0xad},	    /* soft hyphen */
	{0x34f, 0x34f},	    /* combining grapheme joiner */
	{0x61c, 0x61c},	    /* Arabic letter mark */
	{0x115f, 0x1160},   /* Hangul fillers */
	{0x17b4, 0x17b5},   /* Khmer inherent vowels */
	{0x180b, 0x180f},   /* Mongolian variation selectors and vowel separator */
	{0x200b, 0x200f},   /* zero width space and joiners, left-to-right and right-to-left mark */
	{0x2028, 0x202e},   /* line and paragraph separator, embeddings and overrides */
	{0x2060, 0x206f},   /* word joiner, invisible operators, isolates, deprecated format characters */
	{0x3164, 0x3164},   /* Hangul filler */
	{0xfe00, 0xfe0f},   /* variation selectors */
	{0xfeff, 0xfeff},   /* zero width no-break space */
	{0xffa0, 0xffa0},   /* halfwidth Hangul filler */
	{0xfff0, 0xfffb},   /* reserved to be ignored; interlinear annotation */
	{0x1bca0, 0x1bca3}, /* shorthand format controls */
	{0x1d173, 0x1d17a}, /* musical beams, ties and slurs */
	{0xe0000, 0xe0fff}, /* tags, variation selectors, reserved to be ignored */
};

bool embargo_character_hides(uint32_t character)
{
	size_t i;

	for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (character <= hidden[i].last)
			return character >= hidden[i].first;
	return false;
}

const char *embargo_text_problem(const char *bytes, size_t size, size_t *ret_offset)
{
	uint32_t character;
	size_t i, length;

	for (i = 0; i < size; i += length) {
		length = embargo_utf8_next(bytes + i, size - i, &character);
		if (length && (character == '\t' || !embargo_character_hides(character)))
			continue;
		*ret_offset = i;
		if (!length)
			return "text that is not UTF-8";
		if (!character)
			return "NUL byte";
		if (character < ' ' || character == 0x7f)
			return "control character";
		return "invisible character that changes what a reader sees";
	}
	return NULL;
}
