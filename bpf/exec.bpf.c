// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs, libraries and scripts.
 *
 * Hooks, in the order in which an exec meets them:
 *   bprm_check_security  the file of an execve: once for a script, then again
 *                        for its interpreter; bprm->buf has its first bytes
 *   mmap_file            every mapping of a file: the program's own, its ld.so,
 *                        libraries, dlopen, LD_PRELOAD, `ld.so ./prog`; also
 *                        mappings without PROT_EXEC, so that a later mprotect
 *                        finds a hash
 *   file_mprotect        a mapping made executable later: must not sleep (the
 *                        mmap lock is held), so it can only ask what is kept
 */
#include "bpf/decide.bpf.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/*
 * A mapping's first bytes cannot be read here before 6.19. An unsized rule for
 * PE files alone would have every library of the host hashed at every mapping,
 * so only rules that could match an ELF file, or give the size, count here.
 */
#define EMBARGO_MAPPED_UNSIZED (EMBARGO_FORMAT_ELF | EMBARGO_FORMAT_OTHER)

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

/* A file that is about to run: by its content, then by its path. Sleeps. */
static __always_inline int embargo_run_file(void *image, const struct embargo_image_header *header,
					    struct embargo_question *question, int content)
{
	struct embargo_scratch *scratch = NULL;
	struct embargo_finding finding = {};
	__u32 size;

	if (content) {
		if (embargo_too_large(image, header, question))
			finding.cause = EMBARGO_CAUSE_TOO_LARGE;
		else
			embargo_classify_content(image, header, question->file, question->inode, &finding, 0);
	}
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

static __always_inline __u32 embargo_exec_format(struct linux_binprm *bprm)
{
	__u8 a = bprm->buf[0], b = bprm->buf[1];

	if (a == 0x7f && b == 'E' && bprm->buf[2] == 'L' && bprm->buf[3] == 'F')
		return EMBARGO_FORMAT_ELF;
	if (a == 'M' && b == 'Z')
		return EMBARGO_FORMAT_PE;
	if (a == '#' && b == '!')
		return EMBARGO_FORMAT_SCRIPT;
	return EMBARGO_FORMAT_OTHER;
}

SEC("lsm.s/bprm_check_security")
int BPF_PROG(embargo_bprm_check_security, struct linux_binprm *bprm, int ret)
{
	const struct embargo_image_header *header;
	struct embargo_question question = { .hook = EMBARGO_HOOK_EXEC };
	void *image;
	int content;

	if (ret)
		return ret;
	image = embargo_image(&header);
	if (!image)
		return 0;
	question.file = bprm->file;
	question.inode = question.file->f_inode;
	question.size = question.inode->i_size;
	question.formats = embargo_exec_format(bprm);
	content = embargo_hash_possible(image, header, question.size, question.formats);
	if (!content && !header->path_rules) {
		embargo_count(EMBARGO_COUNTER_VERDICT(EMBARGO_HOOK_EXEC, EMBARGO_ALLOWED));
		return 0;
	}
	return embargo_run_file(image, header, &question, content);
}

SEC("lsm.s/mmap_file")
int BPF_PROG(embargo_mmap_file, struct file *file, unsigned long reqprot, unsigned long prot,
	     unsigned long flags, int ret)
{
	const struct embargo_image_header *header;
	struct embargo_question question = { .hook = EMBARGO_HOOK_MMAP, .formats = EMBARGO_FORMAT_ANY };
	struct embargo_finding finding = {};
	void *image;
	int sized, unsized;

	if (ret)
		return ret;
	file = EMBARGO_MMAP_FILE(ctx, file);
	if (!file)
		return 0;
	image = embargo_image(&header);
	if (!image)
		return 0;
	question.file = file;
	question.inode = file->f_inode;
	question.size = question.inode->i_size;
	sized = embargo_size_listed(image, header, question.size, EMBARGO_FORMAT_ANY);
	unsized = header->unsized_formats & EMBARGO_MAPPED_UNSIZED;
	if (!(prot & PROT_EXEC)) {
		if (sized && embargo_regular(question.inode))
			embargo_classify_content(image, header, file, question.inode, &finding, 1);
		return 0;	/* reading is allowed; what was found is kept for mprotect */
	}
	if ((!sized && !unsized && !header->path_rules) || !embargo_regular(question.inode)) {
		embargo_count(EMBARGO_COUNTER_VERDICT(EMBARGO_HOOK_MMAP, EMBARGO_ALLOWED));
		return 0;
	}
	return embargo_run_file(image, header, &question, sized || unsized);
}

SEC("lsm/file_mprotect")
int BPF_PROG(embargo_file_mprotect, struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot,
	     int ret)
{
	const struct embargo_image_header *header;
	struct embargo_question question = { .hook = EMBARGO_HOOK_MPROTECT, .formats = EMBARGO_FORMAT_ANY };
	struct embargo_finding finding = {};
	void *image;
	int sized;

	if (ret)
		return ret;
	if (!(prot & PROT_EXEC) || vma->vm_flags & VM_EXEC)
		return 0;	/* an executable mapping was judged when it was made */
	question.file = vma->vm_file;
	if (!question.file)
		return 0;
	image = embargo_image(&header);
	if (!image)
		return 0;
	question.inode = question.file->f_inode;
	question.size = question.inode->i_size;
	sized = embargo_size_listed(image, header, question.size, EMBARGO_FORMAT_ANY);
	if ((!sized && !(header->unsized_formats & EMBARGO_MAPPED_UNSIZED)) ||
	    !embargo_regular(question.inode)) {
		embargo_count(EMBARGO_COUNTER_VERDICT(EMBARGO_HOOK_MPROTECT, EMBARGO_ALLOWED));
		return 0;
	}
	if (!embargo_recall(image, header, question.inode, &finding))
		finding.cause = sized ? EMBARGO_CAUSE_UNHASHED_MAPPING : EMBARGO_CAUSE_UNSIZED_MAPPING;
	return embargo_decide(header, &question, &finding, NULL);
}
