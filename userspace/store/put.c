// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines into the store, by COPY. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-id128.h>

#include "userspace/store/private.h"

#define EVENTS_AT_ONCE 5000
#define COPY_SCAN "copy embargo.incoming (batch, line) from stdin"
#define COPY_EVENTS "copy embargo.incoming_event (line) from stdin"

/* Whatever was begun is as if it had never been. */
static int give_up(struct embargo_store *store, char **ret_why)
{
	if (store->copying)
		embargo_pq.putCopyEnd(store->connection, "given up");
	while (store->copying) {
		PGresult *result = embargo_pq.getResult(store->connection);

		if (!result)
			break;
		if (embargo_pq.resultStatus(result) == PGRES_FATAL_ERROR && ret_why && !*ret_why)
			embargo_store_failed(store, result, ret_why);
		embargo_pq.clear(result);
	}
	store->copying = EMBARGO_COPY_NONE;
	embargo_store_do(store, "rollback", NULL);
	return -EIO;
}

static int begin(struct embargo_store *store, enum embargo_store_copy what, char **ret_why)
{
	sd_id128_t batch;
	int r = sd_id128_randomize(&batch);

	if (r < 0)
		return r;
	sd_id128_to_string(batch, store->batch);
	r = embargo_store_do(store, "begin", ret_why);
	r = r ?: embargo_store_do(store, what == EMBARGO_COPY_SCAN ? COPY_SCAN : COPY_EVENTS, ret_why);
	if (r)
		return give_up(store, ret_why);
	store->copying = what;
	store->copied = 0;
	return 0;
}

static int copy_end(struct embargo_store *store, char **ret_why)
{
	PGresult *result;
	int r = embargo_pq.putCopyEnd(store->connection, NULL) == 1
			? 0
			: embargo_store_failed(store, NULL, ret_why);

	while ((result = embargo_pq.getResult(store->connection))) {
		if (embargo_pq.resultStatus(result) != PGRES_COMMAND_OK)
			r = embargo_store_failed(store, result, ret_why);
		embargo_pq.clear(result);
	}
	store->copying = EMBARGO_COPY_NONE;
	return r;
}

static int flush(struct embargo_store *store, char **ret_why)
{
	bool scan = store->copying == EMBARGO_COPY_SCAN;
	uint64_t numbers[3];
	int r;

	if (!store->copying)
		return 0;
	r = copy_end(store, ret_why);
	if (!r && scan)
		r = embargo_store_row(store, "select * from embargo.take($1)", store->batch, numbers, 3,
				      ret_why);
	r = r ?: embargo_store_do(store, "commit", ret_why);
	if (r)
		return give_up(store, ret_why);
	if (!scan) {
		store->count.events += store->copied;
		return 0;
	}
	store->count.scans += numbers[2];
	store->count.old += !numbers[2];
	store->count.findings += numbers[0];
	store->count.gone += numbers[1];
	return 0;
}

/* Text that COPY reads back as the same bytes. JSON on one line has neither tabs nor newlines of its own. */
static int line_send(struct embargo_store *store, const char *line, size_t size, char **ret_why)
{
	size_t used = 0, i, most = size * 2 + sizeof(store->batch) + 2;

	if (store->room < most) {
		char *buffer = realloc(store->buffer, most);

		if (!buffer)
			return -ENOMEM;
		store->buffer = buffer;
		store->room = most;
	}
	if (store->copying == EMBARGO_COPY_SCAN)
		used = sprintf(store->buffer, "%s\t", store->batch);
	for (i = 0; i < size; i++) {
		if (line[i] == '\n' || line[i] == '\r' || line[i] == '\t') {
			store->buffer[used++] = ' ';
			continue;
		}
		if (line[i] == '\\')
			store->buffer[used++] = '\\';
		store->buffer[used++] = line[i];
	}
	store->buffer[used++] = '\n';
	store->copied++;
	return embargo_pq.putCopyData(store->connection, store->buffer, (int)used) == 1
		       ? 0
		       : embargo_store_failed(store, NULL, ret_why);
}

/* A host that its lines do not name is named by the file: the store has no files. */
static char *event_named(const struct embargo_report_place *place, const json_t *object)
{
	_cleanup_free_ char *host = embargo_report_host_of(place->file);
	json_t *copy =
		host && !json_is_string(json_object_get(object, "host")) ? json_copy((json_t *)object) : NULL;
	char *line = NULL;

	if (copy && !json_object_set_new(copy, "host", json_string(host)))
		line = json_dumps(copy, JSON_COMPACT);
	json_decref(copy);
	return line;
}

/* One scan that the database refuses does not cost the others; a database that is gone does. */
static int flush_some(struct embargo_store *store, const struct embargo_report_place *place)
{
	_cleanup_free_ char *why = NULL;
	int r = flush(store, &why);

	if (!r)
		return 0;
	if (embargo_pq.status(store->connection) == CONNECTION_OK)
		return embargo_report_bad(store->report, place, why ?: "the database refuses it");
	store->why = store->why ?: TAKE_PTR(why);
	return r;
}

static int take(struct embargo_store *store, const struct embargo_report_place *place, const json_t *object,
		const char *line, size_t size, const char **ret_why)
{
	const char *type = json_string_value(json_object_get(object, "type"));
	bool event = !type && json_is_string(json_object_get(object, "verdict"));
	_cleanup_free_ char *named = event ? event_named(place, object) : NULL;
	bool scan = type && !strcmp(type, "scan");
	int r = 0;

	if (!type && !event) {
		*ret_why = "neither of a scan nor an event: the store does not keep it";
		return -EBADMSG;
	}
	if (scan || (event && store->copying == EMBARGO_COPY_SCAN) ||
	    (event && store->copied >= EVENTS_AT_ONCE) || (!event && store->copying == EMBARGO_COPY_EVENTS))
		r = flush_some(store, place);
	if (!r && !event && !scan && !store->copying) {
		*ret_why = "of a scan whose first line is missing: the store cannot tell what it looked at";
		return -EBADMSG;
	}
	if (!r && !store->copying)
		r = begin(store, event ? EMBARGO_COPY_EVENTS : EMBARGO_COPY_SCAN, &store->why);
	r = r ?: line_send(store, named ?: line, named ? strlen(named) : size, &store->why);
	if (!r && type && !strcmp(type, "summary"))
		r = flush_some(store, place);
	return r;
}

static int line_taken(void *context, const struct embargo_report_place *place, const json_t *object,
		      const char *line, size_t size, const char **ret_why)
{
	return take(context, place, object, line, size, ret_why);
}

void embargo_store_take(struct embargo_store *store, struct embargo_report *report)
{
	report->taker = line_taken;
	report->taker_context = store;
	store->report = report;
}

struct embargo_store_count embargo_store_counted(const struct embargo_store *store)
{
	return store->count;
}

const char *embargo_store_why(const struct embargo_store *store)
{
	return store->why;
}

int embargo_store_file_end(struct embargo_store *store, const char *path)
{
	const struct embargo_report_place place = {.file = path};

	return flush_some(store, &place);
}
