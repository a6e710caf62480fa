// SPDX-License-Identifier: GPL-2.0-or-later
/* What the columns of a CSV feed mean, by the words that feeds use for them. */
#include <string.h>

#include "policy/import/csv.h"

/* Earlier words win where a feed has several columns of one meaning. */
static const struct {
	const char *name;
	enum embargo_csv_column column;
} words[] = {
	{"sha256", EMBARGO_CSV_SHA256},
	{"sha256hash", EMBARGO_CSV_SHA256},
	{"sha256sum", EMBARGO_CSV_SHA256},
	{"filesha256", EMBARGO_CSV_SHA256},
	{"filehashsha256", EMBARGO_CSV_SHA256},
	{"hashsha256", EMBARGO_CSV_SHA256},
	{"hash", EMBARGO_CSV_HASH},
	{"filehash", EMBARGO_CSV_HASH},
	{"checksum", EMBARGO_CSV_HASH},
	{"digest", EMBARGO_CSV_HASH},
	{"indicator", EMBARGO_CSV_HASH},
	{"indicatorvalue", EMBARGO_CSV_HASH},
	{"ioc", EMBARGO_CSV_HASH},
	{"iocvalue", EMBARGO_CSV_HASH},
	{"value", EMBARGO_CSV_HASH},
	{"algo", EMBARGO_CSV_ALGORITHM},
	{"algorithm", EMBARGO_CSV_ALGORITHM},
	{"hashtype", EMBARGO_CSV_ALGORITHM},
	{"indicatortype", EMBARGO_CSV_ALGORITHM},
	{"ioctype", EMBARGO_CSV_ALGORITHM},
	{"sha1", EMBARGO_CSV_WEAK},
	{"sha1hash", EMBARGO_CSV_WEAK},
	{"md5", EMBARGO_CSV_WEAK},
	{"md5hash", EMBARGO_CSV_WEAK},
	{"sha512", EMBARGO_CSV_WEAK},
	{"size", EMBARGO_CSV_SIZE},
	{"filesize", EMBARGO_CSV_SIZE},
	{"filesizebytes", EMBARGO_CSV_SIZE},
	{"sizeinbytes", EMBARGO_CSV_SIZE},
	{"sizebytes", EMBARGO_CSV_SIZE},
	{"bytes", EMBARGO_CSV_SIZE},
	{"filename", EMBARGO_CSV_NAME},
	{"name", EMBARGO_CSV_NAME},
	{"file", EMBARGO_CSV_NAME},
	{"path", EMBARGO_CSV_NAME},
	{"filepath", EMBARGO_CSV_NAME},
	{"product", EMBARGO_CSV_PRODUCT},
	{"software", EMBARGO_CSV_PRODUCT},
	{"version", EMBARGO_CSV_VERSION},
	{"kind", EMBARGO_CSV_KIND},
	{"filetype", EMBARGO_CSV_KIND},
	{"filetypeguess", EMBARGO_CSV_KIND},
	{"mimetype", EMBARGO_CSV_KIND},
	{"format", EMBARGO_CSV_KIND},
	{"source", EMBARGO_CSV_SOURCE},
	{"reference", EMBARGO_CSV_SOURCE},
	{"references", EMBARGO_CSV_SOURCE},
	{"url", EMBARGO_CSV_SOURCE},
	{"link", EMBARGO_CSV_SOURCE},
	{"reason", EMBARGO_CSV_REASON},
	{"comment", EMBARGO_CSV_REASON},
	{"description", EMBARGO_CSV_REASON},
	{"notes", EMBARGO_CSV_REASON},
	{"signature", EMBARGO_CSV_REASON},
	{"malware", EMBARGO_CSV_REASON},
	{"family", EMBARGO_CSV_REASON},
	{"authority", EMBARGO_CSV_AUTHORITY},
	{"expires", EMBARGO_CSV_EXPIRES},
	{"expiry", EMBARGO_CSV_EXPIRES},
	{"validuntil", EMBARGO_CSV_EXPIRES},
	{"expirationdate", EMBARGO_CSV_EXPIRES},
	{"toids", EMBARGO_CSV_DETECT},
};

#define WORDS (sizeof(words) / sizeof(words[0]))

/* `type' is of the hash in a feed of values of all kinds, of the file in a feed of files. */
static void place_type(struct embargo_csv *csv)
{
	enum embargo_csv_column column =
		csv->columns[EMBARGO_CSV_SHA256] < 0 ? EMBARGO_CSV_ALGORITHM : EMBARGO_CSV_KIND;
	size_t i;

	for (i = 0; i < csv->field_count; i++)
		if (embargo_import_same(csv->fields[i], "type") && csv->columns[column] < 0)
			csv->columns[column] = i;
}

bool embargo_csv_header(struct embargo_csv *csv)
{
	size_t ranks[EMBARGO_CSV_COLUMNS], field, word;
	int column;

	for (column = 0; column < EMBARGO_CSV_COLUMNS; column++) {
		csv->columns[column] = -1;
		ranks[column] = WORDS;
	}
	for (field = 0; field < csv->field_count; field++) {
		for (word = 0; word < WORDS; word++)
			if (embargo_import_same(csv->fields[field], words[word].name))
				break;
		if (word == WORDS || word >= ranks[words[word].column])
			continue;
		csv->columns[words[word].column] = field;
		ranks[words[word].column] = word;
	}
	place_type(csv);
	csv->header_count = csv->field_count;
	return csv->columns[EMBARGO_CSV_SHA256] >= 0 || csv->columns[EMBARGO_CSV_HASH] >= 0;
}
