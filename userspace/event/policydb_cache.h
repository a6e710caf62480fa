/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The books of the last few generations: events of an older policy may still wait in the ring. */
#ifndef EMBARGO_USERSPACE_EVENT_POLICYDB_CACHE_H
#define EMBARGO_USERSPACE_EVENT_POLICYDB_CACHE_H

#include "policy/policy.h"

#define EMBARGO_BOOKS_KEPT 4

/* Start with all zeroes. */
struct embargo_books {
	struct embargo_book *kept[EMBARGO_BOOKS_KEPT];
	unsigned int next; /* the oldest, to be replaced */
	__u64 missing;	   /* generation that was looked for in vain */
};

/* The rules of @generation. NULL: its book is gone. */
const struct embargo_ruleset *embargo_books_find(struct embargo_books *books, __u64 generation);
/* The book of the policy in force, or NULL. */
const struct embargo_book *embargo_books_newest(const struct embargo_books *books);
/* The policy in force may have changed: take its book while it is there. */
void embargo_books_refresh(struct embargo_books *books);
/* After an unload generations are counted anew. */
void embargo_books_clear(struct embargo_books *books);

#endif
