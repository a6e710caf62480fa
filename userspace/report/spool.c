// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows on disk, in a file without a name: each knows where the row before it of the same host is. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "userspace/report/report.h"

#define BUFFER (1U << 20)
#define ROW_MAX (BUFFER / 2)

struct stored {
	int64_t before;
	uint32_t size; /* of the strings, each with its NUL */
	uint32_t scan;
	int64_t numbers[4]; /* size, pid, policy_line, time */
	uint64_t key;
	uint8_t event, active, resolved, spare[5];
};

int embargo_report_spool_open(struct embargo_report_spool *spool)
{
	const char *directory = getenv("TMPDIR");
	_cleanup_free_ char *name = NULL;

	directory = directory && *directory ? directory : "/var/tmp";
	spool->directory = directory;
	spool->buffer = malloc(BUFFER);
	if (!spool->buffer || asprintf(&name, "%s/embargo-report.XXXXXX", directory) < 0)
		return -ENOMEM;
	spool->window = EMBARGO_REPORT_NONE;
	spool->fd = mkostemp(name, O_CLOEXEC);
	if (spool->fd < 0)
		return -errno;
	unlink(name);
	return 0;
}

void embargo_report_spool_close(struct embargo_report_spool *spool)
{
	if (spool->fd >= 0)
		close(spool->fd);
	free(spool->buffer);
	*spool = (struct embargo_report_spool){.fd = -1};
}

static int spool_flush(struct embargo_report_spool *spool)
{
	size_t done = 0;
	ssize_t put;

	while (done < spool->used) {
		put = pwrite(spool->fd, spool->buffer + done, spool->used - done,
			     spool->end - spool->used + done);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put ? -errno : -EIO;
		done += put;
	}
	spool->used = 0;
	return 0;
}

int embargo_report_spool_add(struct embargo_report_spool *spool, struct embargo_report_host *host,
			     const struct embargo_report_row *row)
{
	struct stored stored = {
		.before = host->chain,
		.scan = row->scan,
		.numbers = {row->size, row->pid, row->policy_line, row->time},
		.key = row->key,
		.event = row->event,
		.active = row->active,
		.resolved = row->resolved,
	};
	char *to;
	int i, r;

	for (i = 0; i < EMBARGO_REPORT_FIELDS; i++)
		stored.size += strlen(row->text[i]) + 1;
	if (sizeof(stored) + stored.size > ROW_MAX)
		return -E2BIG;
	if (spool->used + sizeof(stored) + stored.size > BUFFER) {
		r = spool_flush(spool);
		if (r)
			return r;
	}
	host->chain = spool->end;
	to = memcpy(spool->buffer + spool->used, &stored, sizeof(stored));
	to += sizeof(stored);
	for (i = 0; i < EMBARGO_REPORT_FIELDS; i++)
		to = stpcpy(to, row->text[i]) + 1;
	spool->used += sizeof(stored) + stored.size;
	spool->end += sizeof(stored) + stored.size;
	return 0;
}

/* @size bytes at @place; the window ends a little behind it, since the rows are read backwards. */
static int spool_bytes(struct embargo_report_spool *spool, int64_t place, size_t size, const char **ret_bytes)
{
	ssize_t got;

	if (size > BUFFER || place < 0 || place + (int64_t)size > spool->end)
		return -EIO;
	if (spool->window < 0 || place < spool->window ||
	    place + (int64_t)size > spool->window + (int64_t)spool->used) {
		spool->window = place + ROW_MAX > BUFFER ? place + ROW_MAX - BUFFER : 0;
		do
			got = pread(spool->fd, spool->buffer, BUFFER, spool->window);
		while (got < 0 && errno == EINTR);
		spool->used = got < 0 ? 0 : got;
		if (got < 0 || place + (int64_t)size > spool->window + got)
			return got < 0 ? -errno : -EIO;
	}
	*ret_bytes = spool->buffer + (place - spool->window);
	return 0;
}

int embargo_report_spool_get(struct embargo_report_spool *spool, int64_t place,
			     struct embargo_report_row **ret_row, int64_t *ret_before)
{
	_cleanup_(embargo_report_row_freep) struct embargo_report_row *row = calloc(1, sizeof(*row));
	struct stored stored;
	const char *bytes;
	char *at;
	int i, r;

	if (!row)
		return -ENOMEM;
	if (spool->window < 0 && spool->used) { /* the first to be read: nothing writes any more */
		r = spool_flush(spool);
		if (r)
			return r;
	}
	r = spool_bytes(spool, place, sizeof(stored), &bytes);
	if (r)
		return r;
	memcpy(&stored, bytes, sizeof(stored));
	r = spool_bytes(spool, place + sizeof(stored), stored.size, &bytes);
	if (r)
		return r;
	row->strings = malloc(stored.size);
	if (!row->strings)
		return -ENOMEM;
	at = memcpy(row->strings, bytes, stored.size);
	for (i = 0; i < EMBARGO_REPORT_FIELDS; i++) {
		row->text[i] = at;
		at += strlen(at) + 1;
	}
	row->event = stored.event;
	row->active = stored.active;
	row->resolved = stored.resolved;
	row->scan = stored.scan;
	row->size = stored.numbers[0];
	row->pid = stored.numbers[1];
	row->policy_line = stored.numbers[2];
	row->time = row->last = stored.numbers[3];
	row->key = stored.key;
	row->count = 1;
	*ret_row = TAKE_PTR(row);
	*ret_before = stored.before;
	return 0;
}
