// SPDX-License-Identifier: GPL-2.0-or-later
/* A line that begins with an action -> a rule. */
#include <errno.h>
#include <string.h>

#include "policy/language/rule_builder.h"

#define HASH (1 << EMBARGO_KIND_HASH)
#define SIGNER (1 << EMBARGO_KIND_SIGNER)
#define MODULE (1 << EMBARGO_KIND_MODULE)
#define PATH (1 << EMBARGO_KIND_PATH)
#define INTERPRETER (1 << EMBARGO_KIND_INTERPRETER)
#define PACKAGE (1 << EMBARGO_KIND_PACKAGE)
#define VENDOR (1 << EMBARGO_KIND_VENDOR)
#define BUILD_ID (1 << EMBARGO_KIND_BUILD_ID)
#define ALL ((1 << EMBARGO_KIND_MAX) - 1)

/* Which kinds know a key. The order of enum embargo_rule_builder_key is that of canonical text. */
static const struct {
	const char *name;
	unsigned int kinds;
} keys[EMBARGO_RULE_BUILDER_KEYS] = {
	[DRAFT_SHA256] = {"sha256", HASH | INTERPRETER},
	[RULE_BUILDER_SIZE] = {"size", HASH | INTERPRETER},
	[RULE_BUILDER_FORMAT] = {"format", HASH | INTERPRETER},
	[RULE_BUILDER_ISSUER] = {"issuer", SIGNER},
	[RULE_BUILDER_SERIAL] = {"serial", SIGNER},
	[RULE_BUILDER_SKID] = {"skid", SIGNER},
	[DRAFT_CERT_SHA256] = {"cert-sha256", SIGNER},
	[DRAFT_TBS_SHA256] = {"tbs-sha256", SIGNER},
	[DRAFT_SPKI_SHA256] = {"spki-sha256", SIGNER},
	[RULE_BUILDER_SUBJECT] = {"subject", SIGNER},
	[RULE_BUILDER_UNSIGNED] = {"unsigned", MODULE},
	[RULE_BUILDER_MATCH_NAME] = {"name", MODULE | PACKAGE | VENDOR},
	[RULE_BUILDER_AUTHOR] = {"author", MODULE},
	[RULE_BUILDER_DESCRIPTION] = {"description", MODULE},
	[RULE_BUILDER_LICENSE] = {"license", MODULE},
	[RULE_BUILDER_SRCVERSION] = {"srcversion", MODULE},
	[RULE_BUILDER_ALIAS] = {"alias", MODULE},
	[RULE_BUILDER_PREFIX] = {"prefix", PATH},
	[RULE_BUILDER_PATH] = {"path", INTERPRETER},
	[RULE_BUILDER_VENDOR] = {"vendor", PACKAGE},
	[RULE_BUILDER_MAINTAINER] = {"maintainer", PACKAGE},
	[RULE_BUILDER_ID] = {"id", BUILD_ID},
	[RULE_BUILDER_NAME] = {"name", HASH | SIGNER | PATH | INTERPRETER | BUILD_ID},
	[RULE_BUILDER_REASON] = {"reason", ALL},
	[RULE_BUILDER_SOURCE] = {"source", ALL},
	[RULE_BUILDER_AUTHORITY] = {"authority", ALL},
	[RULE_BUILDER_SCOPE] = {"scope", ALL},
	[RULE_BUILDER_EFFECTIVE] = {"effective", ALL},
	[RULE_BUILDER_CPE] = {"cpe", ALL},
	[RULE_BUILDER_EXPIRES] = {"expires", ALL},
};

static int unknown_key(struct embargo_rule_builder *builder)
{
	struct embargo_parser *parser = builder->parser;
	const char *known[EMBARGO_RULE_BUILDER_KEYS + 1] = {};
	char hint[EMBARGO_HINT_MAX];
	size_t count = 0, used;
	int i;

	for (i = 0; i < EMBARGO_RULE_BUILDER_KEYS; i++)
		if (keys[i].kinds & 1 << builder->rule.kind && i != RULE_BUILDER_UNSIGNED)
			known[count++] = i == RULE_BUILDER_SUBJECT ? "subject.o" : keys[i].name;
	if (!embargo_hint_nearest(hint, parser->token.key, known)) {
		used = snprintf(hint, sizeof(hint), "%s rules know", embargo_kind_name(builder->rule.kind));
		for (count = 0; known[count]; count++)
			used += snprintf(hint + used, sizeof(hint) - used, " %s=", known[count]);
	}
	return embargo_parse_error(parser, parser->token.start, hint, "%s rules have no key `%s'",
				   embargo_kind_name(builder->rule.kind), parser->token.key);
}

