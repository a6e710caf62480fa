// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's verdict on a file, given here. Each function below says which one of bpf/ it follows. */
#include <stdlib.h>
#include <string.h>

#include "bpf/module.h"
#include "policy/identity/evaluate.h"
#include "policy/identity/private.h"

/* Formats that an executable mapping without a listed size is hashed for (EMBARGO_MAPPED_UNSIZED). */
#define MAPPED_UNSIZED (EMBARGO_FORMAT_ELF | EMBARGO_FORMAT_OTHER)
/* The same for what an interpreter opens (EMBARGO_READ_UNSIZED). */
#define OPENED_UNSIZED (EMBARGO_FORMAT_SCRIPT | EMBARGO_FORMAT_PE | EMBARGO_FORMAT_OTHER)
#define MODULE_FORMATS (EMBARGO_FORMAT_MODULE | EMBARGO_FORMAT_ELF)
#define READ_FORMATS (EMBARGO_FORMAT_FIRMWARE | EMBARGO_FORMAT_KEXEC)
#define PROGRAM_FORMATS                                                                                      \
	(EMBARGO_FORMAT_ELF | EMBARGO_FORMAT_PE | EMBARGO_FORMAT_SCRIPT | EMBARGO_FORMAT_OTHER)

struct evaluating {
	void *image; /* bpf/match.h only reads it, but cannot say so */
	const struct embargo_image_header *header;
	const struct embargo_identity *identity;
	struct embargo_evaluation *evaluation;
};

embargo_packed_rule embargo_evaluate_path(const void *image, const char *path)
{
	struct embargo_path_state search;

	embargo_path_begin(&search, 0, strlen(path), 1, 0);
	embargo_find_path((void *)image, path, &search);
	return search.rule;
}

/* embargo_decide() */
static void decide(struct evaluating *evaluating, enum embargo_hook hook, embargo_packed_rule rule,
		   enum embargo_cause cause)
{
	struct embargo_evaluation *evaluation = evaluating->evaluation;
	struct embargo_outcome *outcome = &evaluation->hooks[hook];

	outcome->rule = rule;
	outcome->cause = cause;
	if (rule && EMBARGO_PACKED_KIND(rule) != EMBARGO_KIND_INTERPRETER)
		outcome->action = EMBARGO_PACKED_ACTION(rule);
	else if (cause)
		outcome->action = evaluating->header->on_error[cause];
	if (outcome->action > EMBARGO_ACTION_ALLOW)
		outcome->action = EMBARGO_ACTION_BAN; /* as the kernel takes an unknown number */
	evaluation->asked |= EMBARGO_HOOK_BIT(hook);
	if (outcome->action == EMBARGO_ACTION_BAN)
		evaluation->refused |= EMBARGO_HOOK_BIT(hook);
}

/* embargo_too_large(), then the table of hashes */
static embargo_packed_rule find_content(const struct evaluating *evaluating,
					const struct embargo_digests *digests, __u32 formats,
					enum embargo_cause *ret_cause)
{
	const struct embargo_image_header *header = evaluating->header;

	if (digests->size > header->max_hash_size &&
	    !embargo_size_listed(evaluating->image, header, digests->size, formats)) {
		*ret_cause = EMBARGO_CAUSE_TOO_LARGE;
		return 0;
	}
	return embargo_find_hash(evaluating->image, header, digests->sha256);
}

/* The stronger of @rule and that for the path, where nothing more specific decides */
static embargo_packed_rule find_path(const struct evaluating *evaluating, embargo_packed_rule rule,
				     enum embargo_cause *cause)
{
	const char *path = evaluating->identity->real_path;

	if (!evaluating->header->path_rules || EMBARGO_PACKED_LEVEL(rule) != EMBARGO_LEVEL_PATH)
		return rule;
	if (path && strlen(path) < EMBARGO_PATH_SIZE)
		return embargo_stronger(rule, embargo_excused(evaluating->header,
							      embargo_evaluate_path(evaluating->image, path),
							      *cause));
	if (!rule && !*cause)
		*cause = EMBARGO_CAUSE_NO_PATH;
	return rule;
}

/* bpf/program_signer.bpf.c, embargo_exec_signer(): the stronger of @rule and that for who signed a program */
static embargo_packed_rule find_signer(const struct evaluating *evaluating, __u32 formats,
				       embargo_packed_rule rule, enum embargo_cause *ret_unclassified)
{
	const struct embargo_image_header *header = evaluating->header;
	const struct embargo_identity *identity = evaluating->identity;

	if (!header->program_signers || identity->module)
		return rule;
	if (header->signers_unread) {
		if (formats == EMBARGO_FORMAT_PE)
			*ret_unclassified = EMBARGO_CAUSE_UNCLASSIFIED;
		return rule;
	}
	return embargo_stronger(rule,
				embargo_program_rule(evaluating->image, header, identity, ret_unclassified));
}

/* embargo_evaluate_file(), embargo_evaluate_found(); @path: rules for paths are asked here */
static void evaluate_file(struct evaluating *evaluating, enum embargo_hook hook, __u32 formats, int content,
			  int path)
{
	enum embargo_cause cause = EMBARGO_CAUSE_NONE, unclassified = EMBARGO_CAUSE_NONE;
	embargo_packed_rule rule = 0;

	if (content)
		rule = find_content(evaluating, &evaluating->identity->digests, formats, &cause);
	if (EMBARGO_PACKED_KIND(rule) == EMBARGO_KIND_INTERPRETER)
		rule = 0; /* it names a reader of files, and says nothing of this one */
	if (hook == EMBARGO_HOOK_EXEC)
		rule = find_signer(evaluating, formats, rule, &unclassified);
	if (path)
		rule = find_path(evaluating, rule, &cause);
	if (!rule && !cause)
		cause = unclassified;
	decide(evaluating, hook, rule, cause);
}

