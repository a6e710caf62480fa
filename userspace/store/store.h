/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The evidence of a fleet in PostgreSQL (userspace/share/sql/schema.sql), by libpq: lines of scans and events
 * go in by COPY, one transaction for each scan of a host, and come out again as lines, which `embargo report`
 * makes the same page of as of files. Whoever may write there may speak for any host; who may do what is said
 * by roles.
 *
 * Functions return 0 or -errno and say why in *@ret_why, to be freed; nothing here prints.
 */
#ifndef EMBARGO_USERSPACE_STORE_STORE_H
#define EMBARGO_USERSPACE_STORE_STORE_H

#include "userspace/report/report.h"

#define EMBARGO_STORE_SCHEMA 2 /* the version that this program writes and reads */

struct embargo_store;

/* @url: postgresql://…; what it does not say comes from where libpq looks (PGPASSWORD, ~/.pgpass, …). */
int embargo_store_open(const char *url, struct embargo_store **ret_store, char **ret_why);
void embargo_store_close(struct embargo_store *store);
EMBARGO_CLEANUP(struct embargo_store, embargo_store_close);

/* Is @text such an address? */
bool embargo_store_url(const char *text);

/* Make the schema, or bring an older one up to date. By the owner of the database. */
int embargo_store_init(struct embargo_store *store, char **ret_why);
/* Drop events of days before @date (YYYY-MM-DD), and findings that were gone by then. */
int embargo_store_purge(struct embargo_store *store, const char *date, uint64_t *ret_days,
			uint64_t *ret_findings, char **ret_why);

/* What was written. */
struct embargo_store_count {
	uint64_t scans, old; /* taken; and not, for the host had a newer one */
	uint64_t findings, gone;
	uint64_t events; /* sent: which of them were there already is the database's business */
};

/*
 * Lines that embargo_report_read() reads go into the store from now on, not into @report, which keeps only
 * bad ones. A scan is one transaction; events are, too, up to some thousands of them.
 */
void embargo_store_take(struct embargo_store *store, struct embargo_report *report);
/* After a file: what is begun is ended. A scan without its summary is one that was interrupted. */
int embargo_store_file_end(struct embargo_store *store, const char *path);
/* Why lines could not be taken, when embargo_report_read() failed; NULL: nothing failed here. */
const char *embargo_store_why(const struct embargo_store *store);
struct embargo_store_count embargo_store_counted(const struct embargo_store *store);

/* Read all of it into @report, host by host. */
int embargo_store_read(struct embargo_store *store, struct embargo_report *report, char **ret_why);

#endif
