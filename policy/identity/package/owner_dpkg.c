// SPDX-License-Identifier: GPL-2.0-or-later
/* dpkg's database: the paragraphs of its status file, and for each package the list of its files. */
#include <errno.h>
#include <string.h>

#include "policy/identity/package/owner_private.h"
#include "policy/identity/base/parts.h"
#include "policy/identity/package/package.h"

#define STATUS "var/lib/dpkg/status"
#define STATUS_MAX (512U << 20)
#define LIST_MAX (256U << 20)
#define DIVERSIONS_MAX 65536

/* What a package other than @by has at @from is at @to. */
struct diversion {
	const char *from, *to, *by;
};

struct diversions {
	char *text; /* what they point into */
	struct diversion *list;
	size_t count;
};

static void diversions_clear(struct diversions *diversions)
{
	free(diversions->text);
	free(diversions->list);
}

static int diversion_compare(const void *a, const void *b)
{
	return strcmp(((const struct diversion *)a)->from, ((const struct diversion *)b)->from);
}

/* The next line, its end made a NUL; NULL: no more. */
static char *line_next(char **at, const char *end)
{
	char *line = *at, *newline;

	if (line >= end)
		return NULL;
	newline = memchr(line, '\n', end - line);
	if (newline)
		*newline = '\0';
	*at = newline ? newline + 1 : line + strlen(line) + 1;
	return line;
}

/* Three lines each: from, to, and the package (":": the administrator). */
static int diversions_read(struct embargo_owners *owners, struct diversions *ret)
{
	char *at, *end;
	size_t size;
	int r = embargo_owners_slurp(owners, "var/lib/dpkg/diversions", LIST_MAX, &ret->text, &size);

	if (r)
		return r == -ENOMEM ? r : 0;
	ret->list = calloc(DIVERSIONS_MAX, sizeof(*ret->list));
	if (!ret->list)
		return -ENOMEM;
	for (at = ret->text, end = at + size; ret->count < DIVERSIONS_MAX; ret->count++) {
		struct diversion *diversion = &ret->list[ret->count];

		diversion->from = line_next(&at, end);
		diversion->to = line_next(&at, end);
		diversion->by = line_next(&at, end);
		if (!diversion->by)
			break;
	}
	qsort(ret->list, ret->count, sizeof(*ret->list), diversion_compare);
	return 0;
}

static const char *diverted(const struct diversions *diversions, const char *path, const char *package)
{
	struct diversion key = {.from = path}, *found;

	if (!diversions->count)
		return path;
	found = bsearch(&key, diversions->list, diversions->count, sizeof(key), diversion_compare);
	return found && strcmp(found->by, package) != 0 ? found->to : path;
}

/* "/a" before "/a/b" is a directory: many packages have it, none owns it. */
static int list_add(struct embargo_owners *owners, const struct diversions *diversions, char *text,
		    size_t size, __u32 number)
{
	char *at = text, *line, *next;
	const char *end = text + size;
	size_t length;
	int r = 0;

	for (line = line_next(&at, end); line && !r; line = next) {
		next = line_next(&at, end);
		length = strlen(line);
		if (*line != '/' || length >= EMBARGO_OWNER_PATH ||
		    (next && !strncmp(next, line, length) && next[length] == '/'))
			continue;
		r = embargo_owners_add_path(owners, diverted(diversions, line, owners->packages[number].name),
					    number);
	}
	return r;
}

/* Of a package that can be installed for two architectures at once, the name has the architecture in it. */
static int list_read(struct embargo_owners *owners, const struct diversions *diversions, __u32 number)
{
	const struct embargo_package *package = &owners->packages[number];
	_cleanup_free_ char *text = NULL;
	char path[512];
	size_t size;
	int r;

	if (strchr(package->name, '/') || (package->architecture && strchr(package->architecture, '/')))
		return 0;
	snprintf(path, sizeof(path), "var/lib/dpkg/info/%.200s:%.50s.list", package->name,
		 package->architecture ?: "");
	r = embargo_owners_slurp(owners, path, LIST_MAX, &text, &size);
	if (r == -ENOENT) {
		snprintf(path, sizeof(path), "var/lib/dpkg/info/%.200s.list", package->name);
		r = embargo_owners_slurp(owners, path, LIST_MAX, &text, &size);
	}
	if (r == -ENOMEM)
		return r;
	if (r)
		return embargo_owners_warning(owners, "/%.300s: %s", path, strerror(-r));
	return list_add(owners, diversions, text, size, number);
}

/* "want flag state": are its files on the disk? */
static bool installed(const char *paragraph, size_t size)
{
	static const char field[] = "\nStatus: ";
	const char *at = memmem(paragraph, size, field, sizeof(field) - 1), *end;

	if (!at)
		return false;
	at += sizeof(field) - 1;
	end = memchr(at, '\n', paragraph + size - at) ?: paragraph + size;
	at = memrchr(at, ' ', end - at);
	return at && strncmp(at, " config-files", 13) != 0 && strncmp(at, " not-installed", 14) != 0;
}

static int paragraph_add(struct embargo_owners *owners, const struct diversions *diversions,
			 const char *paragraph, size_t size)
{
	_cleanup_(embargo_package_clear) struct embargo_package package = {0};
	__u32 number;
	int r;

	if (!installed(paragraph, size))
		return 0;
	r = embargo_package_fields(&package, paragraph, size);
	if (r || !package.name)
		return r;
	package.manager = strdup("dpkg");
	if (!package.manager)
		return -ENOMEM;
	r = embargo_owners_add_package(owners, &package, &number);
	return r ?: list_read(owners, diversions, number);
}

int embargo_owners_dpkg(struct embargo_owners *owners)
{
	_cleanup_(diversions_clear) struct diversions diversions = {0};
	_cleanup_free_ char *text = NULL;
	const char *at, *end, *blank;
	size_t size;
	int r = embargo_owners_slurp(owners, STATUS, STATUS_MAX, &text, &size);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r)
		return r == -ENOMEM ? r : embargo_owners_warning(owners, "/" STATUS ": %s", strerror(-r));
	r = diversions_read(owners, &diversions);
	for (at = text, end = text + size; at < end && !r; at = blank + 2) {
		blank = memmem(at, end - at, "\n\n", 2) ?: end;
		r = paragraph_add(owners, &diversions, at, blank - at);
	}
	return r;
}
