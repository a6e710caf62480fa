/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comma-separated values: records, and what their columns mean. */
#ifndef EMBARGO_POLICY_IMPORT_CSV_H
#define EMBARGO_POLICY_IMPORT_CSV_H

#include "policy/import/private.h"

#define EMBARGO_CSV_FIELDS 256	      /* of one record */
#define EMBARGO_CSV_RECORD (1U << 20) /* bytes */

enum embargo_csv_column {
	EMBARGO_CSV_SHA256,
	EMBARGO_CSV_HASH, /* of any algorithm */
	EMBARGO_CSV_ALGORITHM,
	EMBARGO_CSV_WEAK, /* MD5, SHA-1, … */
	EMBARGO_CSV_PART, /* a hash of a part of the file */
	EMBARGO_CSV_SIZE,
	EMBARGO_CSV_NAME,
	EMBARGO_CSV_PRODUCT,
	EMBARGO_CSV_VERSION,
	EMBARGO_CSV_KIND,
	EMBARGO_CSV_SOURCE,
	EMBARGO_CSV_REASON,
	EMBARGO_CSV_AUTHORITY,
	EMBARGO_CSV_EXPIRES,
	EMBARGO_CSV_SCOPE,
	EMBARGO_CSV_EFFECTIVE,
	EMBARGO_CSV_CPE,
	EMBARGO_CSV_DETECT,	/* 0: not for detection */
	EMBARGO_CSV_IDENTIFIER, /* of a rule of Santa, with the next two */
	EMBARGO_CSV_POLICY,
	EMBARGO_CSV_RULE_TYPE,
	EMBARGO_CSV_COLUMNS,
};

struct embargo_csv {
	struct embargo_feed *feed;
	char delimiter;
	char *record;
	size_t used;
	char *fields[EMBARGO_CSV_FIELDS];
	size_t field_count;
	bool comment;			  /* .record is a whole line that begins with # */
	int columns[EMBARGO_CSV_COLUMNS]; /* index of a field, or -1 */
	size_t header_count;
	bool others[EMBARGO_CSV_FIELDS]; /* columns of SHA-256 that were not chosen */
	bool bare;			 /* there is no header: hashes are wherever they are */
	bool bare_column;		 /* there is none, but --column gave the number */
};

/* csv_record.c: 1: a record, 0: the end, or -errno */
int embargo_csv_next(struct embargo_csv *csv);
/* Cuts a comment into fields, as if its # were not there. */
void embargo_csv_uncomment(struct embargo_csv *csv);

/* csv_header.c: does the record name a column of hashes? Then it is the header. */
bool embargo_csv_header(struct embargo_csv *csv);

#endif
