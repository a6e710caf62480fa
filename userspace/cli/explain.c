// SPDX-License-Identifier: GPL-2.0-or-later
/* Of a file that nobody has judged yet: which shipped rules it would meet, and what a rule for it should go
 * by. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/identity/resolve.h"
#include "userspace/base/log.h"
#include "userspace/base/text.h"
#include "userspace/check/evaluate.h"
#include "userspace/check/roots.h"
#include "userspace/cli/explain.h"
#include "userspace/cli/policy_lines.h"
#include "userspace/cli/signer_names.h"

#define RULES 64 /* that are shown */

/* A file of certificates is asked for as what they would sign. */
static int as_signed(struct embargo_identity *identity)
{
	if (identity->signature_count || !identity->certificate_count)
		return 0;
	identity->signatures = calloc(1, sizeof(*identity->signatures));
	if (!identity->signatures)
		return -ENOMEM;
	identity->signature_count = 1;
	identity->signatures[0].kind = EMBARGO_FILE_SIGNATURE_AUTHENTICODE;
	identity->signatures[0].certificate_count = identity->certificate_count;
	return 0;
}

static int rule_print(const struct embargo_ruleset *set, const struct embargo_rule *rule, const char *ground)
{
	_cleanup_free_ char *line = embargo_rule_line(set, rule);

	if (!line)
		return embargo_log_errno(-ENOMEM, "cannot show a rule");
	printf("    %s\n        at %s:%u%s%s\n", line, embargo_rule_file(set, rule), rule->line,
	       *ground ? ", by " : "", ground);
	return 0;
}

/* By the kernel's rules one decides, of the others all are shown. Returns whether there are some, or -errno.
 */
static int rules_print(struct embargo_evaluator *evaluator, const struct embargo_identity *identity)
{
	_cleanup_(embargo_resolver_freep) struct embargo_resolver *resolver = NULL;
	struct embargo_resolution *found = calloc(RULES, sizeof(*found));
	struct embargo_check_result result;
	size_t count, i;
	int r = found ? embargo_resolver_new(evaluator->set, &resolver) : -ENOMEM;

	if (r) {
		free(found);
		return embargo_log_errno(r, "cannot evaluate by the lists");
	}
	embargo_evaluate_identity(evaluator, identity, &result);
	if (result.rule && embargo_rule_in_kernel(result.rule) && result.rule->kind != EMBARGO_KIND_SIGNER)
		r = rule_print(evaluator->set, result.rule, "");
	count = embargo_resolver_match(resolver, identity, found, RULES);
	for (i = 0; !r && i < count && i < RULES; i++)
		r = rule_print(evaluator->set, &evaluator->set->rules[found[i].rule], found[i].ground);
	if (count > RULES)
		printf("    … and %zu more\n", count - RULES);
	free(found);
	return r ?: result.rule || count;
}

/* By itself: together with others, a rule that these have too would be left out. */
static int list_explain(struct embargo_identity *identity, char *path)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	char *paths[] = {path, NULL};
	int r = embargo_policies_parse(paths, EMBARGO_READ_ANY_OWNER, &policy);

	if (r) {
		if (policy)
			embargo_policies_report(policy, EMBARGO_ERROR, r);
		return r;
	}
	r = embargo_evaluator_policy(policy, &evaluator);
	return r ?: rules_print(evaluator, identity);
}

int embargo_explain_lists(struct embargo_identity *identity, const char *directory)
{
	_cleanup_(embargo_paths_freep) char **lists = NULL;
	bool some = false;
	char **list;
	int r;

	if (!directory && access(EMBARGO_LISTS, R_OK))
		return 0;
	directory = directory ?: EMBARGO_LISTS;
	r = embargo_policies_list(directory, &lists);
	if (r)
		return embargo_log_errno(r, "cannot read the lists in '%s'", directory);
	if (!*lists)
		return embargo_log_errno(-ENOENT, "no *.policy file in '%s'", directory);
	r = as_signed(identity);
	printf("  rules of the lists in %s that it falls under:\n", directory);
	for (list = lists; !(r < 0) && *list; list++) {
		r = list_explain(identity, *list);
		some |= r > 0;
	}
	if (r >= 0 && !some)
		printf("    none\n");
	return r < 0 ? r : 0;
}

static void certificate_explain(const struct embargo_certificate *certificate)
{
	_cleanup_free_ char *subject =
		embargo_text_escape(certificate->subject ?: "?", strlen(certificate->subject ?: "?"), "");
	bool chosen = false;
	int i;

	printf("  signer %s\n", subject ?: "?");
	for (i = 0; i < EMBARGO_SIGNER_ATTRIBUTES; i++) {
		_cleanup_free_ char *match = embargo_signer_match(certificate, i);

		if (!match)
			continue;
		printf("    %s ban signer %s\n        %s\n", chosen ? "      " : "choose", match,
		       embargo_signer_lasts(i));
		chosen = true;
	}
}

void embargo_explain_signers(const struct embargo_identity *identity)
{
	size_t i;

	for (i = 0; i < identity->certificate_count; i++)
		if (embargo_signer_is(identity, i))
			certificate_explain(&identity->certificates[i]);
}
