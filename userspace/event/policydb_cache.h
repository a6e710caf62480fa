/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy databases of the last few generations: events of an older policy may still wait in the ring. */
#ifndef EMBARGO_USERSPACE_EVENT_POLICYDB_CACHE_H
#define EMBARGO_USERSPACE_EVENT_POLICYDB_CACHE_H

#include "policy/policy.h"

#define EMBARGO_POLICYDB_CACHE_SIZE 4

/* Start with all zeroes. */
struct embargo_policydb_cache {
	struct embargo_policydb *kept[EMBARGO_POLICYDB_CACHE_SIZE];
	unsigned int next; /* the oldest, to be replaced */
	__u64 missing;	   /* generation that was looked for in vain */
};

/* The rules of @generation. NULL: its policy database is gone. */
const struct embargo_ruleset *embargo_policydb_cache_find(struct embargo_policydb_cache *policydbs,
							  __u64 generation);
/* The policy database of the policy in force, or NULL. */
const struct embargo_policydb *embargo_policydb_cache_newest(const struct embargo_policydb_cache *policydbs);
/* The policy in force may have changed: take its policy database while it is there. */
void embargo_policydb_cache_refresh(struct embargo_policydb_cache *policydbs);
/* After an unload generations are counted anew. */
void embargo_policydb_cache_clear(struct embargo_policydb_cache *policydbs);

#endif
