/* SPDX-License-Identifier: GPL-2.0-or-later */
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
