// SPDX-License-Identifier: GPL-2.0-or-later
/* The paths of one scan: one below another is looked at once, in its own turn. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/scan/scan.h"

static int by_name(const void *left, const void *right)
{
	const struct embargo_scan_path *a = left, *b = right;

	return strcmp(a->real, b->real);
}

int embargo_scan_paths_read(struct embargo_scan_paths *paths, char *const *given)
{
	size_t count = 0;

	while (given[count])
		count++;
	paths->list = calloc(count + 1, sizeof(*paths->list));
	if (!paths->list)
		return -ENOMEM;
	for (; *given; given++) {
		paths->list[paths->count].real = realpath(*given, NULL);
		paths->count += paths->list[paths->count].real != NULL;
	}
	qsort(paths->list, paths->count, sizeof(*paths->list), by_name);
	return 0;
}

static struct embargo_scan_path *path_find(const struct embargo_scan_paths *paths, const char *path)
{
	const struct embargo_scan_path key = {.real = (char *)path};

	return paths->count ? bsearch(&key, paths->list, paths->count, sizeof(key), by_name) : NULL;
}

bool embargo_scan_path_begin(struct embargo_scan_paths *paths, const char *given)
{
	_cleanup_free_ char *real = realpath(given, NULL);
	struct embargo_scan_path *path = real ? path_find(paths, real) : NULL;

	paths->current = path;
	if (path && path->begun)
		return false;
	if (path)
		path->begun = true;
	return true;
}

bool embargo_scan_path_other(const struct embargo_scan_paths *paths, const char *path)
{
	const struct embargo_scan_path *found = paths->count > 1 ? path_find(paths, path) : NULL;

	return found && (!paths->current || strcmp(found->real, paths->current->real) != 0);
}

void embargo_scan_paths_clear(struct embargo_scan_paths *paths)
{
	while (paths->count)
		free(paths->list[--paths->count].real);
	free(paths->list);
	*paths = (struct embargo_scan_paths){0};
}
