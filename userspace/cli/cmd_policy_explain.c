// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy explain */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/plural.h"
#include "loader/loader.h"
#include "userspace/base/config.h"
#include "userspace/cli/command.h"
#include "userspace/cli/explain.h"
#include "userspace/cli/id.h"
#include "userspace/check/evaluate.h"
#include "userspace/base/log.h"
#include "userspace/cli/policy_lines.h"

static const char *const matches[] = {
	[EMBARGO_MATCH_SHA256] = "by the SHA-256 of the file",
	[EMBARGO_MATCH_ISSUER_SERIAL] = "by issuer and serial in a signature",
	[EMBARGO_MATCH_SKID] = "by the key id in a signature",
	[EMBARGO_MATCH_CERT_SHA256] = "by the signer's certificate",
	[EMBARGO_MATCH_TBS_SHA256] = "by what the issuer signed of the signer's certificate",
	[EMBARGO_MATCH_SPKI_SHA256] = "by the signer's public key",
	[EMBARGO_MATCH_SUBJECT] = "by the signer's name",
	[EMBARGO_MATCH_MODULE] = "by what a module says of itself (.modinfo)",
	[EMBARGO_MATCH_MODULE_UNSIGNED] = "every module without a signature",
	[EMBARGO_MATCH_PATH_PREFIX] = "by the path",
	[EMBARGO_MATCH_INTERPRETER_PATH] = "by the path of the program that reads scripts",
	[EMBARGO_MATCH_PACKAGE] = "by the package that installed the file",
	[EMBARGO_MATCH_VENDOR] = "by the vendor that the file names",
	[EMBARGO_MATCH_BUILD_ID] = "by the build-id of an ELF file",
};

_Static_assert(sizeof(matches) / sizeof(*matches) == EMBARGO_MATCH_MAX, "every match is explained");

static __u32 resolved_count(const struct embargo_ruleset *set, __u32 rule)
{
	__u32 i, count = 0;

	for (i = 0; i < set->resolved_count; i++)
		count += set->resolved[i].rule == rule;
	return count;
}

static int rule_explain(const struct embargo_evaluator *evaluator, const struct embargo_rule *rule)
{
	const struct embargo_image_header *header = evaluator->image;
	_cleanup_free_ char *line = embargo_rule_line(evaluator->set, rule);
	__u32 resolved = resolved_count(evaluator->set, rule - evaluator->set->rules);

	if (!line) {
		embargo_log_error("out of memory");
		return -1;
	}
	printf("%s\n", line);
	printf("    at          %s:%u\n", embargo_rule_file(evaluator->set, rule), rule->line);
	printf("    matches     %s\n", rule->match < EMBARGO_MATCH_MAX ? matches[rule->match] : "?");
	if (embargo_rule_in_kernel(rule))
		printf("    where       in the kernel%s\n",
		       rule->kind == EMBARGO_KIND_SIGNER ? ", for modules" : "");
	if (embargo_rule_for_programs(evaluator->set, rule))
		printf("    where       %s\n",
		       header->signers_unread
			       ? "not for programs: this kernel does not read who signed what is executed"
			       : "in the kernel, for what is executed: PE, and files with an appended "
				 "signature");
	if (!embargo_rule_in_kernel(rule) || rule->kind == EMBARGO_KIND_SIGNER)
		printf("    where       resolved: becomes hash + size when found; the kernel knows those of "
		       "%u %s\n",
		       resolved, embargo_plural(resolved, "file", "files"));
	if (rule->match == EMBARGO_MATCH_SHA256 && rule->size == EMBARGO_SIZE_UNKNOWN)
		printf("    cost        without size= every file of its format up to %" PRIu64
		       " bytes is hashed\n",
		       (uint64_t)header->max_hash_size);
	return 0;
}

static enum embargo_exit policy_explain(char *const *paths)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	__u32 i;

	if (embargo_evaluator_new(paths, &evaluator))
		return EMBARGO_EXIT_FAILED;
	for (i = 0; i < evaluator->set->rule_count; i++)
		if (rule_explain(evaluator, &evaluator->set->rules[i]))
			return EMBARGO_EXIT_FAILED;
	return EMBARGO_EXIT_DONE;
}

static enum embargo_exit file_explain(const struct embargo_evaluator *evaluator, const char *path,
				      const char *lists)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	_cleanup_free_ char *ground = NULL;
	struct embargo_check_result result;
	struct embargo_reason reason = {""};

	if (embargo_identity_read(path, EMBARGO_WANT_INSIDE | embargo_evaluate_wants(evaluator), &identity,
				  &reason)) {
		embargo_log_error("%s: %s", path, reason.text);
		return EMBARGO_EXIT_FAILED;
	}
	embargo_evaluate_identity(evaluator, identity, &result);
	embargo_identity_text(identity, stdout);
	ground = embargo_check_result_text(evaluator, &result);
	printf("  %-12s %s%s%s\n", "verdict", embargo_verdict_name(result.verdict),
	       ground && *ground ? ": " : ": no rule matches", ground ?: "");
	if (result.rule && rule_explain(evaluator, result.rule))
		return EMBARGO_EXIT_FAILED;
	embargo_explain_signers(identity);
	return embargo_explain_lists(identity, lists) ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

/* A directory, or a name that ends in .policy. */
static bool is_policy(const char *path)
{
	size_t length = strlen(path);
	struct stat st;

	return (length > 7 && !strcmp(path + length - 7, ".policy")) ||
	       (!stat(path, &st) && S_ISDIR(st.st_mode));
}

static enum embargo_exit explain_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	_cleanup_free_ char **policies = embargo_values(arguments, "policy");
	enum embargo_exit status = EMBARGO_EXIT_DONE, one;
	size_t i;

	if (!policies)
		return EMBARGO_EXIT_FAILED;
	if (!arguments->operand_count)
		return policy_explain(policies);
	if (!*policies && is_policy(arguments->operands[0]))
		return policy_explain(arguments->operands);
	if (embargo_evaluator_new(policies, &evaluator))
		return EMBARGO_EXIT_FAILED;
	for (i = 0; i < arguments->operand_count; i++) {
		one = file_explain(evaluator, arguments->operands[i], embargo_value(arguments, "lists"));
		status = one > status ? one : status;
	}
	return status;
}

static const struct embargo_option options[] = {
	{.name = "policy",
	 .argument = "POLICY",
	 .help = "judge files by this policy; may be repeated",
	 .repeats = true},
	{.name = "lists",
	 .argument = "DIR",
	 .help = "of files: show the rules of these lists, too; default: " EMBARGO_LISTS},
	{0},
};

const struct embargo_command embargo_cmd_policy_explain = {
	.name = "explain",
	.usage = "[--policy POLICY]… [--lists DIR] FILE… | [POLICY…]",
	.summary = "Say what each rule matches and where, or why a file gets its verdict.",
	.details = "A directory or a name in .policy is a policy, anything else is a file to be judged. "
		   "Without\n"
		   "POLICY: what is in force, else " EMBARGO_POLICY_DIR
		   ". Of a file, a certificate too, it shows\n"
		   "every rule of the shipped lists that it falls under, and by which attribute of its "
		   "signer a\n"
		   "rule lasts longest.\n",
	.options = options,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.run = explain_run,
};
