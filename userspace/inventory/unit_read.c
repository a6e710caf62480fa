// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands in a unit's files. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/array.h"
#include "userspace/inventory/unit.h"
#include "userspace/base/root.h"

#define LINE_MAX_BYTES (1U << 20) /* of one, with its continuations */
#define COMMANDS_MAX 4096
#define DROPINS_MAX 256

static bool runs_a_command(const char *key, size_t length)
{
	static const char *const keys[] = {
		"ExecStart", "ExecStartPre", "ExecStartPost", "ExecCondition",	"ExecReload",
		"ExecStop",  "ExecStopPost", "ExecStopPre",   "ExecReloadPost",
	};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i]) == length && !strncmp(keys[i], key, length))
			return true;
	return false;
}

static void line_free(struct embargo_command_line *line)
{
	free(line->key);
	free(line->text);
	free(line->place);
}

void embargo_commands_clear(struct embargo_commands *commands)
{
	while (commands->count)
		line_free(&commands->list[--commands->count]);
	free(commands->list);
	*commands = (struct embargo_commands){0};
}

/* An empty command takes back what came before it under the same key. */
static void key_reset(struct embargo_commands *commands, const char *key, size_t length)
{
	size_t i, kept = 0;

	for (i = 0; i < commands->count; i++) {
		if (strlen(commands->list[i].key) == length && !strncmp(commands->list[i].key, key, length))
			line_free(&commands->list[i]);
		else
			commands->list[kept++] = commands->list[i];
	}
	commands->count = kept;
}

static void command_add(struct embargo_commands *commands, const char *key, size_t length, const char *text,
			const char *path, unsigned int number)
{
	struct embargo_command_line line = {.key = strndup(key, length), .text = strdup(text)};

	if (asprintf(&line.place, "%s:%u", path, number) < 0)
		line.place = NULL;
	if (line.key && line.text && line.place && commands->count < COMMANDS_MAX &&
	    !embargo_array_grow(&commands->list, &commands->capacity, commands->count, sizeof(line)))
		commands->list[commands->count++] = line;
	else
		line_free(&line);
}

static void assignment_take(struct embargo_commands *commands, char *line, const char *path,
			    unsigned int number)
{
	char *value = strchr(line, '=');
	size_t length;

	if (!value)
		return;
	for (length = value - line; length && isspace((unsigned char)line[length - 1]);)
		length--;
	value += 1 + strspn(value + 1, " \t");
	if (!runs_a_command(line, length))
		return;
	if (*value)
		command_add(commands, line, length, value, path, number);
	else
		key_reset(commands, line, length);
}

/* Lines that end in a backslash go on; comments between them are passed over. */
static void commands_read(FILE *file, const char *path, struct embargo_commands *commands)
{
	_cleanup_free_ char *line = NULL, *whole = NULL;
	size_t room = 0, length, used = 0;
	unsigned int number = 0, first = 0;
	ssize_t got;
	char *start, *grown;

	while ((got = getline(&line, &room, file)) > 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		start = line + strspn(line, " \t\r");
		if (*start == '#' || *start == ';')
			continue;
		length = strlen(start);
		while (length && isspace((unsigned char)start[length - 1]))
			start[--length] = '\0';
		grown = used + length + 2 > LINE_MAX_BYTES ? NULL : realloc(whole, used + length + 2);
		if (!grown)
			return;
		whole = grown;
		first = used ? first : number;
		memcpy(whole + used, start, length + 1);
		used += length;
		if (length && start[length - 1] == '\\') {
			whole[used - 1] = ' ';
			continue;
		}
		assignment_take(commands, whole, path, first);
		used = 0;
	}
	if (used)
		assignment_take(commands, whole, path, first);
}

bool embargo_unit_fragment(const char *root, const struct embargo_units *units, const char *name,
			   struct embargo_commands *commands)
{
	const char *const *directory;

	for (directory = units->directories; *directory; directory++) {
		_cleanup_closedir_ DIR *dir = embargo_root_directory_open(root, *directory);
		_cleanup_fclose_ FILE *file = NULL;
		_cleanup_free_ char *path = NULL;
		struct stat st;

		if (!dir || fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) ||
		    asprintf(&path, "%s/%s", *directory, name) < 0)
			continue;
		/* A link to /dev/null masks it, and so does one that leads nowhere. */
		file = embargo_root_file_open(root, path);
		if (file)
			commands_read(file, path, commands);
		else if (errno == EFBIG)
			commands->too_large = true;
		return true;
	}
	return false;
}

struct dropins {
	char *names[DROPINS_MAX]; /* sorted; the first directory that has one wins */
	char *paths[DROPINS_MAX];
	size_t count;
};

static void dropin_add(struct dropins *dropins, const char *directory, const char *name)
{
	size_t at, i;

	for (at = 0; at < dropins->count && strcmp(dropins->names[at], name) < 0; at++)
		;
	if (dropins->count == DROPINS_MAX || (at < dropins->count && !strcmp(dropins->names[at], name)))
		return;
	for (i = dropins->count; i > at; i--) {
		dropins->names[i] = dropins->names[i - 1];
		dropins->paths[i] = dropins->paths[i - 1];
	}
	dropins->names[at] = strdup(name);
	if (asprintf(&dropins->paths[at], "%s/%s", directory, name) < 0)
		dropins->paths[at] = NULL;
	dropins->count++;
}

static void directory_add(const char *root, const char *directory, struct dropins *dropins)
{
	_cleanup_closedir_ DIR *dir = embargo_root_directory_open(root, directory);
	struct dirent *entry;
	size_t length;

	while (dir && (entry = readdir(dir))) {
		length = strlen(entry->d_name);
		if (entry->d_name[0] != '.' && length > 5 && !strcmp(entry->d_name + length - 5, ".conf"))
			dropin_add(dropins, directory, entry->d_name);
	}
}

/* For "a-b.service": a-b.service.d, a-.service.d, service.d, in every directory. */
static void dropins_find(const char *root, const struct embargo_units *units, const char *name,
			 struct dropins *dropins)
{
	const char *type = strrchr(name, '.'), *const * directory;
	char path[PATH_MAX];
	int length;

	for (directory = units->directories; *directory; directory++) {
		snprintf(path, sizeof(path), "%s/%s.d", *directory, name);
		directory_add(root, path, dropins);
	}
	for (length = type - name - 1; length > 0; length--) {
		if (name[length - 1] != '-')
			continue;
		for (directory = units->directories; *directory; directory++) {
			snprintf(path, sizeof(path), "%s/%.*s%s.d", *directory, length, name, type);
			directory_add(root, path, dropins);
		}
	}
	for (directory = units->directories; *directory; directory++) {
		snprintf(path, sizeof(path), "%s/%s.d", *directory, type + 1);
		directory_add(root, path, dropins);
	}
}

void embargo_unit_dropins(const char *root, const struct embargo_units *units, const char *name,
			  struct embargo_commands *commands)
{
	struct dropins dropins = {0};
	size_t i;

	dropins_find(root, units, name, &dropins);
	for (i = 0; i < dropins.count; i++) {
		_cleanup_fclose_ FILE *file =
			dropins.paths[i] ? embargo_root_file_open(root, dropins.paths[i]) : NULL;

		if (file)
			commands_read(file, dropins.paths[i], commands);
		else if (dropins.paths[i] && errno == EFBIG)
			commands->too_large = true;
		free(dropins.names[i]);
		free(dropins.paths[i]);
	}
}
