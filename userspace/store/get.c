// SPDX-License-Identifier: GPL-2.0-or-later
/* The store as lines, host by host, in one snapshot. Memory holds some thousands of lines, however many there
 * are. */
#include <errno.h>
#include <string.h>

#include "userspace/store/private.h"

static int version_check(struct embargo_store *store, char **ret_why)
{
	uint64_t version = 0;
	int r = embargo_store_row(store, "select max(version) from embargo.schema_version", NULL, &version, 1,
				  ret_why);

	if (r || version == EMBARGO_STORE_SCHEMA)
		return r;
	*ret_why = strdup(version < EMBARGO_STORE_SCHEMA
				  ? "its schema is of an older embargo: embargo report --init-db --to URL"
				  : "its schema is of a newer embargo");
	return -EPROTO;
}

static int lines_read(struct embargo_store *store, struct embargo_report *report, const char *name,
		      char **ret_why)
{
	struct embargo_report_place place = {.file = name, .line = 1};
	int count = 1, i, r = 0;

	while (!r && count) {
		PGresult *result = embargo_pq.exec(store->connection, "fetch 5000 from lines");

		if (embargo_pq.resultStatus(result) != PGRES_TUPLES_OK)
			r = embargo_store_failed(store, result, ret_why);
		count = r ? 0 : embargo_pq.ntuples(result);
		for (i = 0; !r && i < count; i++, place.line++) {
			report->lines++;
			r = embargo_report_line(report, &place, embargo_pq.getvalue(result, i, 0),
						embargo_pq.getlength(result, i, 0));
		}
		embargo_pq.clear(result);
	}
	return r ?: embargo_store_do(store, "close lines", ret_why);
}

int embargo_store_read(struct embargo_store *store, struct embargo_report *report, char **ret_why)
{
	int r = version_check(store, ret_why);

	r = r
		    ?: embargo_store_do(store, "begin transaction isolation level repeatable read read only",
					ret_why);
	r = r
		    ?: embargo_store_do(store,
					"declare lines cursor for select line from embargo.host_line order "
					"by host_id, part",
					ret_why);
	r = r ?: lines_read(store, report, "the store", ret_why);
	r = r ?: embargo_store_do(store, "declare lines cursor for select line from embargo.event", ret_why);
	r = r ?: lines_read(store, report, "the store's events", ret_why);
	return r ?: embargo_store_do(store, "commit", ret_why);
}
