// SPDX-License-Identifier: GPL-2.0-or-later
/* An entry of a feed -> a line of policy, each rule once. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "policy/import/private.h"
#include "policy/policy.h"
#include "policy/text.h"
#include "policy/trivial.h"

#define BAN_HASH "ban hash sha256:"

int embargo_import_write(struct embargo_import *import, const char *format, ...)
{
	va_list arguments;
	int written;

	va_start(arguments, format);
	written = vfprintf(import->spool, format, arguments);
	va_end(arguments);
	if (written < 0)
		return embargo_import_fail(import, -EIO, "temporary file: %s", strerror(errno));
	import->written += written;
	return 0;
}

/* ` key="text"`, at the end of the line that was begun */
static int write_text(struct embargo_import *import, const char *key, const char *text)
{
	char clean[EMBARGO_IMPORT_TEXT], *quoted = NULL;
	size_t size = 0;
	FILE *out;
	int r = -ENOMEM;

	embargo_import_clean(text, clean, sizeof(clean));
	if (!*clean)
		return 0;
	if (!strpbrk(clean, "\"\\")) /* nearly always */
		return embargo_import_write(import, " %s=\"%s\"", key, clean);
	out = open_memstream(&quoted, &size);
	if (!out)
		return embargo_import_fail(import, -ENOMEM, "%s", strerror(ENOMEM));
	embargo_quote(out, clean, strlen(clean));
	if (!fclose(out))
		r = embargo_import_write(import, " %s=%s", key, quoted);
	free(quoted);
	return r;
}

/* Remarks that come back from what `policy export' wrote; what is none is left out. */
static int write_remarks(struct embargo_import *import, const struct embargo_import_entry *entry)
{
	const char *scope = entry->scope ?: "";
	char date[11];
	int r = 0;

	if (!strcmp(scope, "use") || !strcmp(scope, "supply"))
		r = embargo_import_write(import, " scope=%s", scope);
	if (!r && entry->effective && !embargo_import_date(entry->effective, date))
		r = embargo_import_write(import, " effective=%s", date);
	return r ?: entry->cpe && !strncmp(entry->cpe, "cpe:", 4) ? write_text(import, "cpe", entry->cpe) : 0;
}

int embargo_import_write_end(struct embargo_import *import, const struct embargo_import_entry *entry,
			     const char *expires)
{
	char source[EMBARGO_IMPORT_TEXT];
	int r;

	snprintf(source, sizeof(source), "%s", import->source);
	if (entry->source && *entry->source)
		snprintf(source, sizeof(source), "%.200s: %.300s", import->source, entry->source);
	r = write_text(import, "name", entry->name);
	if (!r)
		r = write_text(import, "reason", entry->reason);
	if (!r)
		r = write_text(import, "source", source);
	if (!r)
		r = write_text(import, "authority", entry->authority);
	if (!r && *expires)
		r = embargo_import_write(import, " expires=%s", expires);
	return r ?: write_remarks(import, entry) ?: embargo_import_write(import, "\n");
}

int embargo_import_expires(struct embargo_import *import, const struct embargo_import_entry *entry,
			   const char *what, char ret_date[11])
{
	char today[11];
	struct tm day;

	*ret_date = 0;
	if (!entry->expires || !*entry->expires || embargo_import_date(entry->expires, ret_date))
		return 0;
	gmtime_r(&import->options.now, &day);
	strftime(today, sizeof(today), "%Y-%m-%d", &day);
	if (strcmp(ret_date, today) >= 0)
		return 0;
	embargo_import_skip(import, EMBARGO_IMPORT_INACTIVE, what);
	return 1;
}

static __u64 entry_size(struct embargo_import *import, const struct embargo_import_entry *entry,
			const char *what)
{
	__u64 size;

	if (!entry->size)
		return entry->bytes;
	if (!*entry->size || !strcmp(entry->size, "*"))
		return EMBARGO_SIZE_UNKNOWN;
	if (!embargo_import_number(entry->size, &size) && size != EMBARGO_SIZE_UNKNOWN)
		return size;
	embargo_import_skip(import, EMBARGO_IMPORT_BAD_SIZE, what);
	return EMBARGO_SIZE_UNKNOWN;
}

