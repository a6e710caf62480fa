// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rows of one host. A scan counts until a later complete one of the same host
 * has looked wherever it did: at all of its paths, its file systems, and present use.
 * What it found in archives counts until one has looked into archives, too. Each
 * finding counts once, though two scans made it; each event, though two files have it.
 */
#include <errno.h>
#include <search.h>
#include <string.h>

#include "policy/array.h"
#include "userspace/report/report.h"

/* Is @path one of @paths, or below one? */
static bool covered(const char *path, char **paths)
{
	size_t size;

	for (; *paths; paths++) {
		size = strlen(*paths);
		if (!size) /* not known */
			continue;
		while (size && (*paths)[size - 1] == '/')
			size--;
		if (!strncmp(path, *paths, size) && (!path[size] || path[size] == '/'))
			return true;
	}
	return false;
}

static bool whole(const struct embargo_report_scan *scan)
{
	return scan->summary && scan->complete && (int64_t)scan->found >= scan->said;
}

/* Of all of the host: the root of its file system, and what is in use. */
static bool of_all(const struct embargo_report_scan *scan)
{
	return whole(scan) && scan->present && scan->paths && covered("/", scan->paths);
}

static bool replaced_by(const struct embargo_report_scan *old, const struct embargo_report_scan *new)
{
	char **path;

	if (!whole(new) || !new->paths || !old->paths || old->time > new->time)
		return false;
	if (old->present > new->present || old->all_filesystems > new->all_filesystems ||
	    old->network > new->network)
		return false;
	if (old->time == new->time &&new < old && whole(old)) /* of equal ones the last stays */
		return false;
	for (path = old->paths; *path; path++)
		if (!covered(*path, new->paths))
			return false;
	return true;
}

void embargo_report_supersede(struct embargo_report_host *host)
{
	bool all = false;
	uint32_t i, k;

	host->incomplete = host->scanned = false;
	host->warnings = 0;
	for (i = 0; i < host->scan_count; i++) {
		struct embargo_report_scan *scan = &host->scans[i];

		scan->superseded = scan->members_count = false;
		for (k = 0; k < host->scan_count && !scan->superseded; k++)
			if (k != i && replaced_by(scan, &host->scans[k])) {
				scan->superseded = scan->archives <= host->scans[k].archives;
				scan->members_count |= !scan->superseded;
			}
		if (of_all(scan) && scan->time != EMBARGO_REPORT_NO_TIME &&
		    (host->first_scan == EMBARGO_REPORT_NO_TIME || scan->time < host->first_scan))
			host->first_scan = scan->time;
		if (scan->superseded)
			continue;
		host->scanned = true;
		all |= of_all(scan);
		host->incomplete |= !whole(scan);
		host->warnings += scan->warnings;
	}
	host->partial = host->scanned && !host->incomplete && !all;
}

static int kind_rank(const char *kind)
{
	static const char *const order[] = {"package", "unit",	 "cron", "process",
					    "library", "module", "file", "member"};
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(*order) && strcmp(kind, order[i]) != 0; i++)
		;
	return i;
}

/* Rows that are equal here are one. */
static int by_place(const void *left, const void *right)
{
	static const int of_finding[] = {EMBARGO_ROW_PATH,    EMBARGO_ROW_MEMBER, EMBARGO_ROW_CONTAINER,
					 EMBARGO_ROW_SHA256,  EMBARGO_ROW_UNIT,	  EMBARGO_ROW_PACKAGE,
					 EMBARGO_ROW_VERDICT, EMBARGO_ROW_RULE,	  EMBARGO_ROW_RULE_NAME};
	const struct embargo_report_row *a = left, *b = right;
	int order = a->event - b->event;
	size_t i;

	order = order ?: strcmp(a->product, b->product);
	order = order ?: kind_rank(a->text[EMBARGO_ROW_KIND]) - kind_rank(b->text[EMBARGO_ROW_KIND]);
	order = order ?: strcmp(a->text[EMBARGO_ROW_KIND], b->text[EMBARGO_ROW_KIND]);
	for (i = 0; !order && i < sizeof(of_finding) / sizeof(*of_finding); i++)
		order = strcmp(a->text[of_finding[i]], b->text[of_finding[i]]);
	return order ?: (a->pid > b->pid) - (a->pid < b->pid);
}

static int by_key(const void *left, const void *right)
{
	const struct embargo_report_moment *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return by_place(a->row, b->row);
}

