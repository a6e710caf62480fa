// SPDX-License-Identifier: GPL-2.0-or-later
/* Which units there are. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "policy/array.h"
#include "userspace/inventory/unit.h"
#include "userspace/base/root.h"

#define UNITS_MAX 65536

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), end_length = strlen(end);

	return length > end_length && !strcmp(name + length - end_length, end);
}

/* The kinds of units that run commands. */
static bool is_unit(const char *name)
{
	return ends_with(name, ".service") || ends_with(name, ".socket") || ends_with(name, ".mount") ||
	       ends_with(name, ".swap");
}

static struct embargo_unit *unit_find(const struct embargo_units *units, const char *name)
{
	size_t i;

	for (i = 0; i < units->count; i++)
		if (!strcmp(units->list[i].name, name))
			return &units->list[i];
	return NULL;
}

static int unit_add(struct embargo_units *units, const char *name, bool enabled)
{
	struct embargo_unit *unit = unit_find(units, name);

	if (!is_unit(name) || units->count >= UNITS_MAX)
		return 0;
	if (!unit) {
		if (embargo_array_grow(&units->list, &units->capacity, units->count, sizeof(*unit)))
			return -ENOMEM;
		unit = &units->list[units->count];
		*unit = (struct embargo_unit){.name = strdup(name)};
		if (!unit->name)
			return -ENOMEM;
		units->count++;
	}
	unit->enabled |= enabled;
	return 0;
}

void embargo_units_clear(struct embargo_units *units)
{
	while (units->count)
		free(units->list[--units->count].name);
	free(units->list);
	units->list = NULL;
	units->capacity = 0;
}

static int wants_add(const char *root, const char *directory, const char *name, struct embargo_units *units)
{
	_cleanup_closedir_ DIR *dir = NULL;
	_cleanup_free_ char *path = NULL;
	struct dirent *entry;
	int r = 0;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -ENOMEM;
	dir = embargo_root_directory_open(root, path);
	while (dir && !r && (entry = readdir(dir)))
		r = unit_add(units, entry->d_name, true);
	return r;
}

static int entry_add(const char *root, const char *directory, const char *name, struct embargo_units *units)
{
	char unit[NAME_MAX + 1];

	if (ends_with(name, ".wants") || ends_with(name, ".requires") || ends_with(name, ".upholds"))
		return wants_add(root, directory, name, units);
	if (!ends_with(name, ".d"))
		return unit_add(units, name, false);
	snprintf(unit, sizeof(unit), "%.*s", (int)strlen(name) - 2, name);
	/* Drop-ins for a unit type or a name prefix are not units of their own. */
	return strchr(unit, '.') && !strstr(unit, "-.") ? unit_add(units, unit, false) : 0;
}

int embargo_units_list(const char *root, struct embargo_units *units)
{
	const char *const *directory;
	int r = 0;

	for (directory = units->directories; *directory && !r; directory++) {
		_cleanup_closedir_ DIR *dir = embargo_root_directory_open(root, *directory);
		struct dirent *entry;

		while (dir && !r && (entry = readdir(dir)))
			r = entry_add(root, *directory, entry->d_name, units);
	}
	return r;
}

bool embargo_unit_alias(const char *root, const struct embargo_units *units, const struct embargo_unit *unit)
{
	const char *const *directory;
	char target[PATH_MAX];
	const char *base;
	ssize_t size;

	for (directory = units->directories; *directory; directory++) {
		_cleanup_closedir_ DIR *dir = embargo_root_directory_open(root, *directory);

		size = dir ? readlinkat(dirfd(dir), unit->name, target, sizeof(target) - 1) : -1;
		if (size < 0)
			continue;
		target[size] = '\0';
		base = strrchr(target, '/') ? strrchr(target, '/') + 1 : target;
		return strcmp(base, unit->name) && unit_find(units, base);
	}
	return false;
}
