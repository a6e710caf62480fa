/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What suggest.c and suggest_hits.c share. */
#ifndef EMBARGO_USERSPACE_CLI_SUGGEST_PRIVATE_H
#define EMBARGO_USERSPACE_CLI_SUGGEST_PRIVATE_H

#include <jansson.h>
#include <stdint.h>

#include "userspace/cli/suggest.h"

/* What a rule goes by: a lower one is tried first, and within it what outlasts. */
enum embargo_suggest_tier {
	EMBARGO_SUGGEST_SIGNER,
	EMBARGO_SUGGEST_VENDOR,
	EMBARGO_SUGGEST_HASH,
	EMBARGO_SUGGEST_TIERS
};

struct embargo_suggested {
	char *rule; /* a line of policy */
	enum embargo_suggest_tier tier;
	int rank;	   /* within the tier: lower outlasts */
	uint32_t *samples; /* that fall under it, ascending */
	size_t count;
	size_t room;
	size_t covers; /* of those, when it was chosen: not covered before */
	bool chosen;
	uint64_t hits;
	char *example; /* the first hit, or NULL */
};

struct embargo_suggestion {
	char **paths; /* of samples */
	bool *covered;
	size_t count;
	size_t room;
	struct embargo_suggested *rules;
	size_t rule_count;
	size_t rule_room;
	json_t *numbers; /* of rules, by their line */
};

#endif
