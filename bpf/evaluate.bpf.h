/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hooks of both families do before embargo_decide(): find the rule. */
#ifndef EMBARGO_BPF_EVALUATE_BPF_H
#define EMBARGO_BPF_EVALUATE_BPF_H

#include "bpf/decide.bpf.h"

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

/* This program's reads count as running from now on. */
static __always_inline void embargo_name_interpreter(struct inode *inode, __u64 generation)
{
	struct embargo_interpreter_key which = {.inode = inode->i_ino, .device = inode->i_sb->s_dev};
	struct embargo_interpreter_value interpreter = {
		.generation = generation, .inode_generation = inode->i_generation, .inode_known = 1};
	__u32 bit = EMBARGO_INTERPRETER_BIT(which.inode), key = bit / 64;
	__u64 *word = bpf_map_lookup_elem(&embargo_interpreter_bits, &key);

	bpf_map_update_elem(&embargo_interpreters, &which, &interpreter, BPF_ANY);
	if (word)
		__sync_fetch_and_or(word, 1ULL << bit % 64);
}

/* By its path, where its content did not settle it; then the verdict. Sleeps. */
static __always_inline int embargo_evaluate_match(void *image, const struct embargo_image_header *header,
						  struct embargo_eval_context *eval,
						  struct embargo_match *match)
{
	int naming = eval->hook == EMBARGO_HOOK_EXEC && header->interpreter_rules;
	embargo_packed_rule by_path, interpreter = 0, named = 0;
	struct embargo_scratch *scratch = NULL;
	__u32 size;

	embargo_join(match);
	if (EMBARGO_PACKED_KIND(match->rule) == EMBARGO_KIND_INTERPRETER) {
		interpreter = match->rule;
		match->rule = 0;
	}
	match->rule = embargo_stronger(match->rule, eval->signer);
	if (naming || (header->path_rules && !match->rule)) {
		scratch = embargo_scratch_claim();
		size = scratch ? embargo_path_fetch(eval->file, scratch) : 0;
		if (size) {
			by_path = embargo_find_path(image, header, scratch->path, size,
						    eval->hook == EMBARGO_HOOK_EXEC ? &named : NULL);
			interpreter = interpreter ?: named;
			match->rule = embargo_stronger(match->rule, by_path);
		} else if (header->path_rules && !match->rule && !match->cause) {
			match->cause = EMBARGO_CAUSE_NO_PATH;
		}
	}
	if (eval->unclassified && !match->rule && !match->cause)
		match->cause = eval->unclassified;
	if (naming && interpreter && EMBARGO_PACKED_ACTION(interpreter) != EMBARGO_ACTION_ALLOW)
		embargo_name_interpreter(eval->inode, header->generation);
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
		image = embargo_image(&header); /* it may have slept */
		if (!image)
			return 0;
	}
	return only_cache ? 0 : embargo_evaluate_match(image, header, eval, &match);
}

#endif
