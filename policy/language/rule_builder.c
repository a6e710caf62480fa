// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of a rule, one by one. */
#include <errno.h>
#include <string.h>

#include "policy/language/rule_builder.h"

#define MODINFO_MAX 255 /* bytes of a pattern with its key: what the kernel's side compares */

void embargo_rule_builder_clear(struct embargo_rule_builder *builder)
{
	unsigned int i;

	for (i = 0; i < builder->field_count; i++)
		free(builder->fields[i].text);
	for (i = 0; i < sizeof(builder->remarks) / sizeof(builder->remarks[0]); i++) {
		free(builder->remarks[i]);
		builder->remarks[i] = NULL;
	}
	free(builder->issuer);
	builder->field_count = 0;
	builder->issuer = NULL;
}

static char *field_text(const char *name, const void *value, size_t size)
{
	_cleanup_free_ char *text = NULL;
	size_t text_size;
	FILE *out;

	out = open_memstream(&text, &text_size);
	if (!out)
		return NULL;
	fprintf(out, "%s=", name);
	embargo_quote(out, value, size);
	return fclose(out) == 0 ? TAKE_PTR(text) : NULL;
}

int embargo_rule_builder_field(struct embargo_rule_builder *builder, enum embargo_rule_builder_key key,
			       const char *name, const void *value, size_t size)
{
	_cleanup_free_ char *text = NULL;
	unsigned int i;

	if (builder->field_count == EMBARGO_RULE_BUILDER_FIELDS ||
	    (builder->rule.kind == EMBARGO_KIND_MODULE && builder->field_count == EMBARGO_MODULE_PATTERNS))
		return embargo_parse_error(builder->parser, builder->parser->token.start, NULL,
					   "more than %u things to match in one rule", builder->field_count);
	text = field_text(name, value, size);
	if (!text)
		return -ENOMEM;
	for (i = builder->field_count; i > 0; i--) {
		if (builder->fields[i - 1].key < key ||
		    (builder->fields[i - 1].key == key && strcmp(builder->fields[i - 1].text, text) <= 0))
			break;
		builder->fields[i] = builder->fields[i - 1];
	}
	builder->fields[i].key = key;
	builder->fields[i].text = TAKE_PTR(text);
	builder->field_count++;
	return 0;
}

static int not_empty(struct embargo_rule_builder *builder)
{
	struct embargo_parser *parser = builder->parser;

	if (parser->token.size)
		return 0;
	return embargo_parse_error(parser, parser->token.value_start, NULL, "empty value");
}

static int set_text(struct embargo_rule_builder *builder, __u32 *ret_offset)
{
	struct embargo_parser *parser = builder->parser;
	int r;

	r = embargo_parse_utf8(parser);
	return r < 0 ? r : embargo_policy_intern(parser->policy, parser->token.value, ret_offset);
}

static int set_pattern(struct embargo_rule_builder *builder, enum embargo_rule_builder_key key,
		       const char *name)
{
	const struct embargo_token *token = &builder->parser->token;
	int r;

	r = not_empty(builder);
	if (r == 0)
		r = embargo_parse_utf8(builder->parser);
	if (r == 0 && key == RULE_BUILDER_MATCH_NAME)
		r = set_text(builder, &builder->rule.name);
	return r < 0 ? r : embargo_rule_builder_field(builder, key, name, token->value, token->size);
}

static int set_modinfo(struct embargo_rule_builder *builder, enum embargo_rule_builder_key key,
		       const char *name)
{
	struct embargo_parser *parser = builder->parser;
	const struct embargo_token *token = &parser->token;
	size_t at;
	int r;

	r = not_empty(builder);
	if (r < 0)
		return r;
	if (strlen(name) + 1 + token->size > MODINFO_MAX)
		return embargo_parse_error(parser, token->value_start, "end it earlier, with a *",
					   "pattern is longer than %d bytes with its key", MODINFO_MAX);
	if (key == RULE_BUILDER_MATCH_NAME && memchr(token->value, '-', token->size))
		embargo_parse_warning(parser, token->value_start, "write _ for each -",
				      "the kernel's names of modules have no -, so this never matches");
	if (key == RULE_BUILDER_MATCH_NAME && !embargo_text_problem(token->value, token->size, &at)) {
		r = set_text(builder, &builder->rule.name);
		if (r < 0)
			return r;
	}
	return embargo_rule_builder_field(builder, key, name, token->value, token->size);
}

