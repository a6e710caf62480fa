// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes -> text -> the same bytes. */
#include "tests/harness.h"
#include "userspace/base/text.h"

static int digit(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

/* What a reader of the logs does to have the bytes back. */
static size_t undo(const char *text, char *bytes)
{
	size_t count = 0;

	while (*text) {
		if (text[0] == '\\' && text[1] == 'x') {
			bytes[count++] = digit(text[2]) << 4 | digit(text[3]);
			text += 4;
		} else {
			bytes[count++] = *text++;
		}
	}
	return count;
}

TEST(every_byte_comes_back)
{
	char bytes[255], back[255 * 4];
	char *text;
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i + 1;
	text = embargo_text(bytes, sizeof(bytes));
	ASSERT_NOT_NULL(text);
	EXPECT_TRUE(embargo_utf8_valid(text, strlen(text)));
	for (i = 0; text[i]; i++)
		EXPECT_TRUE((unsigned char)text[i] >= ' ' && text[i] != 0x7f);
	EXPECT_EQ(sizeof(bytes), undo(text, back));
	EXPECT_MEMEQ(bytes, back, sizeof(bytes));
	free(text);
}

TEST(random_bytes_come_back)
{
	char bytes[64], back[64 * 4];
	unsigned int seed = 1, round;
	size_t i;

	for (round = 0; round < 20000; round++) {
		size_t size = rand_r(&seed) % sizeof(bytes);
		char *text;

		/* Mostly bytes that nearly make characters. */
		for (i = 0; i < size; i++)
			bytes[i] = rand_r(&seed) % 3 ? 0x80 | rand_r(&seed) : 1 + rand_r(&seed) % 255;
		for (i = 0; i < size; i++)
			bytes[i] = bytes[i] ?: '\\';
		text = embargo_text(bytes, size);
		ASSERT_NOT_NULL(text);
		ASSERT_TRUE(embargo_utf8_valid(text, strlen(text)));
		ASSERT_EQ(size, undo(text, back));
		ASSERT_MEMEQ(bytes, back, size);
		free(text);
	}
}

TEST(text_that_reads_well_stays)
{
	char *text = embargo_text("/opt/Überwachung/警报 \"a\"", strlen("/opt/Überwachung/警报 \"a\""));

	EXPECT_STREQ("/opt/Überwachung/警报 \"a\"", text);
	free(text);
}

FIXTURE(escaped){};

FIXTURE_VARIANT(escaped)
{
	const char *bytes;
	const char *text;
};

FIXTURE_SETUP(escaped)
{
}

#define ESCAPED(name, from, to)                                                                              \
	FIXTURE_VARIANT_ADD(escaped, name)                                                                   \
	{                                                                                                    \
		.bytes = from, .text = to                                                                    \
	}

ESCAPED(newline, "a\nb", "a\\x0ab");
ESCAPED(escape_sequence, "\033[2J", "\\x1b[2J");
ESCAPED(backslash, "a\\x0a", "a\\x5cx0a");
ESCAPED(delete, "\177", "\\x7f");
ESCAPED(c1_control, "\302\233", "\\xc2\\x9b");
ESCAPED(overlong_slash, "\300\257", "\\xc0\\xaf");
ESCAPED(overlong_three, "\340\200\257", "\\xe0\\x80\\xaf");
ESCAPED(surrogate, "\355\240\200", "\\xed\\xa0\\x80");
ESCAPED(past_unicode, "\364\220\200\200", "\\xf4\\x90\\x80\\x80");
ESCAPED(cut_character, "a\303", "a\\xc3");
ESCAPED(lone_continuation, "\200a", "\\x80a");
ESCAPED(right_to_left, "\342\200\256gpj.exe", "\\xe2\\x80\\xaegpj.exe");
ESCAPED(zero_width, "a\342\200\213b", "a\\xe2\\x80\\x8bb");
ESCAPED(line_separator, "a\342\200\250b", "a\\xe2\\x80\\xa8b");
ESCAPED(byte_order_mark, "\357\273\277a", "\\xef\\xbb\\xbfa");

TEST_F(escaped, as_documented)
{
	char *text = embargo_text(variant->bytes, strlen(variant->bytes));

	EXPECT_STREQ(variant->text, text);
	free(text);
}

/* As Perl counts \p{DI}, \p{Cc}, \p{Zl}, \p{Zp}, \p{Bidi_Control} and U+FFF9 … U+FFFB in Unicode 14. */
TEST(all_that_hide_are_known)
{
	uint32_t character, count = 0;

	for (character = 0; character <= 0x10ffff; character++)
		count += embargo_character_hides(character);
	EXPECT_EQ(4244, count);
}

FIXTURE(hidden){};

FIXTURE_VARIANT(hidden)
{
	uint32_t first;
	uint32_t last;
};

FIXTURE_SETUP(hidden)
{
}

#define HIDDEN(name, from, to)                                                                               \
	FIXTURE_VARIANT_ADD(hidden, name)                                                                    \
	{                                                                                                    \
		.first = from, .last = to                                                                    \
	}

HIDDEN(soft_hyphen, 0xad, 0xad);
HIDDEN(grapheme_joiner, 0x34f, 0x34f);
HIDDEN(arabic_letter_mark, 0x61c, 0x61c);
HIDDEN(hangul_fillers, 0x115f, 0x1160);
HIDDEN(khmer_vowels, 0x17b4, 0x17b5);
HIDDEN(mongolian_selectors, 0x180b, 0x180f);
HIDDEN(zero_width_and_marks, 0x200b, 0x200f);
HIDDEN(separators_embeddings_overrides, 0x2028, 0x202e);
HIDDEN(joiner_operators_isolates, 0x2060, 0x206f);
HIDDEN(hangul_filler, 0x3164, 0x3164);
HIDDEN(variation_selectors, 0xfe00, 0xfe0f);
HIDDEN(byte_order_mark, 0xfeff, 0xfeff);
HIDDEN(halfwidth_filler, 0xffa0, 0xffa0);
HIDDEN(interlinear, 0xfff0, 0xfffb);
HIDDEN(shorthand, 0x1bca0, 0x1bca3);
HIDDEN(musical, 0x1d173, 0x1d17a);
HIDDEN(tags_and_more_selectors, 0xe0000, 0xe0fff);

/* U+0080 and above */
static size_t put_character(uint32_t c, char *to)
{
	if (c < 0x800)
		return sprintf(to, "%c%c", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
	if (c < 0x10000)
		return sprintf(to, "%c%c%c", 0xe0 | c >> 12, 0x80 | (c >> 6 & 0x3f), 0x80 | (c & 0x3f));
	return sprintf(to, "%c%c%c%c", 0xf0 | c >> 18, 0x80 | (c >> 12 & 0x3f), 0x80 | (c >> 6 & 0x3f),
		       0x80 | (c & 0x3f));
}

/* In a policy they are an error at their place, in a message their bytes are seen, just outside all is as it
 * was. */
TEST_F(hidden, in_policy_and_message)
{
	char text[16] = "ab", *shown;
	size_t length, at;
	uint32_t c;

	for (c = variant->first - 1; c <= variant->last + 1; c++) {
		bool inside = c >= variant->first && c <= variant->last;

		length = 2 + put_character(c, text + 2);
		at = 99;
		EXPECT_EQ(inside, embargo_text_problem(text, length, &at) != NULL)
		{
			TH_LOG("U+%04X", c);
		}
		EXPECT_EQ(inside ? 2 : 99, at);
		shown = embargo_text(text, length);
		EXPECT_EQ(inside ? 2 + 4 * (length - 2) : length, strlen(shown));
		free(shown);
	}
}

TEST(a_cut_splits_nothing)
{
	EXPECT_EQ(3, embargo_text_cut("abc", 3));
	EXPECT_EQ(2, embargo_text_cut("abc", 2));
	EXPECT_EQ(1, embargo_text_cut("aü", 2));
	EXPECT_EQ(0, embargo_text_cut("警", 2));
	EXPECT_EQ(1, embargo_text_cut("a\\x0ab", 2));
	EXPECT_EQ(1, embargo_text_cut("a\\x0ab", 3));
	EXPECT_EQ(1, embargo_text_cut("a\\x0ab", 4));
	EXPECT_EQ(5, embargo_text_cut("a\\x0ab", 5));
	EXPECT_EQ(0, embargo_text_cut("\\x0ab", 1));
	EXPECT_EQ(0, embargo_text_cut("abc", 0));
}

TEST_HARNESS_MAIN
