/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule while its line is being read. */
#ifndef EMBARGO_POLICY_LANGUAGE_RULE_BUILDER_H
#define EMBARGO_POLICY_LANGUAGE_RULE_BUILDER_H

#include "policy/names.h"
#include "policy/language/parse.h"

/* In the order of canonical text. */
enum embargo_draft_key {
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
	DRAFT_MATCH_NAME,	/* name= where it is matched */
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
	DRAFT_NAME,		/* name= where it is only shown */
	DRAFT_REASON,
	DRAFT_SOURCE,
	DRAFT_AUTHORITY,
	DRAFT_EXPIRES,
	EMBARGO_DRAFT_KEYS,
};

_Static_assert(EMBARGO_DRAFT_KEYS <= 32, ".seen has 32 bits");

#define EMBARGO_DRAFT_FIELDS 16

struct embargo_draft {
	struct embargo_parser *parser;
	struct embargo_rule rule;
	__u32 seen;				/* bit: enum embargo_draft_key */
	size_t kind_at;				/* in the line; so are these: */
	size_t at[EMBARGO_DRAFT_KEYS];
	struct {
		enum embargo_draft_key key;
		char *text;			/* key="value" */
	} fields[EMBARGO_DRAFT_FIELDS];		/* in canonical order */
	unsigned int field_count;
	struct embargo_dn *issuer;
	__u8 serial[EMBARGO_SERIAL_SIZE];
	size_t serial_size;
};

/* draft.c */
/* Keep key="value" for the canonical text; @size bytes. */
int embargo_draft_field(struct embargo_draft *draft, enum embargo_draft_key key, const char *name,
			const void *value, size_t size);
int embargo_draft_set(struct embargo_draft *draft, enum embargo_draft_key key);	/* from parser->token */
void embargo_draft_clear(struct embargo_draft *draft);

/* finish.c: what is missing, what excludes what */
int embargo_draft_finish(struct embargo_draft *draft);

#endif
