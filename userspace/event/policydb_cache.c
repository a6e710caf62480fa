// SPDX-License-Identifier: GPL-2.0-or-later
/* From the generation in an event to the rules of that policy. */
#include <inttypes.h>
#include <stdio.h>

#include "loader/loader.h"
#include "userspace/event/policydb_cache.h"

static const struct embargo_ruleset *kept_find(const struct embargo_policydb_cache *policydbs,
					       __u64 generation)
{
	unsigned int i;

	for (i = 0; i < EMBARGO_POLICYDB_CACHE_SIZE; i++)
		if (policydbs->kept[i] && policydbs->kept[i]->generation == generation)
			return &policydbs->kept[i]->set;
	return NULL;
}

/* Keep the policy database at @path unless it is kept already. */
static void policydb_take(struct embargo_policydb_cache *policydbs, const char *path)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;

	if (embargo_policydb_open_kept(path, &policydb) || kept_find(policydbs, policydb->generation))
		return;
	embargo_policydb_close(policydbs->kept[policydbs->next]);
	policydbs->kept[policydbs->next] = TAKE_PTR(policydb);
	policydbs->next = (policydbs->next + 1) % EMBARGO_POLICYDB_CACHE_SIZE;
}

void embargo_policydb_cache_refresh(struct embargo_policydb_cache *policydbs)
{
	policydb_take(policydbs, EMBARGO_POLICYDB_LINK);
	policydbs->missing = 0;
}

const struct embargo_ruleset *embargo_policydb_cache_find(struct embargo_policydb_cache *policydbs,
							  __u64 generation)
{
	/* In this order: what is in /run is of this boot, what is in /var may be of one before. */
	static const char *const directories[] = {EMBARGO_RUN_DIR, EMBARGO_STATE_DIR};
	const struct embargo_ruleset *set = kept_find(policydbs, generation);
	char path[128];
	size_t i;

	if (set || generation == policydbs->missing)
		return set;
	policydb_take(policydbs, EMBARGO_POLICYDB_LINK);
	set = kept_find(policydbs, generation);
	/* Written before its policy is published, so it may be there before the link is. */
	for (i = 0; !set && i < sizeof(directories) / sizeof(*directories); i++) {
		snprintf(path, sizeof(path), "%s/policy-%" PRIu64 ".book", directories[i],
			 (uint64_t)generation);
		policydb_take(policydbs, path);
		set = kept_find(policydbs, generation);
	}
	if (!set)
		policydbs->missing = generation;
	return set;
}

void embargo_policydb_cache_clear(struct embargo_policydb_cache *policydbs)
{
	unsigned int i;

	for (i = 0; i < EMBARGO_POLICYDB_CACHE_SIZE; i++)
		embargo_policydb_close(policydbs->kept[i]);
	*policydbs = (struct embargo_policydb_cache){0};
}

const struct embargo_policydb *embargo_policydb_cache_newest(const struct embargo_policydb_cache *policydbs)
{
	const struct embargo_policydb *newest = NULL;
	unsigned int i;

	for (i = 0; i < EMBARGO_POLICYDB_CACHE_SIZE; i++)
		if (policydbs->kept[i] && (!newest || policydbs->kept[i]->generation > newest->generation))
			newest = policydbs->kept[i];
	return newest;
}
