/* SPDX-License-Identifier: GPL-2.0-or-later */
/* STIX patterns, as far as they ask for files by hash. */
#ifndef EMBARGO_POLICY_IMPORT_STIX_H
#define EMBARGO_POLICY_IMPORT_STIX_H

#include <jansson.h>

#include "policy/import/private.h"

#define EMBARGO_PATTERN_SIZE (4U << 20) /* bytes of one pattern */
#define EMBARGO_PATTERN_WAYS 65536	/* that it can be met in */
#define EMBARGO_PATTERN_WORK (1U << 20) /* ways made while it is read: conditions multiply */
#define EMBARGO_PATTERN_DEPTH 32

/* stix_token.c */
struct embargo_tokens {
	const char *at;
	char *words;	  /* room for all words and literals, each with its NUL */
	const char *word; /* that the token is */
	/*
	 * One of [](), or 'w': a word, '"': a literal, '=': equal, '!': not equal, '<': another
	 * comparison, 0: the end, '?': nothing known
	 */
	char mark;
};

void embargo_tokens_next(struct embargo_tokens *tokens);
bool embargo_tokens_is(const struct embargo_tokens *tokens, const char *word);

/* One way to meet a pattern: all of it holds of one file. */
struct embargo_pattern_way {
	const char *sha256; /* NULL: it asks for none */
	const char *weak;   /* another hash of the file */
	const char *size;
	const char *name;
	bool more; /* it asks for something that no rule can, beyond what the hash decides */
	bool meta; /* it asks for something else of the file, which the hash decides */
	bool file; /* it asks for a file at all */
};

struct embargo_pattern {
	struct embargo_pattern_way *ways;
	size_t count;
	char *words; /* that .ways point into */
};

/* stix_pattern.c: -EINVAL: not a pattern, or one that is too large */
int embargo_pattern_parse(const char *text, struct embargo_pattern *ret_pattern);
void embargo_pattern_free(struct embargo_pattern *pattern);

/* stix1.c: 0 or -errno after embargo_import_fail() */
int embargo_import_stix1_indicator(struct embargo_import *import, const json_t *indicator);
int embargo_import_stix1_observable(struct embargo_import *import, const json_t *observable);

#endif
