/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule while its line is being read. */
#ifndef EMBARGO_POLICY_LANGUAGE_RULE_BUILDER_H
#define EMBARGO_POLICY_LANGUAGE_RULE_BUILDER_H

#include "policy/names.h"
#include "policy/language/parse.h"

/* In the order of canonical text. */
enum embargo_rule_builder_key {
	DRAFT_SHA256,
	RULE_BUILDER_SIZE,
	RULE_BUILDER_FORMAT,
	RULE_BUILDER_ISSUER,
	RULE_BUILDER_SERIAL,
	RULE_BUILDER_SKID,
	DRAFT_CERT_SHA256,
	DRAFT_TBS_SHA256,
	DRAFT_SPKI_SHA256,
	RULE_BUILDER_SUBJECT,
	RULE_BUILDER_UNSIGNED,
	RULE_BUILDER_MATCH_NAME, /* name= where it is matched */
	RULE_BUILDER_AUTHOR,
	RULE_BUILDER_DESCRIPTION,
	RULE_BUILDER_LICENSE,
	RULE_BUILDER_SRCVERSION,
	RULE_BUILDER_ALIAS,
	RULE_BUILDER_PREFIX,
	RULE_BUILDER_PATH,
	RULE_BUILDER_VENDOR,
	RULE_BUILDER_MAINTAINER,
	RULE_BUILDER_ID,
	RULE_BUILDER_NAME, /* name= where it is only shown */
	RULE_BUILDER_REASON,
	RULE_BUILDER_SOURCE,
	RULE_BUILDER_AUTHORITY,
	RULE_BUILDER_SCOPE,
	RULE_BUILDER_EFFECTIVE,
	RULE_BUILDER_CPE,
	RULE_BUILDER_EXPIRES,
	EMBARGO_RULE_BUILDER_KEYS,
};

_Static_assert(EMBARGO_RULE_BUILDER_KEYS <= 32, ".seen has 32 bits");

#define EMBARGO_RULE_BUILDER_FIELDS 16

struct embargo_rule_builder {
	struct embargo_parser *parser;
	struct embargo_rule rule;
	__u32 seen;	/* bit: enum embargo_rule_builder_key */
	size_t kind_at; /* in the line; so are these: */
	size_t at[EMBARGO_RULE_BUILDER_KEYS];
	struct {
		enum embargo_rule_builder_key key;
		char *text;		       /* key="value" */
	} fields[EMBARGO_RULE_BUILDER_FIELDS]; /* in canonical order */
	unsigned int field_count;
	char *remarks[3]; /* key="value" of scope, effective and cpe */
	struct embargo_dn *issuer;
	__u8 serial[EMBARGO_SERIAL_SIZE];
	size_t serial_size;
};

/* rule_builder.c */
/* Keep key="value" for the canonical text; @size bytes. */
int embargo_rule_builder_field(struct embargo_rule_builder *builder, enum embargo_rule_builder_key key,
			       const char *name, const void *value, size_t size);
int embargo_rule_builder_set(struct embargo_rule_builder *builder,
			     enum embargo_rule_builder_key key); /* from parser->token */
void embargo_rule_builder_clear(struct embargo_rule_builder *builder);

/* validate.c: what is missing, what excludes what */
int embargo_rule_builder_validate(struct embargo_rule_builder *builder);

#endif
