// SPDX-License-Identifier: GPL-2.0-or-later
/* What suggested rules would hit on this host: a scan by a policy of them alone, which changes nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/policy.h"
#include "userspace/base/log.h"
#include "userspace/base/text.h"
#include "userspace/cli/suggest_private.h"
#include "userspace/scan/scan.h"

struct counting {
	struct embargo_suggestion *suggestion;
	const struct embargo_ruleset *set;
	char **samples; /* real paths, ends with NULL */
};

/* The policy's line N is rule number N of those chosen. */
static struct embargo_suggested *chosen_number(struct embargo_suggestion *suggestion, __u32 line)
{
	size_t i;

	for (i = 0; i < suggestion->rule_count; i++)
		if (suggestion->rules[i].chosen && !--line)
			return &suggestion->rules[i];
	return NULL;
}

static bool is_sample(const struct counting *counting, const char *path)
{
	char **sample;
	size_t size;

	for (sample = counting->samples; *sample; sample++) {
		size = strlen(*sample);
		if (!strncmp(path, *sample, size) && strchr("/", path[size])) /* that, or below it */
			return true;
	}
	return false;
}

static void count(void *context, const struct embargo_finding *finding)
{
	struct counting *counting = context;
	struct embargo_suggested *rule;

	if (!finding->result.rule || !finding->path || is_sample(counting, finding->path))
		return;
	rule = chosen_number(counting->suggestion, finding->result.rule->line);
	if (!rule)
		return;
	if (!rule->hits++)
		rule->example = embargo_text_escape(finding->path, strlen(finding->path), "");
}

static int policy_make(const struct embargo_suggestion *suggestion, struct embargo_policy **ret_policy)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	_cleanup_free_ char *text = NULL;
	size_t size = 0, i;
	FILE *out = open_memstream(&text, &size);
	int r = policy && out ? 0 : -ENOMEM;

	for (i = 0; !r && i < suggestion->rule_count; i++)
		if (suggestion->rules[i].chosen)
			fprintf(out, "%s\n", suggestion->rules[i].rule);
	if (out && fclose(out))
		r = -ENOMEM;
	r = r ?: embargo_policy_read_buffer(policy, "suggested", text, size, EMBARGO_READ_NO_INCLUDE);
	r = r ?: embargo_policy_check(policy, time(NULL));
	if (r) {
		if (policy)
			embargo_diagnostics_format(&policy->diagnostics, EMBARGO_ERROR, stderr);
		return embargo_log_errno(r, "cannot try the rules");
	}
	*ret_policy = TAKE_PTR(policy);
	return 0;
}

static int scan(struct counting *counting, const struct embargo_evaluator *evaluator, char *const *hosts)
{
	_cleanup_(embargo_findings_freep) struct embargo_findings *findings = NULL;
	_cleanup_(embargo_scan_totals_clear) struct embargo_scan_totals totals = {.complete = true};
	struct embargo_scan_settings settings = {.evaluator = evaluator};
	int r = embargo_findings_new(NULL, false, evaluator, &findings);

	if (r)
		return embargo_log_errno(r, "cannot start to scan");
	settings.findings = findings;
	embargo_findings_watch(findings, count, counting);
	return embargo_scan(&settings, hosts, &totals);
}

int embargo_suggestion_hits(struct embargo_suggestion *suggestion, char *const *hosts, char *const *samples)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	struct counting counting = {.suggestion = suggestion};
	size_t number = 0, i;
	int r = policy_make(suggestion, &policy);

	while (samples[number])
		number++;
	counting.samples = calloc(number + 1, sizeof(*counting.samples));
	r = r ?: counting.samples ? r : -ENOMEM;
	for (i = 0; !r && i < number; i++) {
		counting.samples[i] = realpath(samples[i], NULL);
		r = counting.samples[i] ? 0 : embargo_log_errno(-errno, "cannot look at '%s'", samples[i]);
	}
	r = r ?: embargo_evaluator_policy(policy, &evaluator);
	if (!r) {
		counting.set = evaluator->set;
		r = scan(&counting, evaluator, hosts);
	}
	for (i = 0; counting.samples && i < number; i++)
		free(counting.samples[i]);
	free(counting.samples);
	return r;
}
