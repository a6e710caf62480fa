/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Present use as the JSON lines it is told in, in trees made for it. Include tests/harness.h first. */
#ifndef EMBARGO_TESTS_UNIT_INVENTORY_H
#define EMBARGO_TESTS_UNIT_INVENTORY_H

#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <sys/stat.h>

#include "userspace/inventory/inventory.h"

#include "policy_text.h"

struct inventory_tree {
	char root[64];
};

static inline void inventory_tree_make(struct inventory_tree *tree)
{
	strcpy(tree->root, "/tmp/embargo-present.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(tree->root));
}

static inline int inventory_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline void inventory_tree_remove(struct inventory_tree *tree)
{
	nftw(tree->root, inventory_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* "ROOT/path", its directories made. One of a few buffers in turn */
static inline char *inventory_path(const struct inventory_tree *tree, const char *path)
{
	static char buffers[8][PATH_MAX];
	static unsigned int next;
	char *whole = buffers[next++ % 8], *slash;

	snprintf(whole, PATH_MAX, "%s%s", tree->root, path);
	for (slash = strchr(whole + strlen(tree->root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
	return whole;
}

static inline void inventory_put(const struct inventory_tree *tree, const char *path, const char *text)
{
	FILE *out = fopen(inventory_path(tree, path), "we");

	ASSERT_NOT_NULL(out)
	{
		TH_LOG("%s: %m", path);
	}
	fputs(text, out);
	fchmod(fileno(out), 0755);
	ASSERT_EQ(0, fclose(out));
}

static inline void inventory_link(const struct inventory_tree *tree, const char *target, const char *path)
{
	ASSERT_EQ(0, symlink(target, inventory_path(tree, path)))
	{
		TH_LOG("%s: %m", path);
	}
}

/* What @look reports by the policy @text: an array of findings and troubles. */
static inline json_t *inventory_find(const char *root, const char *text,
				     void (*look)(struct embargo_inventory *inventory))
{
	struct embargo_policy *policy = policy_from(text);
	struct embargo_evaluator *evaluator;
	struct embargo_findings *findings;
	struct embargo_inventory inventory = {.root = root};
	json_t *found = json_array(), *line;
	char *lines = NULL, *rest = NULL, *at;
	size_t size;
	FILE *out = open_memstream(&lines, &size);

	ASSERT_EQ(0, embargo_evaluator_policy(policy, &evaluator));
	ASSERT_EQ(0, embargo_findings_new(out, true, evaluator, &findings));
	inventory.evaluator = evaluator;
	inventory.findings = findings;
	look(&inventory);
	embargo_inventory_clear(&inventory);
	embargo_findings_free(findings);
	embargo_evaluator_free(evaluator);
	embargo_policy_free(policy);
	fclose(out);
	for (at = strtok_r(lines, "\n", &rest); at; at = strtok_r(NULL, "\n", &rest)) {
		line = json_loads(at, 0, NULL);
		ASSERT_NOT_NULL(line)
		{
			TH_LOG("%s", at);
		}
		json_array_append_new(found, line);
	}
	free(lines);
	return found;
}

static inline const char *inventory_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "(none)";
}

/* The finding that has this text under @key, and another under @other (may be NULL). NULL: none */
static inline const json_t *inventory_with(const json_t *found, const char *key, const char *text,
					   const char *other, const char *other_text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(found, i, item)
	{
		if (!strcmp(inventory_text(item, "type"), "finding") &&
		    !strcmp(inventory_text(item, key), text) &&
		    (!other || !strcmp(inventory_text(item, other), other_text)))
			return item;
	}
	return NULL;
}

static inline size_t inventory_count(const json_t *found, const char *kind)
{
	const json_t *item;
	size_t i, count = 0;

	json_array_foreach(found, i, item) count += !strcmp(inventory_text(item, "type"), "finding") &&
						    !strcmp(inventory_text(item, "kind"), kind);
	return count;
}

static inline void inventory_log(const json_t *found)
{
	char *text = json_dumps(found, JSON_INDENT(1));

	TH_LOG("%s", text);
	free(text);
}

#endif
