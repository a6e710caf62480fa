// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What sha256sum writes: `HASH  NAME', `HASH *NAME', `SHA256 (NAME) = HASH', a \ in
 * front when \n, \r and \\ stand for themselves in the name; and bare hashes.
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

static bool plain(char *line, char **ret_name, char **ret_hash)
{
	size_t digits = strspn(line, "0123456789abcdefABCDEF");
	char *name = line + digits;

	if (digits < 32 || (*name && !isspace((unsigned char)*name)))
		return false;
	if (*name) {
		*name++ = 0;
		name += *name == ' ' || *name == '*';
	}
	*ret_name = name;
	*ret_hash = line;
	return true;
}

static int import_line(struct embargo_import *import, char *line)
{
	struct embargo_import_entry entry = {.bytes = EMBARGO_SIZE_UNKNOWN};
	char *algorithm = NULL, *name, *hash;
	bool escaped = *line == '\\';

	line += escaped;
	if (*line == '#')
		return 0;
	if (!plain(line, &name, &hash) && !tagged(line, &algorithm, &name, &hash)) {
		embargo_import_skip(import, EMBARGO_IMPORT_MALFORMED, line);
		return 0;
	}
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
	_cleanup_free_ char *line = malloc(EMBARGO_IMPORT_LINE);
	int r;

	if (!line)
		return embargo_import_fail(feed->import, -ENOMEM, "%s", strerror(ENOMEM));
	while ((r = embargo_feed_line(feed, line)) > 0) {
		r = import_line(feed->import, line);
		if (r)
			return r;
	}
	return r;
}