/* Takes " size=…" or " format=…" out of the rule at @place: blanks stand there then. */
static int blank(struct embargo_import *import, __u64 place, const char *key)
{
	char text[128] = "", *at;
	size_t end;

	if (fflush(import->spool))
		return embargo_import_fail(import, -EIO, "temporary file: %s", strerror(errno));
	place += strlen(BAN_HASH) + EMBARGO_SHA256_SIZE * 2;
	if (pread(fileno(import->spool), text, sizeof(text) - 1, place) < 0)
		return embargo_import_fail(import, -EIO, "temporary file: %s", strerror(errno));
	at = strstr(text, key); /* before any text of the feed's */
	if (!at)
		return 0;
	end = strcspn(at + 1, " \n") + 1;
	memset(at, ' ', end);
	if (pwrite(fileno(import->spool), at, end, place + (at - text)) != (ssize_t)end)
		return embargo_import_fail(import, -EIO, "temporary file: %s", strerror(errno));
	return 0;
}

/* The hash is there already; a rule with the wrong one of two sizes would never match. */
static int again(struct embargo_import *import, struct embargo_import_record *earlier,
		 const struct embargo_import_record *record, const char *what)
{
	bool resize = earlier->size != EMBARGO_SIZE_UNKNOWN && record->size != EMBARGO_SIZE_UNKNOWN &&
		      record->size != earlier->size;
	bool reformat = earlier->formats && record->formats & ~earlier->formats;
	int r;

	if (!resize && !reformat) {
		import->counts.duplicates++;
		return 0;
	}
	embargo_import_skip(import, EMBARGO_IMPORT_OTHER_SIZE, what);
	if (reformat) {
		r = blank(import, earlier->place, " format=");
		if (r)
			return r;
		earlier->formats = 0;
	}
	if (resize) {
		r = blank(import, earlier->place, " size=");
		if (r)
			return r;
		earlier->size = EMBARGO_SIZE_UNKNOWN;
		import->counts.unsized++;
	}
	r = embargo_import_seen_replace(import->seen, earlier);
	return r ? embargo_import_fail(import, r, "temporary file: %s", strerror(-r)) : 0;
}

int embargo_import_note(struct embargo_import *import, struct embargo_import_record *record)
{
	int r;

	record->place = import->written;
	r = embargo_import_seen_add(import->seen, record);
	if (r < 0)
		return embargo_import_fail(import, r, "temporary file: %s", strerror(-r));
	if (!r && import->counts.rules == EMBARGO_RULES_MAX)
		return embargo_import_fail(import, -E2BIG, "more than %u rules", EMBARGO_RULES_MAX);
	return r;
}

int embargo_import_hash(struct embargo_import *import, const __u8 digest[EMBARGO_SHA256_SIZE],
			const struct embargo_import_entry *entry)
{
	char hex[EMBARGO_SHA256_SIZE * 2 + 1], formats_text[EMBARGO_FORMATS_TEXT], expires[11];
	struct embargo_import_record record = {}, earlier;
	int r, i;

	for (i = 0; i < EMBARGO_SHA256_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	if (embargo_trivial_hash(digest)) {
		embargo_import_skip(import, EMBARGO_IMPORT_TRIVIAL, hex);
		return 0;
	}
	if (embargo_import_expires(import, entry, hex, expires))
		return 0;
	memcpy(record.key, digest, sizeof(record.key));
	record.size = entry_size(import, entry, hex);
	record.formats = entry->formats ?: import->options.formats;
	if (record.formats == EMBARGO_FORMAT_ANY)
		record.formats = 0;
	earlier = record;
	r = embargo_import_note(import, &earlier);
	if (r)
		return r < 0 ? r : again(import, &earlier, &record, hex);
	r = embargo_import_write(import, BAN_HASH "%s", hex);
	if (!r && record.size != EMBARGO_SIZE_UNKNOWN)
		r = embargo_import_write(import, " size=%" PRIu64, (uint64_t)record.size);
	if (!r && record.formats)
		r = embargo_import_write(import, " format=%s",
					 embargo_formats_text(record.formats, formats_text));
	import->counts.rules++;
	import->counts.unsized += record.size == EMBARGO_SIZE_UNKNOWN;
	return r ?: embargo_import_write_end(import, entry, expires);
}

int embargo_import_file_hash(struct embargo_import *import, const char *digits,
			     const struct embargo_import_entry *entry)
{
	__u8 digest[EMBARGO_SHA256_SIZE];

	if (!embargo_import_sha256(digits, digest))
		return embargo_import_hash(import, digest, entry);
	embargo_import_skip(import,
			    embargo_import_weak(embargo_import_digits(digits)) ? EMBARGO_IMPORT_WEAK
									       : EMBARGO_IMPORT_MALFORMED,
			    digits);
	return 0;
}
