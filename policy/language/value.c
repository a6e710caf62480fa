// SPDX-License-Identifier: GPL-2.0-or-later
/* Values of directives and keys: numbers, dates, hexadecimal, formats. */
#include <errno.h>
#include <string.h>

#include "policy/language/parse.h"

static int digits_value(const char *text, size_t size, __u64 *ret_number)
{
	__u64 number = 0;
	size_t i;

	if (!size)
		return -EINVAL;
	for (i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, text[i] - '0', &number))
			return -ERANGE;
	}
	*ret_number = number;
	return 0;
}

int embargo_parse_number(struct embargo_parser *parser, const char *what, __u64 *ret_number)
{
	const struct embargo_token *token = &parser->token;
	int r;

	r = digits_value(token->value, token->size, ret_number);
	if (r == -ERANGE)
		return embargo_parse_error(parser, token->value_start, NULL, "%s is too large", what);
	if (r < 0)
		return embargo_parse_error(parser, token->value_start, "only the digits 0 to 9",
					   "%s must be a decimal number", what);
	return 0;
}

int embargo_parse_scaled(struct embargo_parser *parser, const char *what, __u64 *ret_number)
{
	const struct embargo_token *token = &parser->token;
	size_t size = token->size;
	unsigned int shift = 0;
	__u64 number;
	int r;

	if (size) {
		switch (token->value[size - 1]) {
		case 'K':
			shift = 10;
			break;
		case 'M':
			shift = 20;
			break;
		case 'G':
			shift = 30;
			break;
		}
	}
	r = digits_value(token->value, size - !!shift, &number);
	if (r == -EINVAL)
		return embargo_parse_error(parser, token->value_start, "for example 512M or 2G",
					   "%s must be a number of bytes, with K, M or G after it or not",
					   what);
	if (r < 0 || number > UINT64_MAX >> shift)
		return embargo_parse_error(parser, token->value_start, NULL, "%s is too large", what);
	*ret_number = number << shift;
	return 0;
}

/* Days since 1970-01-01 in the Gregorian calendar; years counted from March, so that leap days end them. */
static __u32 civil_day(unsigned int year, unsigned int month, unsigned int day)
{
	unsigned int y = month > 2 ? year : year - 1;
	unsigned int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

int embargo_parse_date(struct embargo_parser *parser, __u32 *ret_day)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	const struct embargo_token *token = &parser->token;
	const char *text = token->value;
	__u64 year, month, day;
	bool leap;

	if (token->size != 10 || text[4] != '-' || text[7] != '-' || digits_value(text, 4, &year) < 0 ||
	    digits_value(text + 5, 2, &month) < 0 || digits_value(text + 8, 2, &day) < 0)
		return embargo_parse_error(parser, token->value_start, "write the last day as YYYY-MM-DD",
					   "not a date");
	leap = (year % 4 == 0 && year % 100) || year % 400 == 0;
	if (year <= 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days[month - 1] + (unsigned int)(leap && month == 2))
		return embargo_parse_error(parser, token->value_start, NULL,
					   "there is no such day, or it is before 1971");
	*ret_day = civil_day(year, month, day);
	return 0;
}

int embargo_parse_formats(struct embargo_parser *parser, __u8 *ret_formats)
{
	const struct embargo_token *token = &parser->token;
	char hint[EMBARGO_HINT_MAX], word[32];
	size_t at, end, size;
	__u8 formats = 0;
	int format;

	for (at = 0; at <= token->size; at = end + 1) {
		end = at + strcspn(token->value + at, ",");
		size = end - at < sizeof(word) ? end - at : sizeof(word) - 1;
		memcpy(word, token->value + at, size);
		word[size] = 0;
		format = embargo_format_number(word);
		if (format < 0) {
			if (!embargo_hint_nearest(hint, word, embargo_format_words))
				snprintf(hint, sizeof(hint),
					 "formats are elf, pe, script, other, module, firmware, kexec and "
					 "any; "
					 "several are joined by commas");
			return embargo_parse_error(parser, token->value_start + token->quoted + at, hint,
						   "unknown format `%s'", word);
		}
		formats |= format;
	}
	*ret_formats = formats;
	return 0;
}