/* Paths are compared with what the kernel says, which has no such parts. */
static int set_path(struct embargo_rule_builder *builder, enum embargo_rule_builder_key key, const char *name)
{
	struct embargo_parser *parser = builder->parser;
	const struct embargo_token *token = &parser->token;

	if (token->value[0] != '/')
		return embargo_parse_error(parser, token->value_start, NULL, "a path begins with /");
	if (strstr(token->value, "//") || strstr(token->value, "/./") || strstr(token->value, "/../"))
		return embargo_parse_error(parser, token->value_start,
					   "the kernel's paths never contain them",
					   "path contains //, /./ or /../");
	if (key == RULE_BUILDER_PATH && token->value[token->size - 1] == '/')
		return embargo_parse_error(parser, token->value_start, "name the program itself",
					   "path of an interpreter ends in /");
	if (token->value[token->size - 1] == '*')
		embargo_parse_warning(parser, token->value_start,
				      key == RULE_BUILDER_PREFIX ? "a prefix needs no *"
								 : "interpreter paths know no patterns",
				      "the * stands for itself here");
	return embargo_rule_builder_field(builder, key, name, token->value, token->size);
}

static int set_sha256(struct embargo_rule_builder *builder)
{
	struct embargo_parser *parser = builder->parser;
	const struct embargo_token *token = &parser->token;
	char hint[EMBARGO_HINT_MAX];
	size_t skip = 0;

	if (!token->key[0]) {
		skip = strcspn(token->value, ":") + 1;
		if (skip > token->size) {
			if (strspn(token->value, "0123456789abcdefABCDEF") == 64)
				snprintf(hint, sizeof(hint), "write sha256:%.64s", token->value);
			else
				snprintf(hint, sizeof(hint), "write sha256: and 64 hexadecimal digits");
			return embargo_parse_error(parser, token->start, hint, "hash without its algorithm");
		}
		if (strncmp(token->value, "sha256:", 7))
			return embargo_parse_error(parser, token->start,
						   "the kernel hashes files with SHA-256: write sha256:HEX",
						   "unknown hash algorithm `%.*s'", (int)skip - 1,
						   token->value);
	}
	builder->rule.digest_size = EMBARGO_SHA256_SIZE;
	return embargo_parse_sha256(parser, skip, builder->rule.digest);
}

static int set_digest(struct embargo_rule_builder *builder, const char *what, size_t least, size_t most)
{
	size_t size;
	int r;

	r = embargo_parse_hex(builder->parser, what, least, most, false, builder->rule.digest, &size);
	if (r == 0)
		builder->rule.digest_size = size;
	return r;
}

static int set_issuer(struct embargo_rule_builder *builder)
{
	struct embargo_parser *parser = builder->parser;
	const struct embargo_token *token = &parser->token;
	_cleanup_free_ struct embargo_dn *dn = malloc(sizeof(*dn));
	const char *problem;
	size_t at;
	int r;

	if (!dn)
		return -ENOMEM;
	r = embargo_dn_parse(token->value, token->size, dn, &problem, &at);
	if (r == -EINVAL)
		return embargo_parse_error(
			parser, token->value_start,
			"write it as `openssl x509 -noout -issuer -nameopt RFC2253' does, or let "
			"`embargo id --rule CERTIFICATE' write the rule",
			"issuer is not a distinguished name: %s at byte %zu", problem, at + 1);
	if (r < 0)
		return r;
	builder->issuer = TAKE_PTR(dn);
	return 0;
}

static int set_subject(struct embargo_rule_builder *builder)
{
	struct embargo_parser *parser = builder->parser;
	const struct embargo_token *token = &parser->token;
	char name[EMBARGO_ATTRIBUTE_NAME_MAX], key[sizeof("subject.") + sizeof(name)];
	__u8 oid[EMBARGO_OID_MAX];
	size_t size;
	int r;

	r = embargo_attribute_oid(token->key + strlen("subject."), oid, &size);
	if (r == 0)
		r = embargo_attribute_name(oid, size, name);
	if (r < 0)
		return embargo_parse_error(parser, token->start,
					   "for example subject.o, subject.serialNumber or subject.2.5.4.10",
					   "unknown attribute `%s'", token->key + strlen("subject."));
	r = not_empty(builder);
	if (r == 0)
		r = embargo_parse_utf8(parser);
	if (r < 0)
		return r;
	snprintf(key, sizeof(key), "subject.%s", name);
	return embargo_rule_builder_field(builder, RULE_BUILDER_SUBJECT, key, token->value, token->size);
}

static int set_remark(struct embargo_rule_builder *builder, enum embargo_rule_builder_key key,
		      const char *name)
{
	const struct embargo_token *token = &builder->parser->token;
	char **remark = &builder->remarks[key - RULE_BUILDER_SCOPE];
	int r;

	r = not_empty(builder);
	if (r == 0)
		r = embargo_parse_utf8(builder->parser);
	if (r < 0)
		return r;
	free(*remark);
	*remark = field_text(name, token->value, token->size);
	return *remark ? 0 : -ENOMEM;
}

