// SPDX-License-Identifier: GPL-2.0-or-later
/* One line of embargo.conf: `key = value`, `key = "value"`, nothing, or a comment. */
#include <errno.h>
#include <string.h>

#include "userspace/base/config.h"
#include "userspace/base/text.h"

static int wrong(struct embargo_config_line *line, const char *text, const char *at, const char *why)
{
	line->wrong = why;
	line->wrong_column = at - text + 1;
	return -EINVAL;
}

static char *skip_blanks(char *at)
{
	return at + strspn(at, " \t");
}

/* What stands between quotes is taken as it is, but for \" and \\. @at is behind the opening one. */
static int quoted(struct embargo_config_line *line, char *text, char *at)
{
	char *out = at;

	line->value = at;
	for (; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1] != '"' && at[1] != '\\')
			return wrong(line, text, at, "only \\\" and \\\\ are known here");
		if (*at == '\\')
			at++;
		*out++ = *at;
	}
	if (!*at)
		return wrong(line, text, line->value - 1, "the closing quote is missing");
	at = skip_blanks(at + 1);
	*out = '\0';
	return *at && *at != '#' ? wrong(line, text, at, "nothing but a comment may follow the closing quote")
				 : 1;
}

static int bare(struct embargo_config_line *line, char *text, char *at)
{
	char *end = at;

	line->value = at;
	while (*end && !(*end == '#' && (end == at || end[-1] == ' ' || end[-1] == '\t')))
		end++;
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (memchr(at, '"', end - at))
		return wrong(line, text, memchr(at, '"', end - at), "quotes go around the whole value");
	*end = '\0';
	return end == at ? wrong(line, text, at, "a value is missing; \"\" is an empty one") : 1;
}

/* Control characters, and marks that change what a reader sees: they have no business in this file. */
static int clean(struct embargo_config_line *line, const char *text, size_t size)
{
	const char *at = text;
	uint32_t character;
	size_t length;

	for (; size; at += length, size -= length) {
		length = embargo_utf8_next(at, size, &character);
		if (!length)
			return wrong(line, text, at, "this is not UTF-8");
		if (character != '\t' && embargo_character_hides(character))
			return wrong(line, text, at, "control characters are not allowed");
	}
	return 0;
}

int embargo_config_line(char *text, size_t size, struct embargo_config_line *ret_line)
{
	struct embargo_config_line line = {0};
	char *at, *end;
	int r;

	if (size && text[size - 1] == '\r')
		text[--size] = '\0';
	r = clean(&line, text, size);
	at = skip_blanks(text);
	if (!r && (!*at || *at == '#'))
		return 0;
	if (!r) {
		line.key = at;
		line.key_column = at - text + 1;
		end = at + strcspn(at, " \t=#");
		at = skip_blanks(end);
		if (*at != '=' || end == line.key)
			r = wrong(&line, text, at, "expected KEY = VALUE");
	}
	if (!r) {
		at = skip_blanks(at + 1);
		*end = '\0';
		line.value_column = at - text + 1;
		r = *at == '"' ? quoted(&line, text, at + 1) : bare(&line, text, at);
	}
	*ret_line = line;
	return r;
}
