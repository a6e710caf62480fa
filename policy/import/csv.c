// SPDX-License-Identifier: GPL-2.0-or-later
/* Comma-separated values: what a record says, by the columns that its header names. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "policy/import/csv.h"
#include "policy/import/santa.h"

/* The header decides: the mark that it has most of. */
static int find_delimiter(struct embargo_csv *csv)
{
	static const char marks[] = ",;\t";
	const unsigned char *at;
	size_t most = 0, i, count;
	int r;

	csv->delimiter = ',';
	r = csv->feed->at == csv->feed->end ? embargo_feed_fill(csv->feed) : 1;
	for (i = 0; i < sizeof(marks) - 1; i++) {
		count = 0;
		for (at = csv->feed->at; at < csv->feed->end && (*at != '\n' || *csv->feed->at == '#'); at++)
			count += *at == marks[i];
		if (count > most) {
			most = count;
			csv->delimiter = marks[i];
		}
	}
	return r < 0 ? r : 0;
}

static const char *field(const struct embargo_csv *csv, enum embargo_csv_column column)
{
	int index = csv->columns[column];

	return index < 0 || (size_t)index >= csv->field_count ? "" : csv->fields[index];
}

static int leave(struct embargo_csv *csv, enum embargo_import_cause cause, const char *what)
{
	embargo_import_entry_read(csv->feed->import);
	embargo_import_skip(csv->feed->import, cause, what);
	return 0;
}

/* What the feed itself calls a value; feeds of all kinds also list addresses. */
enum kind { FILE_HASH, WEAK_HASH, PART_HASH, CERTIFICATE, UNKNOWN };

static enum kind kind_of(const char *type)
{
	static const char *const whole[] = {"file",	   "files",    "hash",	     "hashes", "filehash",
					    "malwarehash", "checksum", "filehashes", NULL};
	static const char *const weak[] = {"md5",  "sha1",  "sha224", "sha384",	 "sha512", "sha3", "ssdeep",
					   "tlsh", "vhash", "blake",  "imphash", "crc32",  NULL};
	static const char *const part[] = {"authenti", "tbs", "section", "pagehash", NULL};
	static const char *const signer[] = {"x509", "cert", "signer", "thumbprint", NULL};
	char word[64];
	int i;

	embargo_import_squeeze(type, word, sizeof(word));
	if (!*word)
		return FILE_HASH;
	for (i = 0; part[i]; i++)
		if (strstr(word, part[i]))
			return PART_HASH;
	for (i = 0; signer[i]; i++)
		if (strstr(word, signer[i]))
			return strstr(word, "sha256") ? CERTIFICATE : UNKNOWN;
	for (i = 0; weak[i]; i++)
		if (strstr(word, weak[i]))
			return WEAK_HASH;
	if (strstr(word, "sha256") || strstr(word, "sha2256"))
		return FILE_HASH;
	for (i = 0; whole[i]; i++)
		if (!strcmp(word, whole[i]))
			return FILE_HASH;
	return UNKNOWN;
}

/* `filename|sha256' has both, with a | between them. */
static const char *split(const char *algorithm, const char *hash, struct embargo_import_entry *entry,
			 char *name)
{
	const char *bar = strrchr(hash, '|');

	if (!embargo_import_same(algorithm, "filename|sha256") || !bar)
		return NULL;
	snprintf(name, EMBARGO_IMPORT_TEXT, "%.*s", (int)(bar - hash < 400 ? bar - hash : 400), hash);
	entry->name = name;
	return bar + 1;
}

/* All hashes of a cell that is there for hashes. */
static int import_cell(struct embargo_csv *csv, const char *cell, const struct embargo_import_entry *entry)
{
	bool any;
	int r = embargo_import_hash_list(csv->feed->import, cell, entry, &any);

	if (r || any)
		return r;
	/* An address or a domain in a column of all kinds */
	return leave(csv,
		     csv->columns[EMBARGO_CSV_SHA256] < 0 && strpbrk(cell, ".:/@") ? EMBARGO_IMPORT_OTHER_KIND
										   : EMBARGO_IMPORT_MALFORMED,
		     cell);
}