/* What the authority forbids: to use the thing, or to supply it. */
static int set_scope(struct embargo_rule_builder *builder)
{
	struct embargo_parser *parser = builder->parser;
	const struct embargo_token *token = &parser->token;

	if (!strcmp(token->value, "use") || !strcmp(token->value, "supply"))
		return set_remark(builder, RULE_BUILDER_SCOPE, "scope");
	return embargo_parse_error(parser, token->value_start, "scope=use or scope=supply",
				   "unknown scope `%s'", token->value);
}

static int set_effective(struct embargo_rule_builder *builder)
{
	__u32 day;
	int r = embargo_parse_date(builder->parser, &day);

	return r ?: set_remark(builder, RULE_BUILDER_EFFECTIVE, "effective");
}

/* A name of the Common Platform Enumeration: 2.3, or the older form of an address. */
static int set_cpe(struct embargo_rule_builder *builder)
{
	struct embargo_parser *parser = builder->parser;
	const struct embargo_token *token = &parser->token;

	if (!strncmp(token->value, "cpe:2.3:", 8) || !strncmp(token->value, "cpe:/", 5))
		return set_remark(builder, RULE_BUILDER_CPE, "cpe");
	return embargo_parse_error(parser, token->value_start,
				   "for example cpe=\"cpe:2.3:a:vendor:product:*\"", "not a CPE name");
}

int embargo_rule_builder_set(struct embargo_rule_builder *builder, enum embargo_rule_builder_key key)
{
	struct embargo_parser *parser = builder->parser;
	bool module = builder->rule.kind == EMBARGO_KIND_MODULE;

	switch (key) {
	case DRAFT_SHA256:
		return set_sha256(builder);
	case RULE_BUILDER_SIZE:
		return embargo_parse_number(parser, "size", &builder->rule.size);
	case RULE_BUILDER_FORMAT:
		return embargo_parse_formats(parser, &builder->rule.formats);
	case RULE_BUILDER_ISSUER:
		return set_issuer(builder);
	case RULE_BUILDER_SERIAL:
		return embargo_parse_hex(parser, "a serial number", 1, EMBARGO_SERIAL_SIZE, true,
					 builder->serial, &builder->serial_size);
	case RULE_BUILDER_SKID:
		return set_digest(builder, "a key id", 1, EMBARGO_DIGEST_SIZE);
	case DRAFT_CERT_SHA256:
	case DRAFT_TBS_SHA256:
	case DRAFT_SPKI_SHA256:
		return set_digest(builder, "a SHA-256", EMBARGO_SHA256_SIZE, EMBARGO_SHA256_SIZE);
	case RULE_BUILDER_SUBJECT:
		return set_subject(builder);
	case RULE_BUILDER_UNSIGNED:
		return 0;
	case RULE_BUILDER_MATCH_NAME:
		return module ? set_modinfo(builder, key, "name") : set_pattern(builder, key, "name");
	case RULE_BUILDER_AUTHOR:
		return set_modinfo(builder, key, "author");
	case RULE_BUILDER_DESCRIPTION:
		return set_modinfo(builder, key, "description");
	case RULE_BUILDER_LICENSE:
		return set_modinfo(builder, key, "license");
	case RULE_BUILDER_SRCVERSION:
		return set_modinfo(builder, key, "srcversion");
	case RULE_BUILDER_ALIAS:
		return set_modinfo(builder, key, "alias");
	case RULE_BUILDER_PREFIX:
		return set_path(builder, key, "prefix");
	case RULE_BUILDER_PATH:
		return set_path(builder, key, "path");
	case RULE_BUILDER_VENDOR:
		return set_pattern(builder, key, "vendor");
	case RULE_BUILDER_MAINTAINER:
		return set_pattern(builder, key, "maintainer");
	case RULE_BUILDER_ID:
		return set_digest(builder, "a build id", 2, EMBARGO_DIGEST_SIZE);
	case RULE_BUILDER_NAME:
		return set_text(builder, &builder->rule.name);
	case RULE_BUILDER_REASON:
		return set_text(builder, &builder->rule.reason);
	case RULE_BUILDER_SOURCE:
		return set_text(builder, &builder->rule.source);
	case RULE_BUILDER_AUTHORITY:
		return set_text(builder, &builder->rule.authority);
	case RULE_BUILDER_SCOPE:
		return set_scope(builder);
	case RULE_BUILDER_EFFECTIVE:
		return set_effective(builder);
	case RULE_BUILDER_CPE:
		return set_cpe(builder);
	case RULE_BUILDER_EXPIRES:
		return embargo_parse_date(parser, &builder->rule.expires);
	case EMBARGO_RULE_BUILDER_KEYS:
		break;
	}
	return -EINVAL;
}
