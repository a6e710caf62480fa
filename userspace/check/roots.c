// SPDX-License-Identifier: GPL-2.0-or-later
/* Which files a policy was made of, and which a directory holds. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "userspace/check/roots.h"

static __u32 root_of(const struct embargo_ruleset *set, __u32 file)
{
	__u32 depth;

	/* A policy database is others' data: no circle of parents keeps us here. */
	for (depth = 0; depth < set->file_count && set->files[file].parent < set->file_count; depth++)
		file = set->files[file].parent;
	return file;
}

int embargo_roots_read(const struct embargo_ruleset *set, struct embargo_roots *ret_roots)
{
	struct embargo_roots roots = {.list = calloc(set->file_count + 1, sizeof(*roots.list))};
	_cleanup_free_ size_t *places = calloc((size_t)set->file_count + 1, sizeof(*places));
	__u32 i, root;

	if (!roots.list || !places) {
		free(roots.list);
		return -ENOMEM;
	}
	for (i = 0; i < set->file_count; i++) {
		if (set->files[i].parent < set->file_count)
			continue;
		places[i] = roots.count;
		roots.list[roots.count++] = (struct embargo_root){
			.path = embargo_string(set, set->files[i].path),
			.name = set->files[i].name ? embargo_string(set, set->files[i].name) : "",
		};
	}
	for (i = 0; i < set->rule_count; i++) {
		if (set->rules[i].file >= set->file_count)
			continue;
		root = root_of(set, set->rules[i].file);
		if (places[root] < roots.count)
			roots.list[places[root]].rules++;
	}
	*ret_roots = roots;
	return 0;
}

bool embargo_roots_have(const struct embargo_roots *roots, const char *path)
{
	size_t i;

	for (i = 0; i < roots->count; i++)
		if (!strcmp(roots->list[i].path, path))
			return true;
	return false;
}

void embargo_roots_clear(struct embargo_roots *roots)
{
	free(roots->list);
	*roots = (struct embargo_roots){0};
}

static int is_policy(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 7 && !strcmp(entry->d_name + length - 7, ".policy");
}

int embargo_policies_list(const char *directory, char ***ret_paths)
{
	struct dirent **entries = NULL;
	int count = scandir(directory, &entries, is_policy, alphasort), i, r = 0;
	char **paths;

	if (count < 0)
		return -errno;
	paths = calloc((size_t)count + 1, sizeof(*paths));
	for (i = 0; i < count; i++) {
		if (paths && !r && asprintf(&paths[i], "%s/%s", directory, entries[i]->d_name) < 0) {
			paths[i] = NULL;
			r = -ENOMEM;
		}
		free(entries[i]);
	}
	free(entries);
	if (!paths || r) {
		embargo_paths_free(paths);
		return -ENOMEM;
	}
	*ret_paths = paths;
	return 0;
}

void embargo_paths_free(char **paths)
{
	char **path;

	for (path = paths; path && *path; path++)
		free(*path);
	free(paths);
}

bool embargo_paths_have(char *const *paths, const char *path)
{
	for (; paths && *paths; paths++)
		if (!strcmp(*paths, path))
			return true;
	return false;
}
