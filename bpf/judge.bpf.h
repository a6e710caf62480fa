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

/*
 * A file as it is stored: by its content, if @content says that a rule could
 * match, then by its path. @only_keep: it does not run yet, so nothing is
 * refused; what is found is kept for the hook that cannot read. Sleeps.
 */
static __always_inline int embargo_judge_file(void *image, const struct embargo_image_header *header,
					      struct embargo_question *question, int content, int only_keep)
{
	struct embargo_scratch *scratch = NULL;
	struct embargo_finding finding = {};
	__u32 size;

	if (content) {
		if (embargo_too_large(image, header, question))
			finding.cause = EMBARGO_CAUSE_TOO_LARGE;
		else
			embargo_classify_content(image, header, question->file, question->inode, &finding, only_keep);
	}
	if (only_keep)
		return 0;
	if (header->path_rules && EMBARGO_PACKED_LEVEL(finding.rule) == EMBARGO_LEVEL_PATH) {
		scratch = embargo_scratch_claim();
		size = scratch ? embargo_path_fetch(question->file, scratch) : 0;
		if (size)
			finding.rule = embargo_stronger(finding.rule,
							embargo_find_path(image, scratch->path, size));
		else if (!finding.rule && !finding.cause)
			finding.cause = EMBARGO_CAUSE_NO_PATH;
	}
	return embargo_decide(header, question, &finding, scratch);
}

#endif
