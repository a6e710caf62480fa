// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What sha256sum writes: `HASH  NAME', `HASH *NAME', `SHA256 (NAME) = HASH', a \ in
 * front when \n, \r and \\ stand for themselves in the name; bare hashes, several on one line, and
 * hashes within any other text. A line without one is counted as such.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "policy/import/private.h"

static void unescape(char *name)
{
	char *to = name;

	for (; *name; name++) {
		if (*name == '\\' && strchr("nr\\", name[1]) && name[1]) {
			name++;
			*to++ = *name == '\\' ? '\\' : ' ';
		} else {
			*to++ = *name;
		}
	}
	*to = 0;
}

/* `ALGORITHM (NAME) = HASH'; the name may hold anything. */
static bool tagged(char *line, char **ret_algorithm, char **ret_name, char **ret_hash)
{
	size_t algorithm = strcspn(line, " (");
	char *equals = NULL, *at, *open;

	open = line + algorithm + (line[algorithm] == ' ');
	if (!algorithm || *open != '(')
		return false;
	for (at = open; (at = strstr(at, ") = ")); at++)
		equals = at;
	if (!equals)
		return false;
	*ret_algorithm = line;
	line[algorithm] = 0;
	*ret_name = open + 1;
	*equals = 0;
	*ret_hash = equals + 4;
	return true;
}

/*
 * `HASH  NAME', `HASH *NAME'. A name that is a hash itself is one only with these two characters, as
 * sha256sum has them, before it.
 */
static bool plain(char *line, char **ret_name, char **ret_hash)
{
	size_t digits = strspn(line, "0123456789abcdefABCDEF");
	char *name = line + digits;

	if (digits < 32 || (*name && !isspace((unsigned char)*name)))
		return false;
	if (*name && !(name[0] == ' ' && (name[1] == ' ' || name[1] == '*')) && embargo_import_has_hash(name))
		return false;
	if (*name) {
		*name++ = 0;
		name += *name == ' ' || *name == '*';
	}
	if (embargo_import_has_hash(name) && embargo_import_digits(name) != EMBARGO_SHA256_SIZE * 2) {
		name[-1] = ' '; /* more hashes than one can be a name */
		line[digits] = ' ';
		return false;
	}
	*ret_name = name;
	*ret_hash = line;
	return true;
}

/* What stands before the first hash of a line says what it is of. */
static enum embargo_import_cause label(const char *line)
{
	const char *hash = embargo_import_first_hash(line);
	size_t size = hash ? hash - line : 0;
	char word[64];

	snprintf(word, sizeof(word), "%.*s", (int)(size < sizeof(word) ? size : sizeof(word) - 1), line);
	embargo_import_squeeze(word, word, sizeof(word));
	if (strstr(word, "authenti") || strstr(word, "section"))
		return EMBARGO_IMPORT_PART;
	if (strstr(word, "sha3") || strstr(word, "blake") || strstr(word, "sha512"))
		return EMBARGO_IMPORT_WEAK;
	return EMBARGO_IMPORT_CAUSES; /* nothing against it */
}

/* Any other text: all hashes in it, or one entry that has none. */
static int import_words(struct embargo_import *import, const char *line)
{
	const struct embargo_import_entry entry = {.bytes = EMBARGO_SIZE_UNKNOWN};
	enum embargo_import_cause cause = label(line);
	bool any;
	int r;

	if (cause == EMBARGO_IMPORT_CAUSES) {
		r = embargo_import_hash_list(import, line, &entry, &any);
		if (r || any)
			return r;
		cause = EMBARGO_IMPORT_NO_HASH;
	}
	embargo_import_entry_read(import);
	embargo_import_skip(import, cause, line);
	return 0;
}

static int import_line(struct embargo_import *import, char *line)
{
	struct embargo_import_entry entry = {.bytes = EMBARGO_SIZE_UNKNOWN};
	char *algorithm = NULL, *name, *hash;
	bool escaped = *line == '\\';

	line += escaped;
	if (*line == '#')
		return 0;
	if (!plain(line, &name, &hash) && !tagged(line, &algorithm, &name, &hash))
		return import_words(import, line);
	embargo_import_entry_read(import);
	if (escaped)
		unescape(name);
	entry.name = name;
	if (algorithm && !embargo_import_same(algorithm, "SHA256")) {
		embargo_import_skip(import, EMBARGO_IMPORT_WEAK, hash);
		return 0;
	}
	return embargo_import_file_hash(import, hash, &entry);
}

int embargo_import_sha256sum(struct embargo_feed *feed)
{
	return embargo_feed_lines(feed, import_line);
}
