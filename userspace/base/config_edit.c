// SPDX-License-Identifier: GPL-2.0-or-later
/* The new file is made line by line beside the old one, read back, and put in its place. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/cleanup.h"
#include "policy/whole_file.h"
#include "userspace/base/config.h"
#include "userspace/base/config_edit.h"
#include "userspace/base/log.h"

/* Of `#key = value # why`: what comes behind the value. NULL: nothing does. */
static const char *comment_of(const char *line)
{
	const char *equals = strchr(line, '=');
	const char *comment = equals ? strchr(equals, '#') : NULL;

	return comment;
}

/* Does @line set @key? 2: it does; 1: it is the comment that shows the default; 0: neither. */
static int line_has(const char *line, const char *key)
{
	size_t length = strlen(key);
	bool shown = *line == '#';

	line += shown;
	line += strspn(line, " \t");
	if (strncmp(line, key, length))
		return 0;
	line += length;
	line += strspn(line, " \t");
	if (*line != '=')
		return 0;
	return shown ? 1 : 2;
}

/* Where the key goes: the number of the line, and whether that line goes. 0: at the end. */
static unsigned int place_of(FILE *file, const char *key, bool *ret_instead)
{
	unsigned int number = 0, shown = 0, set = 0;
	_cleanup_free_ char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, file) > 0) {
		number++;
		switch (line_has(line, key)) {
		case 2:
			set = number;
			break;
		case 1:
			shown = shown ?: number;
		}
	}
	rewind(file);
	*ret_instead = set;
	return set ?: shown;
}

static void put_key(FILE *out, const char *key, const char *value, const char *old)
{
	const char *comment = old ? comment_of(old) : NULL;

	fprintf(out, "%s = %s", key, value);
	if (comment)
		fprintf(out, "\t%.*s", (int)strcspn(comment, "\n"), comment);
	fputc('\n', out);
}

static void copy(FILE *from, FILE *out, const char *key, const char *value)
{
	unsigned int number = 0, place;
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	ssize_t size;
	bool instead, done = false, open = false;

	place = place_of(from, key, &instead);
	while ((size = getline(&line, &room, from)) > 0) {
		open = line[size - 1] != '\n';
		if (++number != place || !instead)
			fwrite(line, 1, size, out);
		if (number != place)
			continue;
		if (!instead && open)
			fputc('\n', out);
		put_key(out, key, value, instead ? line : NULL);
		done = true;
		open = false;
	}
	if (open)
		fputc('\n', out);
	if (!done)
		put_key(out, key, value, NULL);
}

/* What could not be read would leave the daemon, and the next boot, without a configuration. */
static int check(struct embargo_whole_file *file)
{
	struct embargo_config config;
	char self[64];
	int r;

	if (fflush(file->stream))
		return 0; /* publishing says so */
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fileno(file->stream));
	r = embargo_config_read(self, &config);
	if (!r)
		embargo_config_clear(&config);
	return r;
}

int embargo_config_edit(const char *path, const char *key, const char *value)
{
	_cleanup_(embargo_whole_file_close) struct embargo_whole_file file = {0};
	_cleanup_fclose_ FILE *old = NULL;
	struct embargo_reason reason = {""};
	struct stat st;
	int r;

	path = path ?: EMBARGO_CONFIG;
	old = fopen(path, "re");
	if (!old && errno != ENOENT)
		return embargo_log_errno(-errno, "cannot read '%s'", path);
	r = embargo_whole_file_open(path, &file, &reason);
	if (!r) {
		if (old)
			copy(old, file.stream, key, value);
		else
			put_key(file.stream, key, value, NULL);
		if (old && !fstat(fileno(old), &st) && fchown(fileno(file.stream), st.st_uid, st.st_gid))
			return embargo_log_errno(-errno, "cannot write '%s'", path);
		if (check(&file))
			return -EINVAL;
		r = embargo_whole_file_publish(&file, &reason);
	}
	if (r)
		embargo_log_error("cannot write '%s': %s", path, reason.text);
	return r;
}