/* bprm_check_security, mmap_file, file_mprotect, file_post_open */
static void evaluate_program(struct evaluating *evaluating)
{
	const struct embargo_image_header *header = evaluating->header;
	__u64 size = evaluating->identity->digests.size;
	__u32 formats = evaluating->identity->format & PROGRAM_FORMATS;
	int sized = embargo_size_listed(evaluating->image, header, size, EMBARGO_FORMAT_ANY);
	int mapped = sized || (header->unsized_formats & MAPPED_UNSIZED);

	evaluate_file(evaluating, EMBARGO_HOOK_EXEC, formats,
		      embargo_hash_possible(evaluating->image, header, size, formats), 1);
	evaluate_file(evaluating, EMBARGO_HOOK_MMAP, EMBARGO_FORMAT_ANY, mapped, 1);
	/* It asks what the mapping has found and kept, and that is the content's rule alone. */
	evaluate_file(evaluating, EMBARGO_HOOK_MPROTECT, EMBARGO_FORMAT_ANY, mapped, 0);
	if (header->interpreter_rules)
		evaluate_file(evaluating, EMBARGO_HOOK_OPEN, EMBARGO_FORMAT_ANY,
			      sized || (header->unsized_formats & OPENED_UNSIZED), 1);
}

/* embargo_evaluate_buffer(), for a module */
static void evaluate_buffer(struct evaluating *evaluating, enum embargo_hook hook,
			    struct embargo_module_state *state)
{
	const struct embargo_identity *identity = evaluating->identity;
	const struct embargo_digests *plain = identity->decompressed ? &identity->plain : &identity->digests;
	const struct embargo_image_header *header = evaluating->header;
	struct embargo_bytes bytes = {.data = identity->bytes, .size = identity->bytes_size};
	enum embargo_cause cause = EMBARGO_CAUSE_NONE;
	embargo_packed_rule rule = 0;

	if (embargo_hash_possible(evaluating->image, header, plain->size, MODULE_FORMATS))
		rule = find_content(evaluating, plain, MODULE_FORMATS, &cause);
	rule = embargo_stronger(rule, embargo_module_match(evaluating->image, header, &bytes, state, rule));
	if (state->causes && !cause)
		cause = embargo_module_cause(header, state);
	if (hook == EMBARGO_HOOK_POST_READ_FILE)
		rule = find_path(evaluating, rule, &cause);
	decide(evaluating, hook, rule, cause);
}

/*
 * What the kernel reads. Of a module READ_FILE stands for its bytes as they are stored; it is asked for the
 * path with its plain bytes, when all else is known. (Before 7.0 that is too late for a compressed one: there
 * a banned path decides though an allow rule has the signer.)
 */
static void evaluate_read(struct evaluating *evaluating)
{
	const struct embargo_identity *identity = evaluating->identity;
	__u32 formats = identity->bytes ? MODULE_FORMATS : READ_FORMATS;
	struct embargo_module_state *state;

	evaluate_file(
		evaluating, EMBARGO_HOOK_READ_FILE, formats,
		embargo_hash_possible(evaluating->image, evaluating->header, identity->digests.size, formats),
		!identity->bytes);
	if (!identity->bytes)
		return;
	state = calloc(1, sizeof(*state));
	if (!state) {
		/* As the kernel says it when it has no room for the state. */
		decide(evaluating, EMBARGO_HOOK_POST_READ_FILE, 0, EMBARGO_CAUSE_STATE_LOST);
		decide(evaluating, EMBARGO_HOOK_POST_LOAD_DATA, 0, EMBARGO_CAUSE_STATE_LOST);
		return;
	}
	evaluate_buffer(evaluating, EMBARGO_HOOK_POST_READ_FILE, state);
	evaluate_buffer(evaluating, EMBARGO_HOOK_POST_LOAD_DATA, state);
	free(state);
}

/* Refusing before auditing before exempting before nothing. */
static int weight(const struct embargo_outcome *outcome)
{
	static const int weights[] = {
		[EMBARGO_ACTION_NONE] = 0,
		[EMBARGO_ACTION_ALLOW] = 1,
		[EMBARGO_ACTION_AUDIT] = 2,
		[EMBARGO_ACTION_BAN] = 3,
	};

	return weights[outcome->action];
}

void embargo_evaluate(const void *image, const struct embargo_identity *identity,
		      struct embargo_evaluation *ret_evaluation)
{
	struct embargo_evaluation evaluation = {};
	struct evaluating evaluating = {
		.image = (void *)image,
		.header = image,
		.identity = identity,
		.evaluation = &evaluation,
	};
	int hook;

	evaluate_program(&evaluating);
	evaluate_read(&evaluating);
	for (hook = 0; hook < EMBARGO_HOOK_MAX; hook++)
		if (weight(&evaluation.hooks[hook]) > weight(&evaluation.hooks[evaluation.decider]))
			evaluation.decider = hook;
	evaluation.outcome = evaluation.hooks[evaluation.decider];
	*ret_evaluation = evaluation;
}
