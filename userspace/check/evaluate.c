// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's verdict on a file, given here, and what it will be once rules are resolved. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "bpf/match.h"
#include "policy/identity/evaluate.h"
#include "loader/loader.h"
#include "userspace/base/label.h"
#include "userspace/check/evaluate.h"

static const enum embargo_verdict verdicts[] = {
	[EMBARGO_ACTION_NONE] = EMBARGO_ALLOWED,
	[EMBARGO_ACTION_BAN] = EMBARGO_DENIED,
	[EMBARGO_ACTION_AUDIT] = EMBARGO_AUDITED,
	[EMBARGO_ACTION_ALLOW] = EMBARGO_EXEMPTED,
};

static void result_set(const struct embargo_evaluator *evaluator, const struct embargo_outcome *outcome,
		       struct embargo_check_result *ret_result)
{
	__u32 number = EMBARGO_PACKED_RULE(outcome->rule);

	*ret_result = (struct embargo_check_result){.verdict = verdicts[outcome->action & 3]};
	ret_result->kernel = ret_result->verdict;
	if (outcome->action == EMBARGO_ACTION_NONE)
		return; /* what names a reader of scripts says nothing of the file itself */
	if (outcome->rule && number < evaluator->set->rule_count)
		ret_result->rule = &evaluator->set->rules[number];
	else
		ret_result->cause = outcome->cause;
}

/* Would a rule that the kernel cannot match decide, were the file's hash in the image for it? */
static void evaluate_resolved(const struct embargo_evaluator *evaluator,
			      const struct embargo_identity *identity,
			      const struct embargo_evaluation *evaluation,
			      struct embargo_check_result *result)
{
	const struct embargo_outcome *outcome = &evaluation->outcome;
	struct embargo_resolution decider;
	const struct embargo_rule *rule;
	embargo_packed_rule packed;

	if (!evaluator->resolver || !embargo_resolver_decide(evaluator->resolver, identity, &decider))
		return;
	rule = &evaluator->set->rules[decider.rule];
	packed = embargo_rule_pack(rule, decider.rule);
	/* Who signed a program the kernel reads when it is executed, not when it is mapped or read. */
	if (outcome->rule == packed && evaluation->decider != EMBARGO_HOOK_EXEC)
		return;
	if (outcome->rule != packed && embargo_stronger(outcome->rule, packed) != packed)
		return;
	result->verdict = verdicts[rule->action & 3];
	result->cause = EMBARGO_CAUSE_NONE;
	result->rule = rule;
	result->pending = true;
	memcpy(result->ground, decider.ground, sizeof(result->ground));
}

unsigned int embargo_evaluate_wants(const struct embargo_evaluator *evaluator)
{
	return EMBARGO_WANT_BYTES | (evaluator->resolver ? embargo_resolver_wants(evaluator->resolver) : 0);
}

void embargo_evaluate_identity(const struct embargo_evaluator *evaluator,
			       const struct embargo_identity *identity,
			       struct embargo_check_result *ret_result)
{
	struct embargo_evaluation evaluation;

	embargo_evaluate(evaluator->image, identity, &evaluation);
	result_set(evaluator, &evaluation.outcome, ret_result);
	evaluate_resolved(evaluator, identity, &evaluation, ret_result);
}

static bool too_large(const struct embargo_evaluator *evaluator, __u64 size)
{
	const struct embargo_image_header *header = evaluator->image;

	return size > header->max_hash_size &&
	       !embargo_size_listed((void *)evaluator->image, header, size, EMBARGO_FORMAT_ANY);
}

int embargo_evaluate_file(const struct embargo_evaluator *evaluator, const char *path,
			  struct embargo_check_result *ret_result, struct embargo_reason *reason)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	unsigned int want = embargo_evaluate_wants(evaluator);
	struct stat st;
	int r;

	/* The kernel does not hash files above this size, so they are not hashed here either: a disk image
	 * would take minutes. */
	if (!stat(path, &st) && S_ISREG(st.st_mode) && too_large(evaluator, st.st_size))
		want |= EMBARGO_WANT_UNHASHED;
	r = embargo_identity_read(path, want, &identity, reason);
	if (!r)
		embargo_evaluate_identity(evaluator, identity, ret_result);
	return r;
}

/* Of a module that is compressed, the size of what it decompresses to is not known. */
bool embargo_contents_matter(const struct embargo_evaluator *evaluator, const char *path, __u64 size)
{
	const struct embargo_image_header *header = evaluator->image;
	__u32 formats = header->sized_formats | header->unsized_formats;

	if (embargo_hash_possible((void *)evaluator->image, header, size, EMBARGO_FORMAT_ANY))
		return true;
	return strstr(path, ".ko") &&
	       (header->signer_rules || header->module_rules || header->unsigned_rule ||
		(formats & (EMBARGO_FORMAT_MODULE | EMBARGO_FORMAT_ELF)));
}

int embargo_evaluate_quickly(const struct embargo_evaluator *evaluator, const char *path,
			     struct embargo_check_result *ret_result, struct embargo_reason *reason)
{
	struct embargo_outcome outcome = {0};
	struct stat st;

	if (stat(path, &st))
		return embargo_unreadable(reason, -errno, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode) || embargo_contents_matter(evaluator, path, st.st_size))
		return embargo_evaluate_file(evaluator, path, ret_result, reason);
	outcome.rule = embargo_evaluate_path(evaluator->image, path);
	outcome.action = EMBARGO_PACKED_ACTION(outcome.rule);
	result_set(evaluator, &outcome, ret_result);
	return 0;
}

char *embargo_check_result_text(const struct embargo_evaluator *evaluator,
				const struct embargo_check_result *result)
{
	const struct embargo_image_header *header = evaluator->image;
	char *text = NULL;

	if (result->rule) {
		_cleanup_free_ char *label = embargo_rule_label(evaluator->set, result->rule, true);

		if (!result->pending || !label)
			return TAKE_PTR(label);
		if (result->kernel == result->verdict) {
			if (asprintf(
				    &text,
				    "%s, by %s; when executed, and elsewhere once resolved by scan --enforce",
				    label, result->ground) < 0)
				return NULL;
			return text;
		}
		if (asprintf(&text, "%s, by %s; in force once resolved by scan --enforce, until then %s",
			     label, result->ground, embargo_verdict_name(result->kernel)) < 0)
			return NULL;
		return text;
	}
	if (result->cause == EMBARGO_CAUSE_NONE)
		return strdup("");
	if (asprintf(&text, "no rule could be asked (%s), on-error %s",
		     embargo_cause_name(result->cause) ?: "?",
		     embargo_on_error_name(header->on_error[result->cause]) ?: "?") < 0)
		return NULL;
	return text;
}
