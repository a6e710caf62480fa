// SPDX-License-Identifier: GPL-2.0-or-later
/* The files that the operands stand for, and the hosts that their names tell. */
#include <errno.h>
#include <fts.h>
#include <string.h>

#include "userspace/event/event_log.h"
#include "userspace/report/report.h"

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int entry_take(struct embargo_report *report, const FTSENT *entry, embargo_report_file_fn call,
		      void *context)
{
	switch (entry->fts_info) {
	case FTS_F:
	case FTS_SL:
	case FTS_SLNONE:
	case FTS_DEFAULT:
		if (entry->fts_level == FTS_ROOTLEVEL)
			return call(context, entry->fts_path);
		if (entry->fts_info == FTS_F && strstr(entry->fts_name, ".json"))
			return call(context, entry->fts_path);
		report->passed_over++;
		return 0;
	case FTS_DNR:
	case FTS_NS:
	case FTS_ERR:
		return call(context, entry->fts_path); /* which says why it cannot be read */
	}
	return 0;
}

int embargo_report_files(struct embargo_report *report, const char *path, embargo_report_file_fn call,
			 void *context)
{
	char *const paths[] = {(char *)path, NULL};
	FTSENT *entry;
	FTS *tree;
	int r = 0;

	if (!strcmp(path, "-"))
		return call(context, path);
	tree = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	if (!tree)
		return -errno;
	while (!r && (errno = 0, entry = fts_read(tree)))
		r = entry_take(report, entry, call, context);
	if (!r && errno)
		r = -errno;
	fts_close(tree);
	return r;
}

/* Cut @word off the end of @name; was it there? */
static bool cut(char *name, const char *word)
{
	size_t size = strlen(name), part = strlen(word);

	if (size < part || strcmp(name + size - part, word) != 0)
		return false;
	name[size - part] = '\0';
	return true;
}

static bool cut_any(char *name, const char *const *words)
{
	for (; *words; words++)
		if (cut(name, *words))
			return true;
	return false;
}

/* "events.jsonl.1": a rotated file */
static void cut_number(char *name)
{
	char *dot = strrchr(name, '.');

	if (dot && dot[1] && strspn(dot + 1, "0123456789") == strlen(dot + 1) && strstr(name, ".json"))
		*dot = '\0';
}

/* What is left of a file's name when all is cut off that tells no host. */
static void stem(char *name)
{
	static const char *const folded[] = {".gz", ".xz", ".zst", ".bz2", ".lz4", ".lzma", NULL};
	static const char *const formats[] = {".jsonl", ".json", ".ndjson", NULL};
	static const char *const contents[] = {".events", ".scan", ".status", ".findings", NULL};

	cut_any(name, folded);
	cut_number(name);
	cut_any(name, folded);
	cut_any(name, formats);
	cut_any(name, contents);
}

static bool is_host(const char *name)
{
	static const char *const none[] = {
		"", ".", "..", "/", "events", "scan", "findings", "status", "standard input", NULL};
	const char *const *word;

	for (word = none; *word; word++)
		if (!strcmp(name, *word))
			return false;
	return true;
}

char *embargo_report_host_of(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	char *slash = copy ? strrchr(copy, '/') : NULL, *name = slash ? slash + 1 : copy;
	char here[256] = "";

	if (!copy)
		return NULL;
	if (!strcmp(path, EMBARGO_EVENT_LOG) || !strcmp(path, EMBARGO_EVENT_LOG ".1"))
		return gethostname(here, sizeof(here) - 1) ? NULL : strdup(here);
	stem(name);
	if (is_host(name))
		return strdup(name);
	if (!slash)
		return NULL;
	*slash = '\0';
	slash = strrchr(copy, '/');
	name = slash ? slash + 1 : copy;
	return is_host(name) ? strdup(name) : NULL;
}
