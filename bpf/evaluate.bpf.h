/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hooks of both families do before embargo_decide(): find the rule. */
#ifndef EMBARGO_BPF_EVALUATE_BPF_H
#define EMBARGO_BPF_EVALUATE_BPF_H

#include "bpf/decide.bpf.h"
#include "bpf/quiet.bpf.h"

/* The policy in force and its first page. NULL: none is published. */
static __always_inline void *embargo_image(const struct embargo_image_header **header)
{
	__u32 zero = 0;
	void *image = bpf_map_lookup_elem(&embargo_policy, &zero);

	*header = image ? embargo_image_page(image, 0) : NULL;
	if (!*header) {
		embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_NO_POLICY));
		return NULL;
	}
	return image;
}

static __always_inline int embargo_regular(struct inode *inode)
{
	return (inode->i_mode & S_IFMT) == S_IFREG;
}

/* Larger than what is hashed on speculation, and no rule gives this very size. */
static __always_inline int embargo_too_large(void *image, const struct embargo_image_header *header,
					     const struct embargo_eval_context *eval)
{
	return eval->data.size > header->max_hash_size &&
	       !embargo_eval_sized(image, header, eval, eval->formats);
}

/* This program's reads count as running from now on. Non-zero: there is no room to remember it. */
static __always_inline long embargo_name_interpreter(struct inode *inode, __u64 generation)
{
	struct embargo_interpreter_key which = {.inode = inode->i_ino, .device = inode->i_sb->s_dev};
	struct embargo_interpreter_value interpreter = {
		.generation = generation, .inode_generation = inode->i_generation, .inode_known = 1};
	__u32 bit = EMBARGO_INTERPRETER_BIT(which.inode), key = bit / 64;
	__u64 *word = bpf_map_lookup_elem(&embargo_interpreter_bits, &key);

	if (word)
		__sync_fetch_and_or(word, 1ULL << bit % 64);
	return bpf_map_update_elem(&embargo_interpreters, &which, &interpreter, BPF_ANY);
}

/* By its path, where its content did not settle it; then the verdict. */
static __always_inline int embargo_evaluate_match(void *image, const struct embargo_image_header *header,
						  struct embargo_eval_context *eval,
						  struct embargo_match *match)
{
	int naming = eval->hook == EMBARGO_HOOK_EXEC && header->interpreter_rules;
	embargo_packed_rule interpreter = 0;
	struct embargo_scratch *scratch = NULL;
	int no_path = 1, asked = 0;
	__u64 moves, quiet;

	embargo_join(match);
	if (EMBARGO_PACKED_KIND(match->rule) == EMBARGO_KIND_INTERPRETER) {
		interpreter = match->rule;
		match->rule = 0;
	}
	match->rule = embargo_stronger(match->rule, eval->signer);
	if (naming || (header->path_rules && !match->rule)) {
		moves = embargo_quiet_moves();
		quiet = embargo_quiet_id(header, eval->file, moves);
		asked = !embargo_quiet_is(quiet);
	}
	if (asked) {
		scratch = embargo_scratch_claim();
		if (scratch) {
			no_path = embargo_classify_path(image, header, eval->file, naming, scratch);
			if (!no_path)
				embargo_quiet_keep(quiet, moves, eval->inode, scratch);
			interpreter = interpreter ?: scratch->search.named;
			match->rule = embargo_stronger(
				match->rule, embargo_excused(header, scratch->search.rule, match->cause));
		}
		if (no_path && header->path_rules && !match->rule && !match->cause)
			match->cause = EMBARGO_CAUSE_NO_PATH;
		embargo_join(match);
	}
	if (eval->unclassified && !match->rule && !match->cause)
		match->cause = eval->unclassified;
	if (naming && interpreter && EMBARGO_PACKED_ACTION(interpreter) != EMBARGO_ACTION_ALLOW &&
	    embargo_name_interpreter(eval->inode, header->generation) && !match->cause) {
		match->cause = EMBARGO_CAUSE_INTERPRETER_LOST;
		match->rule = embargo_excused(header, match->rule, match->cause);
	}
	embargo_join(match);
	return embargo_decide(header, eval, match, scratch);
}

/*
 * A file as it is stored: by its content, if @content says that a rule could
 * match, then by its path. @only_cache: it does not run yet, so nothing is
 * refused; what is found is kept for the hook that cannot read. Sleeps.
 */
static __always_inline int embargo_evaluate_file(void *image, const struct embargo_image_header *header,
						 struct embargo_eval_context *eval, int content,
						 int only_cache)
{
	struct embargo_match match = {};

	if (content) {
		if (embargo_too_large(image, header, eval))
			match.cause = EMBARGO_CAUSE_TOO_LARGE;
		else
			embargo_classify_content(image, header, eval, &match, only_cache);
	}
	return only_cache ? 0 : embargo_evaluate_match(image, header, eval, &match);
}

#endif
