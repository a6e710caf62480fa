// SPDX-License-Identifier: GPL-2.0-or-later
/* Comma-separated values whose first record names the columns. */
#include <errno.h>
#include <string.h>

#include "policy/import/csv.h"

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

/* Does the feed itself call this a SHA-256? Feeds of all kinds also list addresses. */
static bool is_sha256(const char *algorithm)
{
	return !*algorithm || embargo_import_same(algorithm, "sha256") ||
	       embargo_import_same(algorithm, "sha2-256") ||
	       embargo_import_same(algorithm, "filehash-sha256") ||
	       embargo_import_same(algorithm, "file-sha256");
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

static int import_value(struct embargo_csv *csv, struct embargo_import_entry *entry)
{
	const char *hash = field(csv, EMBARGO_CSV_SHA256), *algorithm = field(csv, EMBARGO_CSV_ALGORITHM);
	struct embargo_import *import = csv->feed->import;
	char name[EMBARGO_IMPORT_TEXT];
	const char *other;
	size_t digits;

	if (*hash)
		return embargo_import_file_hash(import, hash, entry);
	hash = field(csv, EMBARGO_CSV_HASH);
	if (!strncasecmp(hash, "sha256:", 7))
		hash += 7;
	if (!*hash) {
		hash = field(csv, EMBARGO_CSV_WEAK);
		embargo_import_skip(import, *hash ? EMBARGO_IMPORT_WEAK : EMBARGO_IMPORT_NO_HASH,
				    *hash ? hash : entry->name);
		return 0;
	}
	other = split(algorithm, hash, entry, name);
	if (other || is_sha256(algorithm))
		return embargo_import_file_hash(import, other ?: hash, entry);
	digits = embargo_import_digits(hash);
	embargo_import_skip(import,
			    digits == 64 || embargo_import_weak(digits) ? EMBARGO_IMPORT_WEAK
									: EMBARGO_IMPORT_OTHER_KIND,
			    hash);
	return 0;
}

static int import_record(struct embargo_csv *csv)
{
	const char *name = field(csv, EMBARGO_CSV_NAME), *product = field(csv, EMBARGO_CSV_PRODUCT);
	const char *version = field(csv, EMBARGO_CSV_VERSION);
	struct embargo_import_entry entry = {
		.name = name,
		.reason = field(csv, EMBARGO_CSV_REASON),
		.source = field(csv, EMBARGO_CSV_SOURCE),
		.authority = field(csv, EMBARGO_CSV_AUTHORITY),
		.expires = field(csv, EMBARGO_CSV_EXPIRES),
		.size = field(csv, EMBARGO_CSV_SIZE),
		.formats = embargo_import_kind(field(csv, EMBARGO_CSV_KIND)),
	};
	char whole[EMBARGO_IMPORT_TEXT];

	if (csv->field_count > csv->header_count) { /* what stands where is not known then */
		embargo_import_skip(csv->feed->import, EMBARGO_IMPORT_MALFORMED, csv->fields[0]);
		return 0;
	}
	if (*product) {
		snprintf(whole, sizeof(whole), "%.200s%s%.60s%s%.200s%s", product, *version ? " " : "",
			 version, *name ? " (" : "", name, *name ? ")" : "");
		entry.name = whole;
	}
	if (!strcmp(field(csv, EMBARGO_CSV_DETECT), "0")) {
		embargo_import_skip(csv->feed->import, EMBARGO_IMPORT_INACTIVE, field(csv, EMBARGO_CSV_HASH));
		return 0;
	}
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

int embargo_import_csv(struct embargo_feed *feed)
{
	_cleanup_free_ char *record = malloc(EMBARGO_CSV_RECORD);
	_cleanup_free_ struct embargo_csv *csv = calloc(1, sizeof(*csv));
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
	if (!r)
		return embargo_import_fail(feed->import, -EBADMSG,
					   "the first line names no column of hashes, as sha256 or hash");
	while ((r = embargo_csv_next(csv)) > 0) {
		if (csv->comment)
			continue;
		r = import_record(csv);
		if (r)
			return r;
	}
	return r;
}
