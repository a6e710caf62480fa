// SPDX-License-Identifier: GPL-2.0-or-later
/* One line of policy text: a directive, or a rule. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "policy/language/parse.h"

/* The value of a directive: a token without a key. */
static int parse_argument(struct embargo_parser *parser, const char *directive)
{
	size_t at;
	int r;

	r = embargo_lex(parser);
	if (r < 0)
		return r;
	at = parser->token.start;
	if (!r)
		return embargo_parse_error(parser, at, NULL, "%s needs a value", directive);
	if (parser->token.key[0])
		return embargo_parse_error(parser, at, NULL, "%s takes a value, not key=value", directive);
	return 0;
}

static int parse_end(struct embargo_parser *parser)
{
	int r = embargo_lex(parser);

	if (r > 0)
		return embargo_parse_error(parser, parser->token.start, "a comment begins with #",
					   "nothing more can follow here");
	return r;
}

static int parse_once(struct embargo_parser *parser, __u32 *line, const char *directive)
{
	if (*line)
		return embargo_parse_error(parser, 0, NULL, "second %s in this file; the first is in line %u",
					   directive, *line);
	*line = embargo_parse_line_number(parser, 0);
	return 0;
}

static int parse_text_directive(struct embargo_parser *parser, const char *directive, __u32 *line,
				__u32 *ret_offset)
{
	int r;

	r = parse_once(parser, line, directive);
	if (r == 0)
		r = parse_argument(parser, directive);
	if (r == 0 && !parser->token.size)
		r = embargo_parse_error(parser, parser->token.value_start, NULL, "%s is empty", directive);
	if (r == 0)
		r = embargo_parse_utf8(parser);
	if (r == 0)
		r = embargo_policy_intern(parser->policy, parser->token.value, ret_offset);
	return r < 0 ? r : parse_end(parser);
}

static int parse_version(struct embargo_parser *parser)
{
	__u64 version;
	int r;

	r = parse_once(parser, &parser->version_line, "version");
	if (r == 0)
		r = parse_argument(parser, "version");
	if (r == 0)
		r = embargo_parse_number(parser, "version", &version);
	if (r == 0 && !version)
		r = embargo_parse_error(parser, parser->token.value_start, NULL, "versions count from 1");
	if (r < 0)
		return r;
	parser->policy->state->files[parser->file].version = version;
	return parse_end(parser);
}

/* Two files that disagree are an error, so that the order of files never decides. */
static int parse_setting(struct embargo_parser *parser, struct embargo_setting *setting, __u64 value)
{
	struct embargo_policy *policy = parser->policy;

	if (setting->line && (setting->file == parser->file || setting->value != value))
		return embargo_parse_error(
			parser, 0, NULL, "already said in %s:%u%s",
			embargo_string(&policy->set, policy->set.files[setting->file].path), setting->line,
			setting->value != value ? ", and otherwise" : "");
	if (setting->line)
		return 0;
	setting->value = value;
	setting->file = parser->file;
	setting->line = embargo_parse_line_number(parser, 0);
	return 0;
}

static int parse_on_error(struct embargo_parser *parser)
{
	struct embargo_policy_state *state = parser->policy->state;
	struct embargo_setting *setting = &state->on_error_all;
	char hint[EMBARGO_HINT_MAX];
	int r, action, cause;

	r = parse_argument(parser, "on-error");
	if (r < 0)
		return r;
	action = embargo_on_error_number(parser->token.value);
	if (action < 0) {
		cause = embargo_cause_number(parser->token.value);
		if (cause < 0) {
			if (!embargo_hint_nearest(hint, parser->token.value, embargo_cause_words) &&
			    !embargo_hint_nearest(hint, parser->token.value, embargo_on_error_words))
				snprintf(hint, sizeof(hint), "on-error [CAUSE] allow|audit|deny");
			return embargo_parse_error(parser, parser->token.start, hint, "unknown cause `%s'",
						   parser->token.value);
		}
		setting = &state->on_error[cause];
		r = parse_argument(parser, "on-error");
		if (r < 0)
			return r;
		action = embargo_on_error_number(parser->token.value);
	}
	if (action < 0)
		return embargo_parse_error(
			parser, parser->token.start,
			embargo_hint_nearest(hint, parser->token.value, embargo_on_error_words),
			"on-error says allow, audit or deny, not `%s'", parser->token.value);
	r = parse_end(parser);
	return r < 0 ? r : parse_setting(parser, setting, action);
}

static int parse_max_hash_size(struct embargo_parser *parser)
{
	__u64 size;
	int r;

	r = parse_argument(parser, "max-hash-size");
	if (r == 0)
		r = embargo_parse_scaled(parser, "max-hash-size", &size);
	if (r == 0)
		r = parse_end(parser);
	return r < 0 ? r : parse_setting(parser, &parser->policy->state->max_hash_size, size);
}

static int parse_include(struct embargo_parser *parser)
{
	int r = parse_argument(parser, "include");

	return r < 0 ? r : embargo_parse_include(parser);
}

static int parse_directive(struct embargo_parser *parser)
{
	struct embargo_file *file = &parser->policy->state->files[parser->file];
	const char *word = parser->token.value;
	char hint[EMBARGO_HINT_MAX];
	__u32 text = 0;
	int r;

	if (!strcmp(word, "policy")) {
		r = parse_text_directive(parser, "policy", &parser->policy_line, &text);
		file->name = text ? text : file->name;
		return r;
	}
	if (!strcmp(word, "authority")) {
		r = parse_text_directive(parser, "authority", &parser->authority_line, &text);
		file->authority = text ? text : file->authority;
		return r;
	}
	if (!strcmp(word, "version"))
		return parse_version(parser);
	if (!strcmp(word, "include"))
		return parse_include(parser);
	if (!strcmp(word, "on-error"))
		return parse_on_error(parser);
	if (!strcmp(word, "max-hash-size"))
		return parse_max_hash_size(parser);
	if (embargo_kind_number(word) >= 0) {
		snprintf(hint, sizeof(hint), "a rule begins with ban, audit or allow: ban %.16s …", word);
		return embargo_parse_error(parser, parser->token.start, hint,
					   "what to do is missing before `%s'", word);
	}
	return embargo_parse_error(parser, parser->token.start,
				   embargo_hint_nearest(hint, word, embargo_words), "unknown word `%s'",
				   word);
}

int embargo_parse_line(struct embargo_parser *parser)
{
	const struct embargo_line *line = &parser->line;
	const char *problem = line->problem;
	size_t at = line->problem_at;
	int r, action;

	if (!problem)
		problem = embargo_text_problem(line->text, line->size, &at);
	if (problem)
		return embargo_parse_error(parser, at, NULL, "%s", problem);
	parser->position = 0;
	r = embargo_lex(parser);
	if (r <= 0)
		return r;
	if (parser->token.key[0] || parser->token.quoted)
		return embargo_parse_error(parser, parser->token.start,
					   "a rule begins with ban, audit or allow",
					   "a line begins with a word");
	action = embargo_action_number(parser->token.value);
	if (action > 0)
		return embargo_parse_rule(parser, action);
	return parse_directive(parser);
}
