// SPDX-License-Identifier: GPL-2.0-or-later
/* What the columns of a CSV feed mean, by the words that feeds use for them. */
#include <stdint.h>
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
	{"hashvalue", EMBARGO_CSV_HASH},
	{"hashes", EMBARGO_CSV_HASH},
	{"observable", EMBARGO_CSV_HASH},
	{"observablevalue", EMBARGO_CSV_HASH},
	{"iocdata", EMBARGO_CSV_HASH},
	{"data", EMBARGO_CSV_HASH},
	{"algo", EMBARGO_CSV_ALGORITHM},
	{"algorithm", EMBARGO_CSV_ALGORITHM},
	{"hashtype", EMBARGO_CSV_ALGORITHM},
	{"indicatortype", EMBARGO_CSV_ALGORITHM},
	{"ioctype", EMBARGO_CSV_ALGORITHM},
	{"hashalgorithm", EMBARGO_CSV_ALGORITHM},
	{"observabletype", EMBARGO_CSV_ALGORITHM},
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
	{"note", EMBARGO_CSV_REASON},
	{"custommsg", EMBARGO_CSV_REASON},
	{"category", EMBARGO_CSV_REASON},
	{"signature", EMBARGO_CSV_REASON},
	{"malware", EMBARGO_CSV_REASON},
	{"family", EMBARGO_CSV_REASON},
	{"authority", EMBARGO_CSV_AUTHORITY},
	{"expires", EMBARGO_CSV_EXPIRES},
	{"expiry", EMBARGO_CSV_EXPIRES},
	{"validuntil", EMBARGO_CSV_EXPIRES},
	{"expirationdate", EMBARGO_CSV_EXPIRES},
	{"scope", EMBARGO_CSV_SCOPE},
	{"effective", EMBARGO_CSV_EFFECTIVE},
	{"cpe", EMBARGO_CSV_CPE},
	{"toids", EMBARGO_CSV_DETECT},
};

#define WORDS (sizeof(words) / sizeof(words[0]))

static bool ends(const char *word, const char *end)
{
	size_t size = strlen(word), end_size = strlen(end);

	return size >= end_size && !strcmp(word + size - end_size, end);
}

/* `dropper_sha256', `hashes.SHA-256', but not a hash of a part of the file. */
static enum embargo_csv_column by_end(const char *name)
{
	static const char *const parts[] = {"authenti", "tbs",	  "cert", "sign",	"page", "section",
					    "x509",	"header", "rich", "thumbprint", NULL};
	char word[128];
	int i;

	embargo_import_squeeze(name, word, sizeof(word));
	for (i = 0; parts[i]; i++)
		if (strstr(word, parts[i]))
			return strstr(word, "sha") || strstr(word, "hash") || strstr(word, "md5")
				       ? EMBARGO_CSV_PART
				       : EMBARGO_CSV_COLUMNS;
	if (ends(word, "sha256") || ends(word, "sha256hash") || ends(word, "sha256s"))
		return EMBARGO_CSV_SHA256;
	if (ends(word, "md5") || ends(word, "sha1") || ends(word, "sha512"))
		return EMBARGO_CSV_WEAK;
	return EMBARGO_CSV_COLUMNS;
}

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

static int find(const struct embargo_csv *csv, const char *name)
{
	size_t i;

	for (i = 0; i < csv->field_count; i++)
		if (embargo_import_same(csv->fields[i], name))
			return i;
	return -1;
}

/* `Indicator,Data': the first is the kind then, the second the value. */
static void place_data(struct embargo_csv *csv)
{
	int indicator = find(csv, "indicator"), data = find(csv, "data");

	if (indicator < 0 || data < 0 || csv->columns[EMBARGO_CSV_ALGORITHM] >= 0)
		return;
	csv->columns[EMBARGO_CSV_ALGORITHM] = indicator;
	csv->columns[EMBARGO_CSV_HASH] = data;
}

/* A list of Santa's rules has all three; an older one calls what it identifies "sha256", whatever it is. */
static void place_santa(struct embargo_csv *csv)
{
	int identifier = find(csv, "identifier"), policy = find(csv, "policy"), type = find(csv, "rule_type");

	if (type < 0)
		type = find(csv, "type");
	if (identifier < 0)
		identifier = find(csv, "sha256");
	if (identifier < 0 || policy < 0 || type < 0)
		return;
	csv->columns[EMBARGO_CSV_IDENTIFIER] = identifier;
	csv->columns[EMBARGO_CSV_POLICY] = policy;
	csv->columns[EMBARGO_CSV_RULE_TYPE] = type;
}

/* --column: false: there is none of that name or number, or the record is data already */
static bool place_given(struct embargo_csv *csv, const char *column)
{
	__u64 number;
	int index = -1;

	if (!embargo_import_number(column, &number)) {
		if (number && number <= csv->field_count)
			index = number - 1;
		csv->bare_column = index >= 0 && !csv->comment && embargo_import_has_hash(csv->fields[index]);
	} else {
		index = find(csv, column);
	}
	csv->columns[EMBARGO_CSV_SHA256] = index;
	csv->columns[EMBARGO_CSV_HASH] = csv->columns[EMBARGO_CSV_IDENTIFIER] = -1;
	memset(csv->others, 0, sizeof(csv->others));
	return index >= 0 && !csv->bare_column;
}

static void place_words(struct embargo_csv *csv)
{
	size_t ranks[EMBARGO_CSV_COLUMNS], field, word;
	enum embargo_csv_column at;
	int column;

	for (column = 0; column < EMBARGO_CSV_COLUMNS; column++) {
		csv->columns[column] = -1;
		ranks[column] = SIZE_MAX;
	}
	memset(csv->others, 0, sizeof(csv->others));
	for (field = 0; field < csv->field_count; field++) {
		for (word = 0; word < WORDS; word++)
			if (embargo_import_same(csv->fields[field], words[word].name))
				break;
		at = word < WORDS ? words[word].column : by_end(csv->fields[field]);
		if (at == EMBARGO_CSV_COLUMNS)
			continue;
		csv->others[field] = at == EMBARGO_CSV_SHA256;
		if (word >= ranks[at])
			continue;
		csv->columns[at] = field;
		ranks[at] = word;
	}
	if (csv->columns[EMBARGO_CSV_SHA256] >= 0)
		csv->others[csv->columns[EMBARGO_CSV_SHA256]] = false;
}

bool embargo_csv_header(struct embargo_csv *csv)
{
	const char *column = csv->feed->import->options.column;

	place_words(csv);
	place_type(csv);
	place_data(csv);
	place_santa(csv);
	csv->header_count = csv->field_count;
	if (column)
		return place_given(csv, column);
	return csv->columns[EMBARGO_CSV_SHA256] >= 0 || csv->columns[EMBARGO_CSV_HASH] >= 0 ||
	       csv->columns[EMBARGO_CSV_IDENTIFIER] >= 0 || csv->columns[EMBARGO_CSV_WEAK] >= 0 ||
	       csv->columns[EMBARGO_CSV_PART] >= 0;
}
