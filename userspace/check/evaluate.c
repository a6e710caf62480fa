/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's verdict on a file, given here, and what it will be once rules are resolved. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "bpf/match.h"
#include "policy/identity/evaluate.h"
#include "loader/loader.h"
#include "userspace/check/evaluate.h"

static const enum embargo_verdict verdicts[] = {
	[EMBARGO_ACTION_NONE] = EMBARGO_ALLOWED,
	[EMBARGO_ACTION_BAN] = EMBARGO_DENIED,
	[EMBARGO_ACTION_AUDIT] = EMBARGO_AUDITED,
	[EMBARGO_ACTION_ALLOW] = EMBARGO_EXEMPTED,
};

static void judgement_set(const struct embargo_measure *measure, const struct embargo_outcome *outcome,
			  struct embargo_judgement *ret_judgement)
{
	__u32 number = EMBARGO_PACKED_RULE(outcome->rule);

	*ret_judgement = (struct embargo_judgement){.verdict = verdicts[outcome->action & 3]};
	ret_judgement->kernel = ret_judgement->verdict;
	if (outcome->action == EMBARGO_ACTION_NONE)
		return; /* what names a reader of scripts says nothing of the file itself */
	if (outcome->rule && number < measure->set->rule_count)
		ret_judgement->rule = &measure->set->rules[number];
	else
		ret_judgement->cause = outcome->cause;
}

/* Would a rule that the kernel cannot match decide, were the file's hash in the image for it? */
static void judge_resolved(const struct embargo_measure *measure, const struct embargo_identity *identity,
			   const struct embargo_outcome *outcome, struct embargo_judgement *judgement)
{
	struct embargo_resolution decider;
	const struct embargo_rule *rule;
	embargo_packed_rule packed;

	if (!measure->resolver || !embargo_resolver_decide(measure->resolver, identity, &decider))
		return;
	rule = &measure->set->rules[decider.rule];
	packed = embargo_rule_pack(rule, decider.rule);
	if (embargo_stronger(outcome->rule, packed) != packed || outcome->rule == packed)
		return;
	judgement->verdict = verdicts[rule->action & 3];
	judgement->cause = EMBARGO_CAUSE_NONE;
	judgement->rule = rule;
	judgement->pending = true;
	memcpy(judgement->ground, decider.ground, sizeof(judgement->ground));
}

unsigned int embargo_judge_wants(const struct embargo_measure *measure)
{
	return EMBARGO_WANT_BYTES | (measure->resolver ? embargo_resolver_wants(measure->resolver) : 0);
}

void embargo_judge_identity(const struct embargo_measure *measure, const struct embargo_identity *identity,
			    struct embargo_judgement *ret_judgement)
{
	struct embargo_evaluation evaluation;

	embargo_evaluate(measure->image, identity, &evaluation);
	judgement_set(measure, &evaluation.outcome, ret_judgement);
	judge_resolved(measure, identity, &evaluation.outcome, ret_judgement);
}

int embargo_judge(const struct embargo_measure *measure, const char *path,
		  struct embargo_judgement *ret_judgement, struct embargo_reason *reason)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	int r;

	r = embargo_identity_read(path, embargo_judge_wants(measure), &identity, reason);
	if (!r)
		embargo_judge_identity(measure, identity, ret_judgement);
	return r;
}

/* Of a module that is compressed, the size of what it unfolds to is not known. */
bool embargo_contents_matter(const struct embargo_measure *measure, const char *path, __u64 size)
{
	const struct embargo_image_header *header = measure->image;
	__u32 formats = header->sized_formats | header->unsized_formats;

	if (embargo_hash_possible((void *)measure->image, header, size, EMBARGO_FORMAT_ANY))
		return true;
	return strstr(path, ".ko") &&
	       (header->signer_rules || header->module_rules || header->unsigned_rule ||
		(formats & (EMBARGO_FORMAT_MODULE | EMBARGO_FORMAT_ELF)));
}

int embargo_judge_quickly(const struct embargo_measure *measure, const char *path,
			  struct embargo_judgement *ret_judgement, struct embargo_reason *reason)
{
	struct embargo_outcome outcome = {0};
	struct stat st;

	if (stat(path, &st))
		return embargo_unreadable(reason, -errno, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode) || embargo_contents_matter(measure, path, st.st_size))
		return embargo_judge(measure, path, ret_judgement, reason);
	outcome.rule = embargo_evaluate_path(measure->image, path);
	outcome.action = EMBARGO_PACKED_ACTION(outcome.rule);
	judgement_set(measure, &outcome, ret_judgement);
	return 0;
}

char *embargo_judgement_text(const struct embargo_measure *measure, const struct embargo_judgement *judgement)
{
	const struct embargo_image_header *header = measure->image;
	char *text = NULL;

	if (judgement->rule) {
		_cleanup_free_ char *label = embargo_rule_label(measure->set, judgement->rule, true);

		if (!judgement->pending || !label)
			return TAKE_PTR(label);
		if (asprintf(&text, "%s, by %s; in force once resolved by scan --pin, until then %s", label,
			     judgement->ground, embargo_verdict_name(judgement->kernel)) < 0)
			return NULL;
		return text;
	}
	if (judgement->cause == EMBARGO_CAUSE_NONE)
		return strdup("");
	if (asprintf(&text, "no rule could be asked (%s), on-error %s",
		     embargo_cause_name(judgement->cause) ?: "?",
		     embargo_on_error_name(header->on_error[judgement->cause]) ?: "?") < 0)
		return NULL;
	return text;
}
