// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in force, for who looks closer: numbers by hook, and what the kernel keeps. */
#include <inttypes.h>

#include "policy/plural.h"
#include "userspace/cli/status.h"

static void verdicts_text(const struct embargo_status *status, FILE *out)
{
	unsigned int hook, verdict;
	uint64_t count, total;

	fprintf(out, "\n%-16s", "verdicts by hook");
	for (verdict = 0; verdict < EMBARGO_VERDICT_MAX; verdict++)
		fprintf(out, " %11s", embargo_verdict_name(verdict));
	fprintf(out, "\n");
	for (hook = 0; hook < EMBARGO_HOOK_MAX; hook++) {
		total = 0;
		for (verdict = 0; verdict < EMBARGO_VERDICT_MAX; verdict++)
			total += status->counters[EMBARGO_COUNTER_VERDICT(hook, verdict)];
		if (!total)
			continue;
		fprintf(out, "  %-14s", embargo_hook_name(hook));
		for (verdict = 0; verdict < EMBARGO_VERDICT_MAX; verdict++) {
			count = status->counters[EMBARGO_COUNTER_VERDICT(hook, verdict)];
			fprintf(out, " %11" PRIu64, count);
		}
		fprintf(out, "\n");
	}
}

static uint64_t single(const struct embargo_status *status, enum embargo_counter_single which)
{
	return status->counters[EMBARGO_COUNTER_SINGLE(which)];
}

void embargo_status_verbose(const struct embargo_status_view *view, FILE *out)
{
	const struct embargo_status *status = view->status;
	unsigned int i;

	if (!status->loaded)
		return;
	if (status->header.magic)
		fprintf(out, "generation  %" PRIu64 "\n", (uint64_t)status->header.generation);
	fprintf(out, "build       %016" PRIx64 " of the programs in the kernel\n", status->build);
	fprintf(out, "attached    ");
	for (i = 0; i < status->links; i++)
		fprintf(out, "%s%s", i ? ", " : "", status->link[i]);
	fprintf(out, "%s\n", status->links ? "" : "none");
	fprintf(out, "hashed      files %" PRIu64 ", verdicts kept %" PRIu64 "\n",
		single(status, EMBARGO_COUNT_HASHED), single(status, EMBARGO_COUNT_CACHED));
	fprintf(out, "signers     of programs: read %" PRIu64 ", unreadable %" PRIu64 ", by way of %s\n",
		single(status, EMBARGO_COUNT_SIGNERS_READ), single(status, EMBARGO_COUNT_SIGNERS_UNREADABLE),
		embargo_files_way_name(status->files_way));
	fprintf(out, "memory      %" PRIu64 " bytes of the policy, %" PRIu64 " of the ring\n",
		status->policy_memory, status->ring_size);
	verdicts_text(status, out);
}
