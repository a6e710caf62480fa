// SPDX-License-Identifier: GPL-2.0-or-later
/* RFC 4180, and what is met: other delimiters, blanks before a quote, comments. */
#include <errno.h>
#include <string.h>

#include "policy/import/csv.h"

static int keep(struct embargo_csv *csv, int byte)
{
	if (csv->used == EMBARGO_CSV_RECORD)
		return embargo_import_fail(csv->feed->import, -EBADMSG, "record of more than %u bytes",
					   EMBARGO_CSV_RECORD);
	csv->record[csv->used++] = byte;
	return 0;
}

static int broken(struct embargo_csv *csv, const char *why)
{
	return embargo_import_fail(csv->feed->import, -EBADMSG, "%s", why);
}

static int begin_field(struct embargo_csv *csv)
{
	if (csv->field_count == EMBARGO_CSV_FIELDS)
		return broken(csv, "more than 256 columns");
	csv->fields[csv->field_count++] = csv->record + csv->used;
	return 0;
}

/* After the opening quote. Returns the byte that ends the field, EMBARGO_FEED_END, or EMBARGO_FEED_ERROR. */
static int read_quoted(struct embargo_csv *csv)
{
	int byte;

	for (;;) {
		byte = embargo_feed_byte(csv->feed);
		if (byte == '"') {
			byte = embargo_feed_byte(csv->feed);
			if (byte != '"')
				break;
		} else if (byte == EMBARGO_FEED_END) {
			broken(csv, "the quote that opens here is never closed");
			return EMBARGO_FEED_ERROR;
		} else if (!byte) {
			broken(csv, "NUL byte in text");
			return EMBARGO_FEED_ERROR;
		}
		if (byte == EMBARGO_FEED_ERROR || keep(csv, byte))
			return EMBARGO_FEED_ERROR;
	}
	while (byte == ' ' || byte == '\r' || (byte == '\t' && csv->delimiter != '\t'))
		byte = embargo_feed_byte(csv->feed);
	if (byte >= 0 && byte != '\n' && byte != csv->delimiter) {
		broken(csv, "text after the closing quote; a quote within a field is written twice");
		return EMBARGO_FEED_ERROR;
	}
	return byte;
}

static int read_field(struct embargo_csv *csv, int byte)
{
	size_t start = csv->used;

	while (byte == ' ')
		byte = embargo_feed_byte(csv->feed);
	if (byte == '"')
		return read_quoted(csv);
	while (byte >= 0 && byte != '\n' && byte != csv->delimiter) {
		if (!byte) {
			broken(csv, "NUL byte in text");
			return EMBARGO_FEED_ERROR;
		}
		if (keep(csv, byte))
			return EMBARGO_FEED_ERROR;
		byte = embargo_feed_byte(csv->feed);
	}
	while (csv->used > start && strchr(" \r", csv->record[csv->used - 1]))
		csv->used--;
	return byte;
}

static int read_comment(struct embargo_csv *csv)
{
	int byte;

	csv->comment = true;
	while ((byte = embargo_feed_byte(csv->feed)) >= 0 && byte != '\n')
		if (byte && byte != '\r' && keep(csv, byte)) /* a NUL would end the text */
			return -EBADMSG;
	if (byte == EMBARGO_FEED_ERROR || keep(csv, 0))
		return -EBADMSG;
	return 1;
}

static int next_record(struct embargo_csv *csv)
{
	int byte;

	csv->used = csv->field_count = 0;
	csv->comment = false;
	do {
		csv->feed->import->line = csv->feed->line;
		byte = embargo_feed_byte(csv->feed);
	} while (byte == '\n' || byte == '\r');
	if (byte < 0)
		return byte == EMBARGO_FEED_END ? 0 : -EBADMSG;
	if (byte == '#')
		return read_comment(csv);
	for (;;) {
		if (begin_field(csv))
			return -EBADMSG;
		byte = read_field(csv, byte);
		if (byte == EMBARGO_FEED_ERROR || keep(csv, 0))
			return -EBADMSG;
		if (byte != csv->delimiter)
			return 1;
		byte = embargo_feed_byte(csv->feed);
		if (byte == EMBARGO_FEED_ERROR)
			return -EBADMSG;
	}
}

int embargo_csv_next(struct embargo_csv *csv)
{
	int r = next_record(csv);

	csv->feed->import->offset = EMBARGO_IMPORT_NOT_YET;
	return r;
}

void embargo_csv_uncomment(struct embargo_csv *csv)
{
	char *at = csv->record, *end;

	csv->field_count = 0;
	while (at && csv->field_count < EMBARGO_CSV_FIELDS) {
		at += strspn(at, " \"");
		csv->fields[csv->field_count++] = at;
		end = strchr(at, csv->delimiter);
		at[strcspn(at, end ? "\",;\t" : "\"")] = 0;
		at = end ? end + 1 : NULL;
	}
}
