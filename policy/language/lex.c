// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line -> tokens: words, "strings", key=word and key="string". A `#` where a
 * token could begin starts a comment.
 */
#include <errno.h>
#include <string.h>

#include "policy/language/parse.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_key_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == '_';
}

static int put(struct embargo_parser *parser, char c)
{
	struct embargo_token *token = &parser->token;

	if (token->size + 1 >= EMBARGO_VALUE_MAX)
		return embargo_parse_error(parser, token->value_start, NULL, "value is longer than %d bytes",
					   EMBARGO_VALUE_MAX - 1);
	token->value[token->size++] = c;
	return 0;
}

/* After a `\` at @position - 1. Returns the byte, or -EINVAL; moves on. */
static int lex_escape(struct embargo_parser *parser)
{
	const char *text = parser->line.text;
	size_t at = parser->position - 1;
	int high, low;

	switch (text[parser->position++]) {
	case '"':
		return '"';
	case '\\':
		return '\\';
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'x':
		high = embargo_hex_digit(text[parser->position]);
		low = high < 0 ? -1 : embargo_hex_digit(text[parser->position + 1]);
		if (low < 0)
			return embargo_parse_error(parser, at, "\\x41 stands for the byte 0x41, an A",
						   "\\x needs two hexadecimal digits");
		parser->position += 2;
		if (!high && !low)
			return embargo_parse_error(parser, at, NULL, "a value cannot hold a NUL byte");
		return high << 4 | low;
	case 0:
		return embargo_parse_error(parser, parser->token.value_start, NULL,
					   "string without a closing quote");
	default:
		return embargo_parse_error(parser, at, "a backslash itself is written \\\\",
					   "unknown escape: only \\\", \\\\, \\n, \\t and \\xHH are known");
	}
}

static int lex_string(struct embargo_parser *parser)
{
	const char *text = parser->line.text;
	int c;

	parser->position++;
	while (text[parser->position] != '"') {
		if (!text[parser->position])
			return embargo_parse_error(parser, parser->token.value_start,
						   "write a quote within a string as \\\"",
						   "string without a closing quote");
		c = (unsigned char)text[parser->position++];
		if (c == '\\')
			c = lex_escape(parser);
		if (c < 0)
			return c;
		if (put(parser, c) < 0)
			return -EINVAL;
	}
	parser->position++;
	if (text[parser->position] && !is_blank(text[parser->position]))
		return embargo_parse_error(parser, parser->position, "write a quote within a string as \\\"",
					   "a space must follow a string");
	return 0;
}

static int lex_word(struct embargo_parser *parser)
{
	const char *text = parser->line.text;
	char c;

	for (; text[parser->position] && !is_blank(text[parser->position]); parser->position++) {
		c = text[parser->position];
		if (c == '"')
			return embargo_parse_error(parser, parser->position,
						   "put the whole value into quotes", "quote within a word");
		if (c == '\\')
			return embargo_parse_error(parser, parser->position,
						   "a \\ continues a line only as its very last character; "
						   "values with a \\ go into quotes",
						   "backslash outside of quotes");
		if (put(parser, c) < 0)
			return -EINVAL;
	}
	return 0;
}

static int lex_key(struct embargo_parser *parser)
{
	const char *text = parser->line.text + parser->position;
	size_t size = 0;

	while (is_key_character(text[size]))
		size++;
	if (text[size] != '=')
		return 0;
	if (!size)
		return embargo_parse_error(parser, parser->position,
					   "write key=value, without spaces around the =", "= without a key");
	if (size >= EMBARGO_KEY_MAX)
		return embargo_parse_error(parser, parser->position, NULL, "key is longer than %d bytes",
					   EMBARGO_KEY_MAX - 1);
	memcpy(parser->token.key, text, size);
	parser->token.key[size] = 0;
	parser->position += size + 1;
	return 0;
}

int embargo_lex(struct embargo_parser *parser)
{
	struct embargo_token *token = &parser->token;
	const char *text = parser->line.text;
	int r;

	while (is_blank(text[parser->position]))
		parser->position++;
	token->start = parser->position;
	token->value_start = parser->position;
	token->key[0] = 0;
	token->size = 0;
	if (!text[parser->position] || text[parser->position] == '#')
		return 0;
	r = lex_key(parser);
	if (r < 0)
		return r;
	token->value_start = parser->position;
	token->quoted = text[parser->position] == '"';
	r = token->quoted ? lex_string(parser) : lex_word(parser);
	if (r < 0)
		return r;
	token->value[token->size] = 0;
	token->end = parser->position;
	if (token->key[0] && !token->quoted && !token->size)
		return embargo_parse_error(parser, token->value_start,
					   "write key=value, without spaces around the =", "%s= has no value",
					   token->key);
	return 1;
}
