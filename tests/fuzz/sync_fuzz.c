// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzing of a sync server's answers: what is taken can be kept and read again, and makes a policy that
 * reads. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "policy/sync/sync.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

/* What is written of @rules is the same set again. */
static void keep(const struct embargo_sync_rules *rules)
{
	struct embargo_sync_rules again = {0};
	struct embargo_reason reason = {""};
	char *text = NULL, *cursor = NULL;
	size_t size = 0, i;
	FILE *out = open_memstream(&text, &size);

	demand(out != NULL);
	embargo_sync_rules_write(rules, out);
	demand(!fclose(out));
	demand(!embargo_sync_rules_take(&again, text, size, &cursor, &reason) && !cursor);
	embargo_sync_rules_settle(&again);
	demand(again.count == rules->count);
	for (i = 0; i < again.count; i++)
		demand(!memcmp(again.list[i].digest, rules->list[i].digest, sizeof(again.list[i].digest)) &&
		       again.list[i].policy == rules->list[i].policy &&
		       !again.list[i].message == !rules->list[i].message);
	embargo_sync_rules_clear(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	_cleanup_free_ char *text = NULL, *cursor = NULL;
	struct embargo_sync_rules rules = {0};
	struct embargo_sync_preflight preflight;
	struct embargo_reason reason = {""};
	size_t length;

	if (!embargo_sync_preflight((const char *)data, size, false, &preflight, &reason))
		demand(preflight.batch >= 1 && preflight.batch <= EMBARGO_SYNC_BATCH_MAX);
	else
		demand(reason.text[0] != '\0');
	if (!embargo_sync_rules_take(&rules, (const char *)data, size, &cursor, &reason)) {
		embargo_sync_rules_settle(&rules);
		keep(&rules);
		demand(!embargo_sync_rules_policy(&rules, "https://sync.example.org/", &text, &length));
		demand(policy &&
		       !embargo_policy_read_buffer(policy, "sync", text, length, EMBARGO_READ_NO_INCLUDE));
		demand(policy->set.rule_count == rules.count);
	}
	embargo_sync_rules_clear(&rules);
	return 0;
}
