// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hash signatures of ClamAV (.hsb, .hsu, .hdb, .hdu): HASH:SIZE:NAME[:LEVEL[:LEVEL]],
 * size * if it is not known. The other way round, SIZE:HASH:NAME, they are of parts
 * of PE files (.mdb, .msb): no file has such a hash.
 */
#include <errno.h>
#include <string.h>

#include "policy/import/private.h"

/* Cuts what stands before the next colon. */
static char *field(char **rest)
{
	char *start = *rest;

	if (!start)
		return NULL;
	*rest = strchr(start, ':');
	if (*rest)
		*(*rest)++ = 0;
	return start;
}

static int import_line(struct embargo_import *import, char *line)
{
	struct embargo_import_entry entry = {};
	char *rest = line, *hash = field(&rest);
	__u64 number;

	entry.size = field(&rest);
	entry.name = field(&rest);
	if (*hash == '#')
		return 0;
	embargo_import_entry_read(import);
	if (!entry.name) {
		embargo_import_skip(import, EMBARGO_IMPORT_MALFORMED, line);
		return 0;
	}
	if (!embargo_import_number(hash, &number) && embargo_import_digits(entry.size) >= 32) {
		embargo_import_skip(import, EMBARGO_IMPORT_PART, entry.size);
		return 0;
	}
	return embargo_import_file_hash(import, hash, &entry);
}

int embargo_import_clamav(struct embargo_feed *feed)
{
	return embargo_feed_lines(feed, import_line);
}
