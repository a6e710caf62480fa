// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * STIX 2.1 patterns -> all ways to meet them (disjunctive normal form):
 *
 *	pattern     = part { (AND | OR | FOLLOWEDBY) part }
 *	part        = ("[" comparisons "]" | "(" pattern ")") { qualifier }
 *	comparisons = term { (AND | OR) term }, AND before OR
 *	term        = "(" comparisons ")" | EXISTS path | path [NOT] operator (literal | set)
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "policy/import/stix.h"

struct parser {
	struct embargo_tokens tokens;
	unsigned int depth;
	unsigned int work;
};

static int add_way(struct parser *parser, struct embargo_pattern *to, const struct embargo_pattern_way *way)
{
	struct embargo_pattern_way *grown;

	if (to->count == EMBARGO_PATTERN_WAYS || !parser->work--)
		return -EINVAL;
	if (!(to->count & (to->count - 1))) { /* 0, or a power of two: it is full */
		grown = reallocarray(to->ways, to->count ? to->count * 2 : 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		to->ways = grown;
	}
	to->ways[to->count++] = *way;
	return 0;
}

/* Two values of one thing: no file has both, and no rule could say so. */
static const char *both_text(const char *a, const char *b, bool *more)
{
	*more |= a && b && strcasecmp(a, b);
	return a ?: b;
}

static struct embargo_pattern_way both(const struct embargo_pattern_way *a,
				       const struct embargo_pattern_way *b)
{
	struct embargo_pattern_way way = {
		.more = a->more || b->more,
		.meta = a->meta || b->meta,
		.file = a->file || b->file,
	};

	way.sha256 = both_text(a->sha256, b->sha256, &way.more);
	way.size = both_text(a->size, b->size, &way.meta);
	way.name = a->name ?: b->name;
	way.weak = a->weak ?: b->weak;
	return way;
}

/* @to becomes `@to AND @with'. */
static int join(struct parser *parser, struct embargo_pattern *to, const struct embargo_pattern *with)
{
	_cleanup_(embargo_pattern_free) struct embargo_pattern product = {};
	struct embargo_pattern_way *ways = to->ways;
	size_t i, j;
	int r = 0;

	for (i = 0; i < to->count && !r; i++) {
		for (j = 0; j < with->count && !r; j++) {
			struct embargo_pattern_way way = both(&to->ways[i], &with->ways[j]);

			r = add_way(parser, &product, &way);
		}
	}
	to->ways = product.ways;
	to->count = product.count;
	product.ways = ways;
	return r;
}

static int append(struct parser *parser, struct embargo_pattern *to, const struct embargo_pattern *other)
{
	size_t i;
	int r = 0;

	for (i = 0; i < other->count && !r; i++)
		r = add_way(parser, to, &other->ways[i]);
	return r;
}

static struct embargo_pattern_way make_way(const char *path, const char *value)
{
	struct embargo_pattern_way way = {.file = !strncasecmp(path, "file:", 5)};

	if (embargo_import_same(path, "file:hashes.SHA-256"))
		way.sha256 = value;
	else if (!strncasecmp(path, "file:hashes.", 12))
		way.weak = value;
	else if (!strcasecmp(path, "file:size"))
		way.size = value;
	else if (!strcasecmp(path, "file:name"))
		way.name = value;
	else if (way.file)
		way.meta = true; /* sections, types, times: who has the hash, has them */
	else
		way.more = true;
	return way;
}

static int comparisons(struct parser *parser, struct embargo_pattern *to);
static int observations(struct parser *parser, struct embargo_pattern *to);

/* After `path IN': each value is a way. */
static int set(struct parser *parser, const char *path, bool negated, struct embargo_pattern *to)
{
	struct embargo_tokens *tokens = &parser->tokens;
	int r;

	if (tokens->mark != '(')
		return -EINVAL;
	do {
		struct embargo_pattern_way way;

		embargo_tokens_next(tokens);
		if (tokens->mark != '"' && tokens->mark != 'w')
			return -EINVAL;
		way = make_way(path, tokens->word);
		way.more |= negated;
		r = add_way(parser, to, &way);
		if (r)
			return r;
		embargo_tokens_next(tokens);
	} while (tokens->mark == ',');
	if (tokens->mark != ')')
		return -EINVAL;
	embargo_tokens_next(tokens);
	return 0;
}

static int comparison(struct parser *parser, struct embargo_pattern *to)
{
	struct embargo_tokens *tokens = &parser->tokens;
	struct embargo_pattern_way way;
	bool exists = embargo_tokens_is(tokens, "EXISTS"), equal = false, more;
	const char *path;

	if (exists)
		embargo_tokens_next(tokens);
	if (tokens->mark != 'w')
		return -EINVAL;
	path = tokens->word;
	embargo_tokens_next(tokens);
	more = exists || embargo_tokens_is(tokens, "NOT");
	if (more && !exists)
		embargo_tokens_next(tokens);
	if (!exists && embargo_tokens_is(tokens, "IN")) {
		embargo_tokens_next(tokens);
		return set(parser, path, more, to);
	}
	way = make_way(path, NULL);
	if (!exists) {
		if (!strchr("=!<w", tokens->mark) || !tokens->mark)
			return -EINVAL;
		equal = tokens->mark == '=';
		more |= tokens->mark == '!';
		embargo_tokens_next(tokens);
		if (tokens->mark != '"' && tokens->mark != 'w')
			return -EINVAL;
		way = make_way(path, tokens->word);
		embargo_tokens_next(tokens);
	}
	if ((!equal || more) && !way.sha256 && !way.weak && way.file && (exists || !more)) {
		way = (struct embargo_pattern_way){.file = true, .meta = true}; /* LIKE, >, EXISTS */
		return add_way(parser, to, &way);
	}
	way.more |= more || !equal;
	return add_way(parser, to, &way);
}

/* @inside, between what is now and @end */
static int enclosed(struct parser *parser, char end, int (*inside)(struct parser *, struct embargo_pattern *),
		    struct embargo_pattern *to)
{
	int r;

	if (parser->depth == EMBARGO_PATTERN_DEPTH)
		return -EINVAL;
	parser->depth++;
	embargo_tokens_next(&parser->tokens);
	r = inside(parser, to);
	parser->depth--;
	if (r)
		return r;
	if (parser->tokens.mark != end)
		return -EINVAL;
	embargo_tokens_next(&parser->tokens);
	return 0;
}

static int term(struct parser *parser, struct embargo_pattern *to)
{
	return parser->tokens.mark == '(' ? enclosed(parser, ')', comparisons, to) : comparison(parser, to);
}

static int terms(struct parser *parser, struct embargo_pattern *to)
{
	int r = term(parser, to);

	while (!r && embargo_tokens_is(&parser->tokens, "AND")) {
		_cleanup_(embargo_pattern_free) struct embargo_pattern other = {};

		embargo_tokens_next(&parser->tokens);
		r = term(parser, &other);
		if (!r)
			r = join(parser, to, &other);
	}
	return r;
}

static int comparisons(struct parser *parser, struct embargo_pattern *to)
{
	int r = terms(parser, to);

	while (!r && embargo_tokens_is(&parser->tokens, "OR")) {
		_cleanup_(embargo_pattern_free) struct embargo_pattern other = {};

		embargo_tokens_next(&parser->tokens);
		r = terms(parser, &other);
		if (!r)
			r = append(parser, to, &other);
	}
	return r;
}

static int observation(struct parser *parser, struct embargo_pattern *to)
{
	struct embargo_tokens *tokens = &parser->tokens;
	size_t first = to->count;
	int r = -EINVAL;

	if (tokens->mark == '[')
		r = enclosed(parser, ']', comparisons, to);
	else if (tokens->mark == '(')
		r = enclosed(parser, ')', observations, to);
	if (r)
		return r;
	/* WITHIN 5 SECONDS, REPEATS 3 TIMES, START t'…' STOP t'…' */
	while (tokens->mark == 'w' && !embargo_tokens_is(tokens, "AND") && !embargo_tokens_is(tokens, "OR") &&
	       !embargo_tokens_is(tokens, "FOLLOWEDBY")) {
		for (; first < to->count; first++)
			to->ways[first].more = true;
		embargo_tokens_next(tokens);
	}
	return 0;
}

static int observations(struct parser *parser, struct embargo_pattern *to)
{
	size_t first = to->count;
	bool two = false;
	int r = observation(parser, to);

	while (!r && parser->tokens.mark == 'w') {
		two |= !embargo_tokens_is(&parser->tokens, "OR"); /* two files; a rule is about one */
		embargo_tokens_next(&parser->tokens);
		r = observation(parser, to);
	}
	for (; two && first < to->count; first++)
		to->ways[first].more = true;
	return r;
}

int embargo_pattern_parse(const char *text, struct embargo_pattern *ret_pattern)
{
	_cleanup_(embargo_pattern_free) struct embargo_pattern pattern = {};
	struct parser parser = {.tokens = {.at = text}, .work = EMBARGO_PATTERN_WORK};
	size_t size = strlen(text);
	int r;

	if (size > EMBARGO_PATTERN_SIZE)
		return -EINVAL;
	pattern.words = malloc(2 * size + 2);
	if (!pattern.words)
		return -ENOMEM;
	parser.tokens.words = pattern.words;
	embargo_tokens_next(&parser.tokens);
	r = observations(&parser, &pattern);
	if (!r && parser.tokens.mark)
		r = -EINVAL;
	if (r)
		return r;
	*ret_pattern = pattern;
	pattern = (struct embargo_pattern){};
	return 0;
}

void embargo_pattern_free(struct embargo_pattern *pattern)
{
	free(pattern->ways);
	free(pattern->words);
	*pattern = (struct embargo_pattern){};
}
