// SPDX-License-Identifier: GPL-2.0-or-later
/* A connection, statements, and the schema. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "userspace/store/embedded.h"
#include "userspace/store/private.h"

bool embargo_store_url(const char *text)
{
	return !strncmp(text, "postgresql://", 13) || !strncmp(text, "postgres://", 11);
}

int embargo_store_failed(struct embargo_store *store, const PGresult *result, char **ret_why)
{
	const char *said = result ? embargo_pq.resultErrorMessage(result) : "";
	size_t size;

	if (!*said)
		said = embargo_pq.errorMessage(store->connection);
	size = strcspn(said, "\n");
	if (ret_why && !*ret_why)
		*ret_why = strndup(size ? said : "the database did not answer", size ? size : SIZE_MAX);
	return -EIO;
}

int embargo_store_do(struct embargo_store *store, const char *sql, char **ret_why)
{
	PGresult *result = embargo_pq.exec(store->connection, sql);
	ExecStatusType status = embargo_pq.resultStatus(result);
	int r = 0;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN)
		r = embargo_store_failed(store, result, ret_why);
	embargo_pq.clear(result);
	return r;
}

int embargo_store_row(struct embargo_store *store, const char *sql, const char *argument, uint64_t *numbers,
		      size_t count, char **ret_why)
{
	PGresult *result = embargo_pq.execParams(store->connection, sql, argument ? 1 : 0, NULL, &argument,
						 NULL, NULL, 0);
	size_t i;
	int r = 0;

	if (embargo_pq.resultStatus(result) != PGRES_TUPLES_OK || embargo_pq.ntuples(result) != 1 ||
	    (size_t)embargo_pq.nfields(result) != count)
		r = embargo_store_failed(store, result, ret_why);
	for (i = 0; !r && i < count; i++)
		numbers[i] = *embargo_pq.getvalue(result, 0, i) == 't'
				     ? 1
				     : strtoull(embargo_pq.getvalue(result, 0, i), NULL, 10);
	embargo_pq.clear(result);
	return r;
}

/* Notices are for those who write SQL. */
static void notice_drop(void *context, const PGresult *result)
{
	(void)context;
	(void)result;
}

int embargo_store_open(const char *url, struct embargo_store **ret_store, char **ret_why)
{
	_cleanup_(embargo_store_closep) struct embargo_store *store = calloc(1, sizeof(*store));
	const char *const keys[] = {"dbname", "fallback_application_name", "client_encoding", NULL};
	const char *const values[] = {url, "embargo", "UTF8", NULL};
	struct embargo_reason reason = {""};
	int r = embargo_pq_open(&reason);

	if (r) {
		*ret_why = strdup(reason.text);
		return r;
	}
	if (store)
		store->connection = embargo_pq.connectdbParams(keys, values, 1);
	if (!store || !store->connection)
		return -ENOMEM;
	if (embargo_pq.status(store->connection) != CONNECTION_OK)
		return embargo_store_failed(store, NULL, ret_why);
	embargo_pq.setNoticeReceiver(store->connection, notice_drop, NULL);
	*ret_store = TAKE_PTR(store);
	return 0;
}

void embargo_store_close(struct embargo_store *store)
{
	if (!store)
		return;
	if (store->connection)
		embargo_pq.finish(store->connection);
	free(store->why);
	free(store->buffer);
	free(store);
}

int embargo_store_init(struct embargo_store *store, char **ret_why)
{
	int r = embargo_store_do(store, "begin", ret_why);

	r = r ?: embargo_store_do(store, embargo_store_schema, ret_why);
	return r ?: embargo_store_do(store, "commit", ret_why);
}

int embargo_store_purge(struct embargo_store *store, const char *date, uint64_t *ret_days,
			uint64_t *ret_findings, char **ret_why)
{
	uint64_t numbers[2];
	int r = embargo_store_row(store, "select * from embargo.purge($1)", date, numbers, 2, ret_why);

	if (r)
		return r;
	*ret_days = numbers[0];
	*ret_findings = numbers[1];
	return 0;
}
