// SPDX-License-Identifier: GPL-2.0-or-later
/* What feeds write, and how much of it can be taken as it is. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "policy/import/private.h"
#include "policy/policy.h"
#include "policy/text.h"

#define CUT "…"

void embargo_import_clean(const char *text, char *ret_text, size_t room)
{
	size_t size = text ? strlen(text) : 0, used = 0, length, i;
	uint32_t character;

	for (i = 0; i < size; i += length) {
		length = embargo_utf8_next(text + i, size - i, &character);
		if (used + (length ?: 1) + sizeof(CUT) > room) {
			strcpy(ret_text + used, CUT);
			return;
		}
		if (length == 1 && embargo_character_hides(character)) {
			ret_text[used++] = ' ';
		} else if (!length || embargo_character_hides(character)) {
			length = length ?: 1;
			ret_text[used++] = '?';
		} else {
			memcpy(ret_text + used, text + i, length);
			used += length;
		}
	}
	ret_text[used] = 0;
}

size_t embargo_import_digits(const char *text)
{
	size_t digits = 0;

	while (isspace((unsigned char)*text))
		text++;
	while (embargo_hex_digit(text[digits]) >= 0)
		digits++;
	text += digits;
	while (isspace((unsigned char)*text))
		text++;
	return *text ? 0 : digits;
}

int embargo_import_sha256(const char *text, __u8 ret_digest[EMBARGO_SHA256_SIZE])
{
	size_t i;

	if (embargo_import_digits(text) != EMBARGO_SHA256_SIZE * 2)
		return -EINVAL;
	while (isspace((unsigned char)*text))
		text++;
	for (i = 0; i < EMBARGO_SHA256_SIZE; i++)
		ret_digest[i] = embargo_hex_digit(text[2 * i]) << 4 | embargo_hex_digit(text[2 * i + 1]);
	return 0;
}

bool embargo_import_weak(size_t digits)
{
	return digits == 32 || digits == 40 || digits == 56 || digits == 96 || digits == 128;
}

int embargo_import_number(const char *text, __u64 *ret_number)
{
	__u64 number = 0;

	while (isspace((unsigned char)*text))
		text++;
	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, *text - '0', &number))
			return -ERANGE;
	while (isspace((unsigned char)*text))
		text++;
	if (*text)
		return -EINVAL;
	*ret_number = number;
	return 0;
}

int embargo_import_date(const char *text, char ret_date[11])
{
	static const char form[] = "dddd-dd-dd";
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned int year, month, day, leap, last, i;

	while (isspace((unsigned char)*text))
		text++;
	for (i = 0; form[i]; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
			return -EINVAL;
	if (isdigit((unsigned char)text[i]))
		return -EINVAL;
	sscanf(text, "%4u-%2u-%2u", &year, &month, &day);
	leap = (year % 4 == 0 && year % 100) || year % 400 == 0;
	if (year < 1971 || month < 1 || month > 12)
		return -EINVAL;
	last = days[month - 1] + (month == 2 ? leap : 0);
	if (day < 1 || day > last)
		return -EINVAL;
	memcpy(ret_date, text, 10);
	ret_date[10] = 0;
	return 0;
}

void embargo_import_squeeze(const char *text, char *ret_word, size_t room)
{
	size_t used = 0;

	for (; *text && used + 1 < room; text++)
		if (isalnum((unsigned char)*text))
			ret_word[used++] = tolower((unsigned char)*text);
	ret_word[used] = 0;
}

bool embargo_import_same(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a && !isalnum((unsigned char)*a))
			a++;
		while (*b && !isalnum((unsigned char)*b))
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
}

static __u32 one_kind(const char *text)
{
	static const struct {
		const char *name;
		__u32 formats;
	} kinds[] = {
		{"elf", EMBARGO_FORMAT_ELF},
		{"application/x-executable", EMBARGO_FORMAT_ELF},
		{"application/x-sharedlib", EMBARGO_FORMAT_ELF},
		{"application/x-pie-executable", EMBARGO_FORMAT_ELF},
		{"pe", EMBARGO_FORMAT_PE},
		{"exe", EMBARGO_FORMAT_PE},
		{"dll", EMBARGO_FORMAT_PE},
		{"sys", EMBARGO_FORMAT_PE},
		{"efi", EMBARGO_FORMAT_PE},
		{"application/x-dosexec", EMBARGO_FORMAT_PE},
		{"application/vnd.microsoft.portable-executable", EMBARGO_FORMAT_PE},
		{"firmware", EMBARGO_FORMAT_FIRMWARE},
		{"kexec", EMBARGO_FORMAT_KEXEC},
		{"module", EMBARGO_FORMAT_MODULE},
		{"ko", EMBARGO_FORMAT_MODULE},
		{"script", EMBARGO_FORMAT_SCRIPT},
		{"other", EMBARGO_FORMAT_OTHER},
		{"deb", EMBARGO_FORMAT_OTHER},
		{"rpm", EMBARGO_FORMAT_OTHER},
		{"zip", EMBARGO_FORMAT_OTHER},
		{"jar", EMBARGO_FORMAT_OTHER},
	};
	size_t i;

	for (i = 0; text && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (embargo_import_same(text, kinds[i].name))
			return kinds[i].formats;
	return 0;
}

/* One word, or several as the language has them. */
__u32 embargo_import_kind(const char *text)
{
	char word[64];
	__u32 formats = 0, kind;
	size_t size;

	if (!text || !strchr(text, ','))
		return one_kind(text);
	for (; *text; text += size + (text[size] == ',')) {
		size = strcspn(text, ",");
		snprintf(word, sizeof(word), "%.*s", (int)(size < 63 ? size : 63), text);
		kind = one_kind(word);
		if (!kind)
			return 0; /* it is not known what all of them are */
		formats |= kind;
	}
	return formats;
}
