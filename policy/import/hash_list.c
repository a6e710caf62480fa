// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hashes as people list them: several in one cell or on one line, with commas, bars or blanks
 * between them, in quotes, behind `sha256:'. Hashes of other algorithms beside a SHA-256 are of the
 * same file; what they are more than the SHA-256 is taken note of.
 */
#include <ctype.h>
#include <string.h>

#include "policy/import/private.h"
#include "policy/text.h"

#define BETWEEN " \t\r\n,;|\"'`()[]<>{}"

static const size_t weak_digits[] = {32, 40, 56, 96, 128};

#define WEAK (sizeof(weak_digits) / sizeof(weak_digits[0]))

/* Bytes of the token at @text: what comes before the next mark between hashes. */
static size_t token_size(const char *text)
{
	return strcspn(text, BETWEEN);
}

/* How many hexadecimal digits the token is, and nothing else; 0: it is something else. */
static size_t token_digits(const char **token, size_t size)
{
	size_t digits = 0;

	if (size > 7 && (!strncasecmp(*token, "sha256:", 7) || !strncasecmp(*token, "sha256=", 7))) {
		*token += 7;
		size -= 7;
	}
	while (digits < size && embargo_hex_digit((*token)[digits]) >= 0)
		digits++;
	return digits == size ? digits : 0;
}

static int take(struct embargo_import *import, const char *digits, const struct embargo_import_entry *entry)
{
	char hash[EMBARGO_SHA256_SIZE * 2 + 1];

	snprintf(hash, sizeof(hash), "%s", digits);
	embargo_import_entry_read(import);
	return embargo_import_file_hash(import, hash, entry);
}

static void leave(struct embargo_import *import, enum embargo_import_cause cause, const char *what,
		  size_t size)
{
	char text[EMBARGO_IMPORT_TEXT];

	snprintf(text, sizeof(text), "%.*s", (int)(size < sizeof(text) ? size : sizeof(text) - 1), what);
	embargo_import_entry_read(import);
	embargo_import_skip(import, cause, text);
}

/* Of the weak hashes of one algorithm, those beyond the number of SHA-256 belong to files of their own. */
static void leave_weak(struct embargo_import *import, const char *text, size_t strong)
{
	size_t count[WEAK] = {0}, most = 0, i, size;
	const char *token;

	for (; *(text += strspn(text, BETWEEN)); text += size) {
		size = token_size(text);
		token = text;
		for (i = 0; i < WEAK; i++)
			if (token_digits(&token, size) == weak_digits[i] && ++count[i] > count[most])
				most = i;
		if (token_digits(&token, size) == weak_digits[most] && count[most] > strong) {
			leave(import, EMBARGO_IMPORT_WEAK, token, weak_digits[most]);
			strong++;
		}
	}
}

int embargo_import_hash_list(struct embargo_import *import, const char *text,
			     const struct embargo_import_entry *entry, bool *ret_any)
{
	size_t strong = 0, digits, size;
	const char *at = text, *token;
	int r;

	*ret_any = false;
	for (; *(at += strspn(at, BETWEEN)); at += size) {
		size = token_size(at);
		token = at;
		digits = token_digits(&token, size);
		*ret_any |= digits >= 32;
		if (digits == EMBARGO_SHA256_SIZE * 2) {
			strong++;
			r = take(import, token, entry);
			if (r)
				return r;
		} else if (digits >= 32 && !embargo_import_weak(digits)) {
			leave(import, EMBARGO_IMPORT_MALFORMED, token, digits);
		}
	}
	leave_weak(import, text, strong);
	return 0;
}

const char *embargo_import_first_hash(const char *text)
{
	size_t size;

	for (; *(text += strspn(text, BETWEEN)); text += size) {
		const char *token = text;

		size = token_size(text);
		if (token_digits(&token, size) == EMBARGO_SHA256_SIZE * 2)
			return token;
	}
	return NULL;
}

bool embargo_import_has_hash(const char *text)
{
	return embargo_import_first_hash(text);
}