static int import_signer(struct embargo_csv *csv, const char *value, const struct embargo_import_entry *entry)
{
	__u8 digest[EMBARGO_SHA256_SIZE];
	char match[100];

	if (embargo_import_sha256(value, digest))
		return leave(csv, EMBARGO_IMPORT_MALFORMED, value);
	embargo_import_entry_read(csv->feed->import);
	snprintf(match, sizeof(match), "cert-sha256=%.64s", value + strspn(value, " \t\r\n"));
	return embargo_import_signer(csv->feed->import, match, false, entry);
}

static int import_value(struct embargo_csv *csv, struct embargo_import_entry *entry)
{
	const char *hash = field(csv, EMBARGO_CSV_SHA256), *algorithm = field(csv, EMBARGO_CSV_ALGORITHM);
	char name[EMBARGO_IMPORT_TEXT];
	const char *other;
	size_t digits;

	if (*hash)
		return import_cell(csv, hash, entry);
	hash = field(csv, EMBARGO_CSV_HASH);
	if (!*hash) {
		hash = field(csv, EMBARGO_CSV_WEAK);
		if (*hash)
			return leave(csv, EMBARGO_IMPORT_WEAK, hash);
		hash = field(csv, EMBARGO_CSV_PART);
		return leave(csv, *hash ? EMBARGO_IMPORT_PART : EMBARGO_IMPORT_NO_HASH,
			     *hash ? hash : entry->name);
	}
	other = split(algorithm, hash, entry, name);
	if (other)
		return import_cell(csv, other, entry);
	digits = embargo_import_digits(hash);
	switch (kind_of(algorithm)) {
	case FILE_HASH:
		return import_cell(csv, hash, entry);
	case WEAK_HASH:
		return leave(csv, EMBARGO_IMPORT_WEAK, hash);
	case PART_HASH:
		return leave(csv, EMBARGO_IMPORT_PART, hash);
	case CERTIFICATE:
		return import_signer(csv, hash, entry);
	case UNKNOWN:
		break;
	}
	return leave(csv,
		     digits == 64		   ? EMBARGO_IMPORT_UNKNOWN_KIND
		     : embargo_import_weak(digits) ? EMBARGO_IMPORT_WEAK
						   : EMBARGO_IMPORT_OTHER_KIND,
		     hash);
}

/* Rules of Santa, as a server of it lists them. */
static int import_santa(struct embargo_csv *csv)
{
	struct embargo_santa_rule rule = {
		.identifier = field(csv, EMBARGO_CSV_IDENTIFIER),
		.policy = field(csv, EMBARGO_CSV_POLICY),
		.type = field(csv, EMBARGO_CSV_RULE_TYPE),
		.message = field(csv, EMBARGO_CSV_REASON),
		.url = field(csv, EMBARGO_CSV_SOURCE),
	};

	return embargo_santa_import(csv->feed->import, &rule);
}

/*
 * A delimiter that nobody quoted. It is most likely in the last column, which is text: then it is a
 * part of it, and the others stand where they should. -EINVAL: the hash does not.
 */
static int join_last(struct embargo_csv *csv)
{
	int hash = csv->columns[EMBARGO_CSV_SHA256];
	size_t i;

	if (hash < 0)
		hash = csv->columns[EMBARGO_CSV_HASH];
	if (hash < 0 || (size_t)hash + 1 >= csv->header_count || !embargo_import_has_hash(csv->fields[hash]))
		return -EINVAL;
	for (i = csv->header_count; i < csv->field_count; i++)
		csv->fields[i][-1] = csv->delimiter; /* was the NUL of the field before it */
	csv->field_count = csv->header_count;
	return 0;
}

/* No header: hashes, wherever they stand; the first other text is the name. */
static int import_bare(struct embargo_csv *csv)
{
	struct embargo_import_entry entry = {.bytes = EMBARGO_SIZE_UNKNOWN};
	char name[EMBARGO_IMPORT_TEXT] = "";
	bool any;
	size_t i;
	int r;

	for (i = csv->field_count; i; i--)
		if (embargo_import_digits(csv->fields[i - 1]) < 32 && *csv->fields[i - 1])
			embargo_import_clean(csv->fields[i - 1], name, sizeof(name));
	for (i = 1; i < csv->field_count; i++)
		csv->fields[i][-1] = '\n';
	entry.name = name;
	r = embargo_import_hash_list(csv->feed->import, csv->fields[0], &entry, &any);
	return r || any ? r : leave(csv, EMBARGO_IMPORT_NO_HASH, csv->fields[0]);
}

