/* SPDX-License-Identifier: GPL-2.0-or-later */
/* embargo scan */
#include <fts.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "userspace/command.h"
#include "userspace/finding.h"
#include "userspace/log.h"

static void file_scan(const struct embargo_measure *measure, const char *path,
		      struct embargo_findings *findings)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	struct embargo_finding finding = {.kind = EMBARGO_FOUND_FILE, .path = path};
	struct embargo_reason reason = {""};

	if (embargo_identity_read(path, EMBARGO_WANT_BYTES, &identity, &reason)) {
		embargo_trouble_report(findings, path, reason.text);
		return;
	}
	embargo_judge_identity(measure, identity, &finding.judgement);
	if (finding.judgement.verdict != EMBARGO_DENIED && finding.judgement.verdict != EMBARGO_AUDITED)
		return;
	finding.digests = &identity->digests;
	finding.format = identity->format;
	embargo_finding_report(findings, &finding);
}

static enum embargo_exit scan_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_findings_freep) struct embargo_findings *findings = NULL;
	_cleanup_(embargo_measure_freep) struct embargo_measure *measure = NULL;
	_cleanup_free_ char **policies = embargo_values(arguments, "policy");
	struct embargo_scan_totals totals = {.complete = true};
	FTSENT *entry;
	FTS *walk;

	if (!policies || embargo_measure_new(policies, &measure))
		return EMBARGO_EXIT_FAILED;
	if (embargo_findings_new(stdout, embargo_given(arguments, "json"), measure, &findings))
		return EMBARGO_EXIT_FAILED;
	embargo_findings_begin(findings, arguments->operands);
	walk = fts_open(arguments->operands, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
	while (walk && (entry = fts_read(walk))) {
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_NS || entry->fts_info == FTS_ERR)
			embargo_trouble_report(findings, entry->fts_path, strerror(entry->fts_errno));
		if (entry->fts_info != FTS_F)
			continue;
		totals.files++;
		totals.bytes += entry->fts_statp->st_size;
		file_scan(measure, entry->fts_path, findings);
	}
	if (walk)
		fts_close(walk);
	embargo_findings_end(findings, &totals);
	return embargo_findings_count(findings) ? EMBARGO_EXIT_BANNED : EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "policy",
	 .argument = "POLICY",
	 .help = "judge by this policy; may be repeated",
	 .repeats = true},
	{.name = "json", .help = "print one JSON object a line"},
	{0},
};

const struct embargo_command embargo_cmd_scan = {
	.name = "scan",
	.usage = "[--policy POLICY]… [--json] PATH…",
	.summary = "Find every use of what is banned below each path.",
	.details = "Without --policy: by the policy in force, else by " EMBARGO_POLICY_DIR ".\n",
	.options = options,
	.finds = true,
	.operands_least = 1,
	.operands_most = EMBARGO_OPERANDS_ANY,
	.run = scan_run,
};
