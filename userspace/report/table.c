// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries by name: a balanced tree, so that no names can be chosen that make it slow. */
#include <search.h>
#include <string.h>

#include "userspace/report/report.h"

struct named {
	char *name;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

void *embargo_report_find(const struct embargo_report_table *table, const char *name)
{
	struct named wanted = {.name = (char *)name};
	void *const *node = tfind(&wanted, &table->root, by_name);

	return node ? *node : NULL;
}

void *embargo_report_entry(struct embargo_report_table *table, const char *name, size_t size)
{
	struct named *entry = embargo_report_find(table, name);

	if (entry)
		return entry;
	entry = calloc(1, size);
	if (!entry)
		return NULL;
	entry->name = strdup(name);
	if (!entry->name || !tsearch(entry, &table->root, by_name)) {
		free(entry->name);
		free(entry);
		return NULL;
	}
	table->count++;
	return entry;
}

struct listing {
	void **list;
	size_t count;
};

static void list_node(const void *node, VISIT visit, void *context)
{
	struct listing *listing = context;

	if (visit == postorder || visit == leaf)
		listing->list[listing->count++] = *(void *const *)node;
}

void *embargo_report_list(const struct embargo_report_table *table)
{
	struct listing listing = {.list = calloc(table->count + 1, sizeof(void *))};

	if (listing.list)
		twalk_r(table->root, list_node, &listing);
	return listing.list;
}

void embargo_report_table_clear(struct embargo_report_table *table, void (*clear)(void *entry))
{
	struct named *entry;

	while (table->root) {
		entry = *(struct named **)table->root;
		tdelete(entry, &table->root, by_name);
		if (clear)
			clear(entry);
		free(entry->name);
		free(entry);
	}
	table->count = 0;
}