static int import_record(struct embargo_csv *csv)
{
	const char *name = field(csv, EMBARGO_CSV_NAME), *product = field(csv, EMBARGO_CSV_PRODUCT);
	const char *version = field(csv, EMBARGO_CSV_VERSION);
	struct embargo_import_entry entry = {.name = name};
	char whole[EMBARGO_IMPORT_TEXT];
	size_t i;

	if (csv->bare)
		return import_bare(csv);
	if (csv->field_count > csv->header_count && join_last(csv)) /* what stands where is not known then */
		return leave(csv, EMBARGO_IMPORT_MALFORMED, csv->fields[0]);
	if (csv->columns[EMBARGO_CSV_IDENTIFIER] >= 0)
		return import_santa(csv);
	entry.reason = field(csv, EMBARGO_CSV_REASON);
	entry.source = field(csv, EMBARGO_CSV_SOURCE);
	entry.authority = field(csv, EMBARGO_CSV_AUTHORITY);
	entry.expires = field(csv, EMBARGO_CSV_EXPIRES);
	entry.scope = field(csv, EMBARGO_CSV_SCOPE);
	entry.effective = field(csv, EMBARGO_CSV_EFFECTIVE);
	entry.cpe = field(csv, EMBARGO_CSV_CPE);
	entry.size = field(csv, EMBARGO_CSV_SIZE);
	entry.formats = embargo_import_kind(field(csv, EMBARGO_CSV_KIND));
	if (*product) {
		snprintf(whole, sizeof(whole), "%.200s%s%.60s%s%.200s%s", product, *version ? " " : "",
			 version, *name ? " (" : "", name, *name ? ")" : "");
		entry.name = whole;
	}
	if (!strcmp(field(csv, EMBARGO_CSV_DETECT), "0") && !csv->feed->import->options.all_attributes)
		return leave(csv, EMBARGO_IMPORT_INACTIVE, field(csv, EMBARGO_CSV_HASH));
	for (i = 0; i < csv->field_count; i++)
		if (csv->others[i] && embargo_import_has_hash(csv->fields[i]))
			leave(csv, EMBARGO_IMPORT_OTHER_COLUMN, csv->fields[i]);
	return import_value(csv, &entry);
}

/* 1: there is a header; some feeds have it in the last of the comments before the data */
static int read_header(struct embargo_csv *csv)
{
	bool found = false;
	int r;

	while ((r = embargo_csv_next(csv)) > 0 && csv->comment) {
		embargo_csv_uncomment(csv);
		found |= embargo_csv_header(csv);
		if (found)
			return 1;
	}
	return r > 0 ? embargo_csv_header(csv) : r;
}

static bool record_has_hash(const struct embargo_csv *csv)
{
	size_t i;

	for (i = 0; i < csv->field_count; i++)
		if (embargo_import_has_hash(csv->fields[i]))
			return true;
	return false;
}

/* The first record is no header: is it data already? 1: yes */
static int without_header(struct embargo_csv *csv)
{
	struct embargo_import *import = csv->feed->import;
	const char *column = import->options.column;

	if (column && !csv->bare_column)
		return embargo_import_fail(import, -EBADMSG, "the first line has no column '%s'", column);
	if (csv->bare_column || (csv->field_count && !csv->comment && record_has_hash(csv))) {
		csv->bare = !csv->bare_column;
		return 1;
	}
	return embargo_import_fail(
		import, -EBADMSG,
		"the first line names no column of hashes, as sha256 or hash; --column says "
		"which it is, and --format sha256sum reads a hash from each line of any text");
}

int embargo_import_csv(struct embargo_feed *feed)
{
	_cleanup_free_ char *record = malloc(EMBARGO_CSV_RECORD);
	_cleanup_free_ struct embargo_csv *csv = calloc(1, sizeof(*csv));
	bool data = false;
	int r;

	if (!record || !csv)
		return embargo_import_fail(feed->import, -ENOMEM, "%s", strerror(ENOMEM));
	csv->feed = feed;
	csv->record = record;
	r = find_delimiter(csv);
	if (r)
		return r;
	r = read_header(csv);
	if (r < 0)
		return r;
	if (!r) {
		r = without_header(csv);
		if (r < 0)
			return r;
		data = true;
	}
	for (; data || (r = embargo_csv_next(csv)) > 0; data = false) {
		if (csv->comment)
			continue;
		r = import_record(csv);
		if (r)
			return r;
	}
	return r;
}