int embargo_parse_sha256(struct embargo_parser *parser, size_t skip, __u8 ret_digest[EMBARGO_SHA256_SIZE])
{
	const struct embargo_token *token = &parser->token;
	const char *text = token->value + skip;
	size_t size = token->size - skip;
	size_t start = token->value_start + token->quoted + skip;
	__u8 digest[EMBARGO_SHA256_SIZE];
	size_t i;

	for (i = 0; i < size; i++)
		if (embargo_hex_digit(text[i]) < 0)
			return embargo_parse_error(parser, start + i, "digits are 0 to 9 and a to f",
						   "not a hexadecimal digit in a SHA-256");
	if (size != EMBARGO_SHA256_SIZE * 2) {
		char hint[EMBARGO_HINT_MAX];

		snprintf(hint, sizeof(hint), "a SHA-256 has 64 hexadecimal digits, this has %zu%s", size,
			 size == 32   ? " like an MD5"
			 : size == 40 ? " like a SHA-1"
				      : "");
		return embargo_parse_error(parser, start, hint, "wrong length of a SHA-256");
	}
	for (i = 0; i < EMBARGO_SHA256_SIZE; i++)
		digest[i] = embargo_hex_digit(text[2 * i]) << 4 | embargo_hex_digit(text[2 * i + 1]);
	memcpy(ret_digest, digest, sizeof(digest));
	return 0;
}

/* With colons, two digits stand between them; the first byte may have one. */
static size_t colon_problem(const struct embargo_token *token, bool odd)
{
	const char *text = token->value;
	size_t at = 0, size;

	if (!strchr(text, ':'))
		return SIZE_MAX;
	do {
		size = strcspn(text + at, ":");
		if (size != 2 && !(size == 1 && !at && odd))
			return at;
		at += size + 1;
	} while (at <= token->size);
	return SIZE_MAX;
}

int embargo_parse_hex(struct embargo_parser *parser, const char *what, size_t least, size_t most, bool odd,
		      __u8 *ret_bytes, size_t *ret_size)
{
	const struct embargo_token *token = &parser->token;
	size_t start = token->value_start + token->quoted;
	char text[EMBARGO_VALUE_MAX + 1], hint[EMBARGO_HINT_MAX];
	size_t digits = 1, first = 1, i;

	text[0] = '0';
	for (i = 0; i < token->size; i++) {
		if (token->value[i] == ':')
			continue;
		if (embargo_hex_digit(token->value[i]) < 0)
			return embargo_parse_error(parser, start + i, "digits are 0 to 9 and a to f",
						   "not a hexadecimal digit in %s", what);
		text[digits++] = token->value[i];
	}
	i = colon_problem(token, odd);
	if (i != SIZE_MAX)
		return embargo_parse_error(parser, start + i, "two digits make a byte",
					   "not two digits between the colons of %s", what);
	while (odd && first + 1 < digits && text[first] == '0')
		first++; /* leading zeros of a number */
	if ((digits - first) % 2) {
		if (!odd)
			return embargo_parse_error(parser, start, "two digits make a byte",
						   "odd number of hexadecimal digits in %s", what);
		first--; /* a zero again, at least the one of the beginning */
	}
	digits -= first;
	if (digits < least * 2 || digits > most * 2) {
		snprintf(hint, sizeof(hint), "%s has %zu to %zu bytes, this has %zu", what, least, most,
			 digits / 2);
		return embargo_parse_error(parser, start, hint, "wrong length of %s", what);
	}
	for (i = 0; i < digits / 2; i++, first += 2)
		ret_bytes[i] = embargo_hex_digit(text[first]) << 4 | embargo_hex_digit(text[first + 1]);
	*ret_size = digits / 2;
	return 0;
}

int embargo_parse_utf8(struct embargo_parser *parser)
{
	const struct embargo_token *token = &parser->token;
	size_t i, length;

	for (i = 0; i < token->size; i += length) {
		length = embargo_utf8_length(token->value + i, token->size - i);
		if (!length)
			return embargo_parse_error(parser, token->value_start,
						   "only paths and names in modules may hold any byte",
						   "value is not UTF-8");
	}
	return 0;
}
