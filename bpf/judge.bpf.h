/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hooks of both families do before embargo_decide(): find the rule. */
#ifndef EMBARGO_BPF_JUDGE_BPF_H
#define EMBARGO_BPF_JUDGE_BPF_H

#include "bpf/decide.bpf.h"

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
					     const struct embargo_question *question)
{
	return question->size > header->max_hash_size &&
	       !embargo_size_listed(image, header, question->size, question->formats);
}

/* This program's reads count as running from now on. */
static __always_inline void embargo_name_reader(struct inode *inode, __u64 generation)
{
	struct embargo_reader_key which = { .inode = inode->i_ino, .device = inode->i_sb->s_dev };
	struct embargo_reader_value reader = { generation, inode->i_generation, 1 };
	__u32 bit = EMBARGO_READER_BIT(which.inode), key = bit / 64;
	__u64 *word = bpf_map_lookup_elem(&embargo_reader_bits, &key);

	bpf_map_update_elem(&embargo_readers, &which, &reader, BPF_ANY);
	if (word)
		__sync_fetch_and_or(word, 1ULL << bit % 64);
}

/* By its path, where its content did not settle it; then the verdict. Sleeps. */
static __always_inline int embargo_judge_found(void *image, const struct embargo_image_header *header,
					       struct embargo_question *question, struct embargo_finding *finding)
{
	int naming = question->hook == EMBARGO_HOOK_EXEC && header->interpreter_rules;
	embargo_packed_rule by_path, interpreter = 0, named = 0;
	struct embargo_scratch *scratch = NULL;
	__u32 size;

	embargo_join(finding);
	if (EMBARGO_PACKED_KIND(finding->rule) == EMBARGO_KIND_INTERPRETER) {
		interpreter = finding->rule;
		finding->rule = 0;
	}
	if (naming || (header->path_rules && !finding->rule)) {
		scratch = embargo_scratch_claim();
		size = scratch ? embargo_path_fetch(question->file, scratch) : 0;
		if (size) {
			by_path = embargo_find_path(image, header, scratch->path, size,
						    question->hook == EMBARGO_HOOK_EXEC ? &named : NULL);
			interpreter = interpreter ?: named;
			finding->rule = embargo_stronger(finding->rule, by_path);
		} else if (header->path_rules && !finding->rule && !finding->cause) {
			finding->cause = EMBARGO_CAUSE_NO_PATH;
		}
	}
	if (question->unclassified && !finding->rule && !finding->cause)
		finding->cause = EMBARGO_CAUSE_UNCLASSIFIED;
	if (naming && interpreter && EMBARGO_PACKED_ACTION(interpreter) != EMBARGO_ACTION_ALLOW)
		embargo_name_reader(question->inode, header->generation);
	return embargo_decide(header, question, finding, scratch);
}

/*
 * A file as it is stored: by its content, if @content says that a rule could
 * match, then by its path. @only_keep: it does not run yet, so nothing is
 * refused; what is found is kept for the hook that cannot read. Sleeps.
 */
static __always_inline int embargo_judge_file(void *image, const struct embargo_image_header *header,
					      struct embargo_question *question, int content, int only_keep)
{
	struct embargo_finding finding = {};

	if (content) {
		if (embargo_too_large(image, header, question))
			finding.cause = EMBARGO_CAUSE_TOO_LARGE;
		else
			embargo_classify_content(image, header, question->file, &finding, only_keep);
	}
	return only_keep ? 0 : embargo_judge_found(image, header, question, &finding);
}

#endif
