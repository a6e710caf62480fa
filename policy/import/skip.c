// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries that became no rule: counted, a few kept as examples, all reported. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "policy/import/private.h"

#define WHAT_MAX 160

static const char *const causes[EMBARGO_IMPORT_CAUSES] = {
	[EMBARGO_IMPORT_WEAK] = "the hash is not a SHA-256, and the kernel compares no other",
	[EMBARGO_IMPORT_PART] = "the hash is of a part of a file (Authenticode, a section)",
	[EMBARGO_IMPORT_NO_HASH] = "there is no hash",
	[EMBARGO_IMPORT_MALFORMED] = "not understood",
	[EMBARGO_IMPORT_CONDITION] = "it asks for more than one rule can say",
	[EMBARGO_IMPORT_OTHER_KIND] = "not about a file or a signer",
	[EMBARGO_IMPORT_INACTIVE] = "revoked, expired, deleted or not for detection",
	[EMBARGO_IMPORT_ALLOWS] = "it allows, and exemptions are written by hand",
	[EMBARGO_IMPORT_OTHER_SYSTEM] = "only another system knows what it names",
	[EMBARGO_IMPORT_BROAD] = "the rule would reach further; it is in a comment",
	[EMBARGO_IMPORT_BAD_SIZE] = "the size is not a number; the rule has none",
	[EMBARGO_IMPORT_OTHER_SIZE] = "listed again with another size or format; the rule holds for any",
	[EMBARGO_IMPORT_NOT_PROGRAM] = "neither a program, a library, a script nor a module",
	[EMBARGO_IMPORT_UNREADABLE] = "encrypted, damaged, nested too deep, or recognised and not opened",
	[EMBARGO_IMPORT_TRIVIAL] = "every host has a file with that hash: empty, one byte, zeros",
	[EMBARGO_IMPORT_CEL] = "a CEL rule: not supported",
	[EMBARGO_IMPORT_OTHER_COLUMN] = "in a second column of hashes; --column takes that one",
	[EMBARGO_IMPORT_UNKNOWN_KIND] =
		"called by a word that is not known to mean a file; --column takes it",
	[EMBARGO_IMPORT_PROPOSED] = "without a SHA-256; what a rule could be is in a comment",
	[EMBARGO_IMPORT_NOT_BANNED] = "falls under no rule of the policy",
};

const char *embargo_import_cause_text(enum embargo_import_cause cause)
{
	return cause < EMBARGO_IMPORT_CAUSES ? causes[cause] : "";
}

/* A size that is not a number, or two sizes of one hash, do not make the line invalid: the hash still counts.
 */
__u64 embargo_import_sum(const struct embargo_import_counts *counts)
{
	__u64 sum = counts->rules + counts->duplicates;
	int cause;

	for (cause = 0; cause < EMBARGO_IMPORT_CAUSES; cause++)
		if (cause != EMBARGO_IMPORT_BAD_SIZE)
			sum += counts->causes[cause];
	return sum;
}

/* "feed.csv:12", "feed.json:1 (byte 4711)", "feed.deb" */
static void place_format(const struct embargo_import *import, char *ret_text, size_t room)
{
	char line[24] = "", offset[40] = "";

	if (import->line)
		snprintf(line, sizeof(line), ":%" PRIu64, (uint64_t)import->line);
	if (import->offset != EMBARGO_IMPORT_NOT_YET)
		snprintf(offset, sizeof(offset), " (byte %" PRIu64 ")", (uint64_t)import->offset);
	embargo_import_clean(import->file ?: "", ret_text, room - sizeof(line) - sizeof(offset));
	strcat(ret_text, line);
	strcat(ret_text, offset);
}

void embargo_import_skip(struct embargo_import *import, enum embargo_import_cause cause, const char *what)
{
	char place[EMBARGO_IMPORT_TEXT], text[WHAT_MAX];
	unsigned int i = 0;

	import->counts.causes[cause]++;
	while (i < EMBARGO_IMPORT_EXAMPLES && import->examples[cause][i])
		i++;
	if (i == EMBARGO_IMPORT_EXAMPLES && !import->options.report)
		return;
	place_format(import, place, sizeof(place));
	embargo_import_clean(what, text, sizeof(text));
	if (import->options.report)
		fprintf(import->options.report, "%s: %s: %s\n", place, causes[cause], text);
	if (i < EMBARGO_IMPORT_EXAMPLES && asprintf(&import->examples[cause][i], "%s: %s", place, text) < 0)
		import->examples[cause][i] = NULL;
}

const struct embargo_import_counts *embargo_import_counts(const struct embargo_import *import)
{
	return &import->counts;
}

const char *embargo_import_example(const struct embargo_import *import, enum embargo_import_cause cause,
				   unsigned int index)
{
	if (cause >= EMBARGO_IMPORT_CAUSES || index >= EMBARGO_IMPORT_EXAMPLES)
		return NULL;
	return import->examples[cause][index];
}

int embargo_import_fail(struct embargo_import *import, int error, const char *format, ...)
{
	char place[EMBARGO_IMPORT_TEXT], message[400], clean[420];
	va_list arguments;

	if (import->failed)
		return error; /* the first failure is the cause of the others */
	import->failed = true;
	place_format(import, place, sizeof(place));
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	embargo_import_clean(message, clean, sizeof(clean)); /* libraries quote the feed */
	snprintf(import->error, sizeof(import->error), "%s%s%s", place, *place ? ": " : "", clean);
	return error;
}
