// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in force, for people. */
#include <inttypes.h>

#include "userspace/check/boot.h"
#include "userspace/cli/status.h"

void embargo_rules_by_kind(const struct embargo_image_header *header, FILE *out)
{
	const char *before = ": ";
	unsigned int kind;

	fprintf(out, "%u %s", header->rules, header->rules == 1 ? "rule" : "rules");
	for (kind = 0; kind < EMBARGO_KIND_MAX; kind++) {
		if (!header->rules_by_kind[kind])
			continue;
		fprintf(out, "%s%u %s", before, header->rules_by_kind[kind], embargo_kind_name(kind));
		before = ", ";
	}
	if (header->resolved)
		fprintf(out, "; %u %s resolved", header->resolved, header->resolved == 1 ? "file" : "files");
}

static void policies_text(const struct embargo_policydb *policydb, FILE *out)
{
	const struct embargo_ruleset *set = &policydb->set;
	const struct embargo_file *file;
	__u32 i;

	for (i = 0; i < set->file_count; i++) {
		file = &set->files[i];
		fprintf(out, "policy      ");
		if (file->name)
			fprintf(out, "%s ", embargo_string(set, file->name));
		if (file->version)
			fprintf(out, "version %" PRIu64 " ", (uint64_t)file->version);
		fprintf(out, "(%s)\n", embargo_string(set, file->path));
	}
}

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

static void causes_text(const struct embargo_status *status, FILE *out)
{
	unsigned int cause;
	const char *name;
	uint64_t count;

	for (cause = EMBARGO_CAUSE_NONE + 1; cause < EMBARGO_CAUSE_MAX; cause++) {
		name = embargo_cause_name(cause);
		count = status->counters[EMBARGO_COUNTER_CAUSE(cause)];
		if (count && name)
			fprintf(out, "no verdict  %" PRIu64 " times: %s, on-error %s\n", count, name,
				embargo_on_error_name(status->header.on_error[cause]) ?: "?");
	}
}

static uint64_t single(const struct embargo_status *status, enum embargo_counter_single which)
{
	return status->counters[EMBARGO_COUNTER_SINGLE(which)];
}

static void banned_text(const struct embargo_loaded_modules *modules, FILE *out)
{
	size_t i;

	for (i = 0; i < modules->count; i++)
		if (modules->list[i].rule)
			fprintf(out,
				"BANNED      module %s is loaded since before: %s; modprobe -r %s, or "
				"reboot\n",
				modules->list[i].name, modules->list[i].rule, modules->list[i].name);
}

void embargo_status_text(const struct embargo_status *status, const struct embargo_policydb *policydb,
			 const struct embargo_loaded_modules *modules, const json_t *boot, FILE *out)
{
	unsigned int i;

	if (!status->loaded) {
		fprintf(out, "nothing is loaded, nothing is blocked\n");
		embargo_boot_text(boot, out);
		return;
	}
	fprintf(out, "mode        %s\n", embargo_mode_name(status->mode));
	if (status->interrupted)
		fprintf(out, "policy      none: a load was killed; load again\n");
	else if (!status->header.magic)
		fprintf(out, "programs    of another version of embargo; load again to replace them\n");
	else
		fprintf(out, "generation  %" PRIu64 "\n", (uint64_t)status->header.generation);
	if (policydb)
		policies_text(policydb, out);
	embargo_boot_text(boot, out);
	if (status->header.magic) {
		fprintf(out, "rules       ");
		embargo_rules_by_kind(&status->header, out);
		fprintf(out, " (%" PRIu64 " KiB)\n", (status->policy_memory + 1023) / 1024);
	}
	if (status->header.magic && status->other_build)
		fprintf(out, "programs    of another build; the next load replaces them\n");
	fprintf(out, "hooks       ");
	for (i = 0; i < status->links; i++)
		fprintf(out, "%s%s", i ? ", " : "", status->link[i]);
	fprintf(out, "%s\n", status->links ? "" : "none");
	fprintf(out, "hashed      %" PRIu64 " files, %" PRIu64 " verdicts kept\n",
		single(status, EMBARGO_COUNT_HASHED), single(status, EMBARGO_COUNT_CACHED));
	fprintf(out,
		"events      %" PRIu64 ", %" PRIu64 " lost; %" PRIu64 " of %" PRIu64
		" bytes wait in the ring\n",
		single(status, EMBARGO_COUNT_EVENTS), single(status, EMBARGO_COUNT_LOST), status->ring_used,
		status->ring_size);
	banned_text(modules, out);
	causes_text(status, out);
	verdicts_text(status, out);
}
