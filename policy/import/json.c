// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The walk through JSON. It finds where a value ends by depth and by being in a
 * string or not, no more; whether the value is one, libjansson says.
 */
#include <errno.h>
#include <string.h>

#include "policy/import/json.h"

#define DEPTH 8 /* of the containers that are gone into */
#define FIRST_ROOM 4096
#define SHOWN 60 /* bytes of libjansson's message that quote the feed are cut */

struct walk {
	struct embargo_feed *feed;
	const struct embargo_json_visitor *visitor;
	void *context;
	char path[EMBARGO_JSON_PATH];
	struct {
		bool array;
		size_t path_size; /* of the container itself */
	} levels[DEPTH];
	unsigned int depth;
	char *value;
	size_t size;
	size_t room;
	__u64 value_offset;
	__u64 value_line;
	int next; /* byte that was read and is not yet used, or EMBARGO_FEED_END, … */
};

static int broken(struct walk *walk, const char *what)
{
	struct embargo_import *import = walk->feed->import;

	if (walk->next == EMBARGO_FEED_ERROR)
		return -EBADMSG; /* said already */
	import->line = walk->feed->line;
	import->offset = embargo_feed_offset(walk->feed);
	return embargo_import_fail(import, -EBADMSG, "%s%s", what,
				   walk->next == EMBARGO_FEED_END ? ", but the file ends" : "");
}

static void step(struct walk *walk)
{
	walk->next = embargo_feed_byte(walk->feed);
}

static void skip_space(struct walk *walk)
{
	while (walk->next == ' ' || walk->next == '\n' || walk->next == '\r' || walk->next == '\t')
		step(walk);
}

static int take(struct walk *walk)
{
	char *grown;

	if (walk->size == walk->room) {
		if (walk->room >= EMBARGO_IMPORT_VALUE)
			return broken(walk, "one value of more than 16 MiB");
		grown = realloc(walk->value, walk->room ? walk->room * 2 : FIRST_ROOM);
		if (!grown)
			return embargo_import_fail(walk->feed->import, -ENOMEM, "%s", strerror(ENOMEM));
		walk->value = grown;
		walk->room = walk->room ? walk->room * 2 : FIRST_ROOM;
	}
	walk->value[walk->size++] = walk->next;
	step(walk);
	return 0;
}

static int take_string(struct walk *walk)
{
	int r = take(walk);

	while (!r && walk->next != '"') {
		if (walk->next < 0)
			return broken(walk, "the string is to end in a quote");
		if (walk->next == '\\')
			r = take(walk);
		if (!r && walk->next >= 0)
			r = take(walk);
	}
	return r ?: take(walk);
}

static int take_container(struct walk *walk)
{
	size_t depth = 0;
	int r;

	do {
		if (walk->next < 0)
			return broken(walk, "a container is to end in } or ]");
		depth += walk->next == '{' || walk->next == '[';
		depth -= walk->next == '}' || walk->next == ']';
		r = walk->next == '"' ? take_string(walk) : take(walk);
	} while (!r && depth);
	return r;
}

static int take_word(struct walk *walk)
{
	int r = 0;

	while (!r && walk->next >= 0 && !strchr(",]} \n\r\t", walk->next))
		r = take(walk);
	return r;
}

/* The bytes of one value into walk->value, then what libjansson makes of them. */
static int read_value(struct walk *walk, json_t **ret_value)
{
	struct embargo_import *import = walk->feed->import;
	json_error_t error;
	int r;

	walk->size = 0;
	walk->value_line = walk->feed->line;
	walk->value_offset = embargo_feed_offset(walk->feed) - 1;
	if (walk->next == '"')
		r = take_string(walk);
	else if (walk->next == '{' || walk->next == '[')
		r = take_container(walk);
	else
		r = take_word(walk);
	if (r)
		return r;
	*ret_value = json_loadb(walk->value ?: "", walk->size, JSON_DECODE_ANY, &error);
	import->line = walk->value_line;
	import->offset = walk->value_offset;
	if (*ret_value)
		return 0;
	import->line += error.line > 0 ? error.line - 1 : 0;
	import->offset += error.position > 0 ? error.position : 0;
	return embargo_import_fail(import, -EBADMSG, "%.*s", SHOWN, error.text);
}

static int visit(struct walk *walk)
{
	json_t *value = NULL;
	int r;

	r = read_value(walk, &value);
	if (!r)
		r = walk->visitor->value(walk->context, walk->path, value);
	json_decref(value);
	return r;
}

static void path_add(struct walk *walk, const char *part)
{
	size_t size = walk->levels[walk->depth - 1].path_size;

	snprintf(walk->path + size, sizeof(walk->path) - size, "/%s", part);
}

/* A key that could be taken for a part of a path stands for itself nowhere. */
static const char *key_part(const json_t *key)
{
	const char *text = json_string_value(key);

	return text && !strpbrk(text, "/*") ? text : "?";
}

static int read_key(struct walk *walk)
{
	json_t *key = NULL;
	int r;

	if (walk->next != '"')
		return broken(walk, "a member is to begin with its name in quotes");
	r = read_value(walk, &key);
	if (!r)
		path_add(walk, key_part(key));
	json_decref(key);
	if (r)
		return r;
	skip_space(walk);
	if (walk->next != ':')
		return broken(walk, "a : is to follow the name of a member");
	step(walk);
	skip_space(walk);
	return 0;
}

/* At the beginning of a value: go into it, or have it visited. */
static int begin_value(struct walk *walk)
{
	bool container = walk->next == '{' || walk->next == '[';

	if (walk->next < 0)
		return broken(walk, "a value is to follow");
	if (!container || walk->depth == DEPTH || (walk->depth && !walk->visitor->enter(walk->path)))
		return visit(walk);
	walk->levels[walk->depth].array = walk->next == '[';
	walk->levels[walk->depth].path_size = strlen(walk->path);
	walk->depth++;
	if (walk->visitor->begin)
		walk->visitor->begin(walk->context, walk->path);
	step(walk);
	return 0;
}

/* The next element or member of the innermost container, or its end. */
static int walk_on(struct walk *walk, bool *first)
{
	bool array = walk->levels[walk->depth - 1].array;
	unsigned int depth = walk->depth;
	int r = 0;

	skip_space(walk);
	if (walk->next == (array ? ']' : '}')) {
		walk->depth--;
		walk->path[walk->levels[walk->depth].path_size] = 0;
		*first = false;
		step(walk);
		return 0;
	}
	if (!*first) {
		if (walk->next != ',')
			return broken(walk, array ? "an element is to be followed by , or ]"
						  : "a member is to be followed by , or }");
		step(walk);
		skip_space(walk);
	}
	if (array)
		path_add(walk, "*");
	else
		r = read_key(walk);
	if (!r)
		r = begin_value(walk);
	*first = walk->depth > depth;
	return r;
}

int embargo_json_walk(struct embargo_feed *feed, const struct embargo_json_visitor *visitor, void *context)
{
	struct walk walk = {.feed = feed, .visitor = visitor, .context = context};
	bool first = true;
	int r = 0;

	step(&walk);
	skip_space(&walk);
	if (walk.next != '{' && walk.next != '[')
		r = broken(&walk, "JSON is to begin with { or [");
	if (!r)
		r = begin_value(&walk);
	while (!r && walk.depth)
		r = walk_on(&walk, &first);
	skip_space(&walk);
	if (!r && walk.next != EMBARGO_FEED_END)
		r = broken(&walk, "nothing is to follow the end");
	free(walk.value);
	return r;
}
