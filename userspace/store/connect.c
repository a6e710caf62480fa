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
	const char *said = result ? PQresultErrorMessage(result) : "";
	size_t size;

	if (!*said)
		said = PQerrorMessage(store->connection);
	size = strcspn(said, "\n");
	if (ret_why && !*ret_why)
		*ret_why = strndup(size ? said : "the database did not answer", size ? size : SIZE_MAX);
	return -EIO;
}

int embargo_store_do(struct embargo_store *store, const char *sql, char **ret_why)
{
	PGresult *result = PQexec(store->connection, sql);
	ExecStatusType status = PQresultStatus(result);
	int r = 0;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN)
		r = embargo_store_failed(store, result, ret_why);
	PQclear(result);
	return r;
}

int embargo_store_row(struct embargo_store *store, const char *sql, const char *argument, uint64_t *numbers,
		      size_t count, char **ret_why)
{
	PGresult *result =
		PQexecParams(store->connection, sql, argument ? 1 : 0, NULL, &argument, NULL, NULL, 0);
	size_t i;
	int r = 0;

	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1 ||
	    (size_t)PQnfields(result) != count)
		r = embargo_store_failed(store, result, ret_why);
	for (i = 0; !r && i < count; i++)
		numbers[i] =
			*PQgetvalue(result, 0, i) == 't' ? 1 : strtoull(PQgetvalue(result, 0, i), NULL, 10);
	PQclear(result);
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

	if (store)
		store->connection = PQconnectdbParams(keys, values, 1);
	if (!store || !store->connection)
		return -ENOMEM;
	if (PQstatus(store->connection) != CONNECTION_OK)
		return embargo_store_failed(store, NULL, ret_why);
	PQsetNoticeReceiver(store->connection, notice_drop, NULL);
	*ret_store = TAKE_PTR(store);
	return 0;
}

void embargo_store_close(struct embargo_store *store)
{
	if (!store)
		return;
	if (store->connection)
		PQfinish(store->connection);
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