static int moment_add(struct embargo_report_rows *rows, size_t *room, const struct embargo_report_row *event,
		      struct embargo_report_row *row)
{
	if (embargo_array_grow(&rows->moments, room, rows->moment_count, sizeof(*rows->moments)))
		return -ENOMEM;
	rows->moments[rows->moment_count++] = (struct embargo_report_moment){
		.key = event->key, .time = event->time, .count = event->size, .row = row};
	return 0;
}

/* Each event once; then the rows know how many there were, and when. */
static void moments_count(struct embargo_report_rows *rows)
{
	struct embargo_report_moment *moment;
	size_t i, kept = 0;

	if (rows->moment_count)
		qsort(rows->moments, rows->moment_count, sizeof(*rows->moments), by_key);
	for (i = 0; i < rows->moment_count; i++) {
		moment = &rows->moments[i];
		if (kept && rows->moments[kept - 1].key == moment->key) {
			rows->repeated++;
			continue;
		}
		rows->moments[kept++] = *moment;
		if (!moment->row->count)
			moment->row->time = moment->row->last = moment->time;
		moment->row->count += moment->count;
		if (moment->time < moment->row->time)
			moment->row->time = moment->time;
		if (moment->time > moment->row->last)
			moment->row->last = moment->time;
	}
	rows->moment_count = kept;
}

struct gathering {
	struct embargo_report_rows *rows;
	void *tree;
	size_t room; /* for moments */
	size_t count;
};

static int row_gather(struct gathering *gathering, struct embargo_report_row *row)
{
	struct embargo_report_row **node, *first;
	int r = 0;

	row->product = embargo_report_product(row);
	node = row->product ? tsearch(row, &gathering->tree, by_place) : NULL;
	if (!node) {
		embargo_report_row_free(row);
		return -ENOMEM;
	}
	first = *node;
	gathering->count += first == row;
	first->active |= row->active;
	if (row->event)
		r = moment_add(gathering->rows, &gathering->room, row, first);
	if (first != row)
		embargo_report_row_free(row);
	else if (row->event)
		row->count = 0;
	return r;
}

static void row_list(const void *node, VISIT visit, void *context)
{
	struct embargo_report_rows *rows = context;
	struct embargo_report_row *row = *(void *const *)node;

	if (visit != postorder && visit != leaf)
		return;
	rows->list[rows->count++] = row;
	rows->findings += !row->event;
}

static void row_free(void *row)
{
	embargo_report_row_free(row);
}

static bool row_counts(const struct embargo_report_row *row, const struct embargo_report_scan *scan)
{
	if (scan->members_count && strcmp(row->text[EMBARGO_ROW_KIND], "member") != 0)
		return false;
	return !scan->superseded;
}

int embargo_report_rows(struct embargo_report *report, struct embargo_report_host *host,
			struct embargo_report_rows *ret_rows)
{
	struct gathering gathering = {.rows = ret_rows};
	struct embargo_report_row *row;
	int64_t place = host->chain;
	size_t i, kept = 0;
	int r = 0;

	*ret_rows = (struct embargo_report_rows){0};
	while (!r && place != EMBARGO_REPORT_NONE) {
		r = embargo_report_spool_get(&report->spool, place, &row, &place);
		if (r)
			break;
		if (!row->event && !row_counts(row, &host->scans[row->scan]))
			embargo_report_row_free(row);
		else
			r = row_gather(&gathering, row);
	}
	ret_rows->list = r ? NULL : calloc(gathering.count + 1, sizeof(*ret_rows->list));
	if (!ret_rows->list) {
		tdestroy(gathering.tree, row_free);
		embargo_report_rows_clear(ret_rows);
		return r ?: -ENOMEM;
	}
	moments_count(ret_rows);
	twalk_r(gathering.tree, row_list, ret_rows);
	while (gathering.tree)
		tdelete(*(void **)gathering.tree, &gathering.tree, by_place);
	for (i = 0; i < ret_rows->count; i++) { /* the other copy of an event may have another row */
		if (ret_rows->list[i]->count)
			ret_rows->list[kept++] = ret_rows->list[i];
		else
			embargo_report_row_free(ret_rows->list[i]);
	}
	ret_rows->count = kept;
	return 0;
}

void embargo_report_rows_clear(struct embargo_report_rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++)
		embargo_report_row_free(rows->list[i]);
	free(rows->list);
	free(rows->moments);
	*rows = (struct embargo_report_rows){0};
}
