// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands of units, crontabs and scripts. What a shell would make of them is not
 * found out: each absolute path that stands in one is looked at, so that nothing
 * hides behind env, nice, `sh -c` or a pipe. That a command only reads a banned
 * file is worth a finding too.
 */
#include <fcntl.h>
#include <string.h>

#include "userspace/inventory/inventory.h"
#include "userspace/base/root.h"

#define PATHS_MAX 256 /* of one command */

/* Bytes that end a word where no quote protects them. */
#define ENDS " \t\r\n;&|()<>`$=,:"

void embargo_inventory_words_free(char **words)
{
	size_t i;

	for (i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

static bool known(char *const *words, const char *word)
{
	for (; *words; words++)
		if (!strcmp(*words, word))
			return true;
	return false;
}

/*
 * The path at @text without its quotes and backslashes; returns where it ends. A path
 * within a quoted string ends at a space, for `sh -c "/a/b c"`, and one that is
 * quoted itself ends at its quote, for "/a b/c".
 */
static const char *path_copy(const char *text, char quote, char *to)
{
	while (*text && *text != '"' && *text != '\'') {
		if (*text == '\\' && text[1])
			text++;
		else if (quote ? *text == quote : strchr(ENDS, *text) != NULL)
			break;
		*to++ = *text++;
	}
	*to = '\0';
	return text;
}

static bool begins_word(const char *command, const char *at)
{
	return at == command || strchr(ENDS "\"'-+!@", at[-1]);
}

static int word_add(char **words, size_t *count, const char *path)
{
	if (!path[1] || known(words, path) || *count == PATHS_MAX)
		return 0;
	words[*count] = strdup(path);
	return words[(*count)++] ? 0 : -1;
}

char **embargo_inventory_words(const char *command)
{
	char **words = calloc(PATHS_MAX + 1, sizeof(*words));
	_cleanup_free_ char *path = malloc(strlen(command) + 1);
	size_t count = 0;
	const char *at = command;

	if (!words || !path)
		goto fail;
	while ((at = strchr(at, '/'))) {
		bool quoted = at != command && (at[-1] == '"' || at[-1] == '\'');
		const char *end;

		if (!begins_word(command, at)) {
			at++;
			continue;
		}
		/* Both readings of what begins with a quote: the whole of it, and up to a space. */
		if (quoted) {
			path_copy(at, at[-1], path);
			if (word_add(words, &count, path))
				goto fail;
		}
		end = path_copy(at, 0, path);
		if (word_add(words, &count, path))
			goto fail;
		at = end > at ? end : at + 1;
	}
	return words;
fail:
	embargo_inventory_words_free(words);
	return NULL;
}

static void path_report(struct embargo_inventory *inventory, const char *path,
			const struct embargo_inventory_user *user)
{
	_cleanup_close_ int fd = embargo_root_open(inventory->root, path, O_RDONLY);
	struct embargo_finding finding = {.kind = user->kind, .unit = user->unit, .active = user->active};
	const struct embargo_inventory_file *file = NULL;
	_cleanup_free_ char *ground = NULL;
	char real[PATH_MAX];

	if (fd >= 0) {
		path = embargo_root_real_path(inventory->root, fd, path, real);
		file = embargo_inventory_evaluate(inventory, fd, path);
	}
	finding.path = path;
	if (file)
		embargo_inventory_finding(file, &finding);
	else
		embargo_inventory_evaluate_path(inventory, path, &finding.result);
	if (!embargo_inventory_banned(&finding.result))
		return;
	if (asprintf(&ground, "%s%sthe command in %s", finding.ground ?: "", finding.ground ? ", " : "",
		     user->place) < 0)
		ground = NULL;
	finding.ground = ground;
	embargo_finding_report(inventory->findings, &finding);
}

void embargo_inventory_command(struct embargo_inventory *inventory, const char *command,
			       const struct embargo_inventory_user *user)
{
	char **words = embargo_inventory_words(command);
	size_t i;

	for (i = 0; words && words[i]; i++)
		path_report(inventory, words[i], user);
	embargo_inventory_words_free(words);
}
