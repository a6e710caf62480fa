// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules of Santa as the server moroz has them: tables [[rules]] of TOML, each with lines of
 * `key = "text"'. Nothing else of TOML is in such files; a line that is something else within a rule
 * makes that rule one that is not understood.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "policy/import/santa.h"

enum { IDENTIFIER, SHA256, POLICY, TYPE, MESSAGE, URL, KEYS };

static const char *const keys[KEYS] = {"identifier", "sha256",	   "policy",
				       "rule_type",  "custom_msg", "custom_url"};

struct toml {
	struct embargo_import *import;
	bool in_rule;
	bool broken;	   /* the rule has a line that is not understood */
	const char *until; /* within a text of several lines: what ends it */
	char values[KEYS][EMBARGO_IMPORT_TEXT];
};

static int end_rule(struct toml *toml)
{
	struct embargo_santa_rule rule = {
		.identifier = *toml->values[IDENTIFIER] ? toml->values[IDENTIFIER] : toml->values[SHA256],
		.policy = toml->values[POLICY],
		.type = toml->values[TYPE],
		.message = toml->values[MESSAGE],
		.url = toml->values[URL],
	};

	if (!toml->in_rule)
		return 0;
	toml->in_rule = false;
	if (!toml->broken)
		return embargo_santa_import(toml->import, &rule);
	embargo_import_entry_read(toml->import);
	embargo_import_skip(toml->import, EMBARGO_IMPORT_MALFORMED, rule.identifier);
	return 0;
}

static void begin_rule(struct toml *toml)
{
	memset(toml->values, 0, sizeof(toml->values));
	toml->in_rule = true;
	toml->broken = false;
}

/* "…" with \" and \\ in it, or '…' as it is; white space or a comment behind it. false: something else */
static bool read_value(const char *text, char ret_value[EMBARGO_IMPORT_TEXT])
{
	const char quote = *text++;
	size_t used = 0;

	if (quote != '"' && quote != '\'')
		return false;
	for (; *text && *text != quote; text++) {
		if (*text == '\\' && quote == '"' && !*++text)
			return false;
		if (used + 1 == EMBARGO_IMPORT_TEXT)
			return false;
		ret_value[used++] = *text;
	}
	ret_value[used] = 0;
	if (!*text)
		return false;
	text += 1 + strspn(text + 1, " \t");
	return !*text || *text == '#';
}

/* The beginning of a text of several lines. Its end is looked for from there on. */
static bool is_long(struct toml *toml, const char *value)
{
	static const char *const marks[] = {"\"\"\"", "'''", NULL};
	int i;

	for (i = 0; marks[i]; i++)
		if (!strncmp(value, marks[i], 3)) {
			toml->until = strstr(value + 3, marks[i]) ? NULL : marks[i];
			return true;
		}
	return false;
}

static void take_line(struct toml *toml, const char *line)
{
	size_t size = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	const char *value = line + size + strspn(line + size, " \t");
	int i;

	if (!size || *value != '=') {
		toml->broken = true;
		return;
	}
	value += 1 + strspn(value + 1, " \t");
	for (i = 0; i < KEYS; i++)
		if (strlen(keys[i]) == size && !strncmp(keys[i], line, size))
			break;
	if (is_long(toml, value))
		toml->broken |= i != KEYS && i != MESSAGE; /* which then is left out */
	else if (i != KEYS)
		toml->broken |= !read_value(value, toml->values[i]);
}

/* All rules as the value of one key: another way of TOML to write them. */
static bool is_inline(const char *line)
{
	return !strncmp(line, "rules", 5) && line[5 + strspn(line + 5, " \t")] == '=';
}

int embargo_santa_toml(struct embargo_feed *feed)
{
	_cleanup_free_ char *line = malloc(EMBARGO_IMPORT_LINE);
	_cleanup_free_ struct toml *toml = calloc(1, sizeof(*toml));
	const char *at;
	int r;

	if (!line || !toml)
		return embargo_import_fail(feed->import, -ENOMEM, "%s", strerror(ENOMEM));
	toml->import = feed->import;
	while ((r = embargo_feed_line(feed, line)) > 0) {
		if (toml->until) {
			toml->until = strstr(line, toml->until) ? NULL : toml->until;
			continue;
		}
		at = line + strspn(line, " \t");
		if (!*at || *at == '#')
			continue;
		r = *at == '[' ? end_rule(toml) : 0;
		if (r)
			return r;
		if (!toml->in_rule && is_inline(at))
			return embargo_import_fail(feed->import, -EBADMSG,
						   "rules = [{…}] is not read: write each as [[rules]]");
		if (*at == '[' && embargo_import_same(at, "rules"))
			begin_rule(toml);
		else if (toml->in_rule)
			take_line(toml, at);
	}
	return r ?: end_rule(toml);
}
