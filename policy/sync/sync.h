/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages of Santa's sync protocol, version 1, as JSON: what a server answers, and the rules that come
 *of it. Field names are those of the published protobuf, as it is written (rule_type) and as protobuf's own
 *JSON has it (ruleType); old names are understood.
 *
 *	embargo_sync_preflight()	mode, kind of synchronisation, size of a batch
 *	embargo_sync_rules_take()	one page of rules, into the set, until there is no cursor
 *	embargo_sync_rules_settle()	what holds of all that was said of one file or certificate
 *	embargo_sync_rules_policy()	text of a policy
 *
 * All bytes are a stranger's. Functions return 0 or -errno and say why in a struct embargo_reason; nothing
 *here prints.
 */
#ifndef EMBARGO_POLICY_SYNC_SYNC_H
#define EMBARGO_POLICY_SYNC_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "policy/cleanup.h"
#include "policy/identity/identity.h"
#include "policy/reason.h"

#define EMBARGO_SYNC_ANSWER_MAX (64UL << 20) /* bytes of one answer, decompressed */
#define EMBARGO_SYNC_RULES_MAX 2000000	     /* of one host */
#define EMBARGO_SYNC_CURSOR_MAX 4096	     /* bytes */
#define EMBARGO_SYNC_MESSAGE_SIZE 256	     /* of what a rule says to people, with its NUL */
#define EMBARGO_SYNC_BATCH 50		     /* events in one request, if the server does not say */
#define EMBARGO_SYNC_BATCH_MAX 1000

enum embargo_sync_mode {
	EMBARGO_SYNC_MODE_UNKNOWN, /* it says nothing that is known here: the mode stays */
	EMBARGO_SYNC_MONITOR,
	EMBARGO_SYNC_LOCKDOWN,
	EMBARGO_SYNC_STANDALONE,
};

enum embargo_sync_type {
	EMBARGO_SYNC_NORMAL,
	EMBARGO_SYNC_CLEAN,	/* forget all rules first */
	EMBARGO_SYNC_CLEAN_ALL, /* the same here: there are no rules but the server's */
};

struct embargo_sync_preflight {
	enum embargo_sync_mode mode;
	enum embargo_sync_type type;
	unsigned int batch; /* 1 to EMBARGO_SYNC_BATCH_MAX */
	bool no_unknown;    /* do not tell what would have been blocked */
};

/* answer.c. -EBADMSG: not JSON, or not of that shape. @clean: the host asked for all rules anew. */
int embargo_sync_preflight(const char *data, size_t size, bool clean,
			   struct embargo_sync_preflight *ret_preflight, struct embargo_reason *reason);
const char *embargo_sync_type_name(enum embargo_sync_type type);
const char *embargo_sync_mode_name(enum embargo_sync_mode mode);

enum embargo_sync_kind { EMBARGO_SYNC_BINARY, EMBARGO_SYNC_CERTIFICATE };

enum embargo_sync_policy {
	EMBARGO_SYNC_REMOVE,
	EMBARGO_SYNC_ALLOW,
	EMBARGO_SYNC_BLOCK,
	EMBARGO_SYNC_SILENT_BLOCK,
};

struct embargo_sync_rule {
	uint8_t digest[EMBARGO_SHA256_SIZE]; /* of the file, or of the certificate */
	uint8_t kind;			     /* enum embargo_sync_kind */
	uint8_t policy;			     /* enum embargo_sync_policy */
	uint32_t order;			     /* in which it came */
	char *message;			     /* for people; NULL: none */
};

/* Why a rule does not count here. */
enum embargo_sync_other {
	EMBARGO_SYNC_OTHER_KIND,   /* TEAMID, SIGNINGID, CDHASH: names of another system */
	EMBARGO_SYNC_OTHER_POLICY, /* CEL, or a word that is not known here */
	EMBARGO_SYNC_MALFORMED,	   /* no SHA-256 where there should be one */
	EMBARGO_SYNC_TRIVIAL,	   /* would ban a file that every host has */
	EMBARGO_SYNC_OTHERS,
};

#define EMBARGO_SYNC_EXAMPLES 5
#define EMBARGO_SYNC_EXAMPLE_SIZE 96

/* All zeroes is empty. */
struct embargo_sync_rules {
	struct embargo_sync_rule *list;
	size_t count, capacity;
	uint64_t received;		      /* in all pages */
	uint64_t others[EMBARGO_SYNC_OTHERS]; /* of them, that do not count here */
	char examples[EMBARGO_SYNC_OTHERS][EMBARGO_SYNC_EXAMPLES][EMBARGO_SYNC_EXAMPLE_SIZE]; /* printable */
};

/* rules.c */
void embargo_sync_rules_clear(struct embargo_sync_rules *rules);
/*
 * Add one answer of ruledownload. @ret_cursor, to be freed: what to ask for the next page with; NULL: this
 * was the last. -EBADMSG; -E2BIG: more than EMBARGO_SYNC_RULES_MAX.
 */
int embargo_sync_rules_take(struct embargo_sync_rules *rules, const char *data, size_t size,
			    char **ret_cursor, struct embargo_reason *reason);
/* Of all rules for one thing the last one stays, and none if that removes. They are in order then. */
void embargo_sync_rules_settle(struct embargo_sync_rules *rules);
/* How many of them are of @kind. */
size_t embargo_sync_rules_count(const struct embargo_sync_rules *rules, enum embargo_sync_kind kind);
const char *embargo_sync_other_text(enum embargo_sync_other other);

/* write.c */
/* Lines of a policy, without its head, to be freed. @source: where the rules are from. -ENOMEM */
int embargo_sync_rules_policy(const struct embargo_sync_rules *rules, const char *source, char **ret_text,
			      size_t *ret_size);
/* The same rules as JSON that embargo_sync_rules_take() reads, onto @out. */
void embargo_sync_rules_write(const struct embargo_sync_rules *rules, FILE *out);

#endif
