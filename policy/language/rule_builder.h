/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule while its line is being read. */
#ifndef EMBARGO_POLICY_LANGUAGE_RULE_BUILDER_H
#define EMBARGO_POLICY_LANGUAGE_RULE_BUILDER_H

#include "policy/names.h"
#include "policy/language/parse.h"

/* In the order of canonical text. */
enum embargo_rule_builder_key {
	DRAFT_SHA256,
	DRAFT_SIZE,
	DRAFT_FORMAT,
	DRAFT_ISSUER,
	DRAFT_SERIAL,
	DRAFT_SKID,
	DRAFT_CERT_SHA256,
	DRAFT_TBS_SHA256,
	DRAFT_SPKI_SHA256,
	DRAFT_SUBJECT,
	DRAFT_UNSIGNED,
	DRAFT_MATCH_NAME, /* name= where it is matched */
	DRAFT_AUTHOR,
	DRAFT_DESCRIPTION,
	DRAFT_LICENSE,
	DRAFT_SRCVERSION,
	DRAFT_ALIAS,
	DRAFT_PREFIX,
	DRAFT_PATH,
	DRAFT_VENDOR,
	DRAFT_MAINTAINER,
	DRAFT_ID,
	DRAFT_NAME, /* name= where it is only shown */
	DRAFT_REASON,
	DRAFT_SOURCE,
	DRAFT_AUTHORITY,
	DRAFT_SCOPE,
	DRAFT_EFFECTIVE,
	DRAFT_CPE,
	DRAFT_EXPIRES,
	EMBARGO_DRAFT_KEYS,
};

_Static_assert(EMBARGO_DRAFT_KEYS <= 32, ".seen has 32 bits");

#define EMBARGO_DRAFT_FIELDS 16

struct embargo_rule_builder {
	struct embargo_parser *parser;
	struct embargo_rule rule;
	__u32 seen;	/* bit: enum embargo_rule_builder_key */
	size_t kind_at; /* in the line; so are these: */
	size_t at[EMBARGO_DRAFT_KEYS];
	struct {
		enum embargo_rule_builder_key key;
		char *text;		/* key="value" */
	} fields[EMBARGO_DRAFT_FIELDS]; /* in canonical order */
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