static int find_key(struct embargo_rule_builder *builder)
{
	const char *key = builder->parser->token.key;
	int i;

	if (!strncmp(key, "subject.", 8) && builder->rule.kind == EMBARGO_KIND_SIGNER)
		return RULE_BUILDER_SUBJECT;
	for (i = 0; i < EMBARGO_RULE_BUILDER_KEYS; i++)
		if (keys[i].kinds & 1 << builder->rule.kind && i != RULE_BUILDER_SUBJECT &&
		    i != RULE_BUILDER_UNSIGNED && !strcmp(keys[i].name, key))
			return i;
	return unknown_key(builder);
}

/* The key that a value without `key=` belongs to. */
static int positional_key(struct embargo_rule_builder *builder)
{
	struct embargo_parser *parser = builder->parser;
	const struct embargo_token *token = &parser->token;
	bool digest = !strncmp(token->value, "sha256:", 7);

	switch ((enum embargo_kind)builder->rule.kind) {
	case EMBARGO_KIND_HASH:
		return DRAFT_SHA256;
	case EMBARGO_KIND_INTERPRETER:
		return digest ? DRAFT_SHA256 : RULE_BUILDER_PATH;
	case EMBARGO_KIND_PATH:
		return RULE_BUILDER_PREFIX;
	case EMBARGO_KIND_VENDOR:
		return RULE_BUILDER_MATCH_NAME;
	case EMBARGO_KIND_BUILD_ID:
		return RULE_BUILDER_ID;
	case EMBARGO_KIND_MODULE:
		if (!strcmp(token->value, "unsigned"))
			return RULE_BUILDER_UNSIGNED;
		return embargo_parse_error(parser, token->start, "module name=…, or module unsigned",
					   "`%s' is not key=value", token->value);
	default:
		return embargo_parse_error(parser, token->start, NULL, "`%s' is not key=value", token->value);
	}
}

static int parse_token(struct embargo_rule_builder *builder)
{
	struct embargo_parser *parser = builder->parser;
	int key, r;

	key = parser->token.key[0] ? find_key(builder) : positional_key(builder);
	if (key < 0)
		return key;
	if (builder->seen & 1U << key && key != RULE_BUILDER_AUTHOR && key != RULE_BUILDER_ALIAS &&
	    key != RULE_BUILDER_SUBJECT)
		return embargo_parse_error(parser, parser->token.start, NULL, "%s is given twice",
					   keys[key].name);
	if (!builder->seen || builder->at[key] == 0)
		builder->at[key] = parser->token.start;
	r = embargo_rule_builder_set(builder, key);
	if (r == 0)
		builder->seen |= 1U << key;
	return r;
}

static int parse_kind(struct embargo_parser *parser, const char *action)
{
	char hint[EMBARGO_HINT_MAX];
	int r, kind;

	r = embargo_lex(parser);
	if (r < 0)
		return r;
	if (!r)
		return embargo_parse_error(parser, parser->token.start, "for example: ban hash sha256:…",
					   "%s what?", action);
	kind = parser->token.quoted || parser->token.key[0] ? -1 : embargo_kind_number(parser->token.value);
	if (kind >= 0)
		return kind;
	if (!embargo_hint_nearest(hint, parser->token.value, embargo_kind_words))
		snprintf(hint, sizeof(hint),
			 "kinds are hash, signer, module, path, interpreter, package, vendor and build-id");
	return embargo_parse_error(parser, parser->token.start, hint, "unknown kind of rule `%s'",
				   parser->token.key[0] ? parser->token.key : parser->token.value);
}

int embargo_parse_rule(struct embargo_parser *parser, enum embargo_action action)
{
	_cleanup_(embargo_rule_builder_clear) struct embargo_rule_builder builder = {
		.parser = parser,
		.rule = {.size = EMBARGO_SIZE_UNKNOWN, .formats = EMBARGO_FORMAT_ANY, .action = action},
	};
	bool failed = false;
	int r, kind;

	builder.rule.file = parser->file;
	builder.rule.line = embargo_parse_line_number(parser, parser->token.start);
	kind = parse_kind(parser, parser->token.value);
	if (kind < 0)
		return kind;
	builder.rule.kind = kind;
	builder.kind_at = parser->token.start;
	while ((r = embargo_lex(parser)) > 0) {
		r = parse_token(&builder);
		if (r < 0 && r != -EINVAL)
			return r;
		failed |= r < 0;
	}
	if (r < 0 || failed)
		return r < 0 ? r : -EINVAL;
	r = embargo_rule_builder_validate(&builder);
	if (r < 0)
		return r;
	r = embargo_policy_add(parser->policy, &builder.rule);
	if (r == -E2BIG)
		return embargo_parse_error(parser, builder.kind_at, NULL, "more than %u rules",
					   EMBARGO_RULES_MAX);
	return r;
}
