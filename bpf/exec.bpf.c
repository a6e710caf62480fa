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
 *                        mmap lock is held), so it can only ask what is kept, and where the file is
 */
#include "bpf/evaluate.bpf.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/*
 * A mapping's first bytes cannot be read here before 6.19. An unsized rule for
 * PE files alone would have every library of the host hashed at every mapping,
 * so only rules that could match an ELF file, or give the size, count here.
 */
#define EMBARGO_MAPPED_UNSIZED (EMBARGO_FORMAT_ELF | EMBARGO_FORMAT_OTHER)

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

/* Who signed it, as the program that ran just before found out; before there was one, of a PE it is not
 * known. */
static __always_inline void embargo_exec_signer(struct embargo_eval_context *eval)
{
	__u64 found = 0;

	if (embargo_files_way())
		found = embargo_signer_take(embargo_address(eval->inode));
	else if (eval->formats == EMBARGO_FORMAT_PE)
		found = (__u64)EMBARGO_CAUSE_UNCLASSIFIED << 32;
	eval->signer = found;
	eval->unclassified = found >> 32;
}

SEC("lsm.s/bprm_check_security")
int BPF_PROG(embargo_bprm_check_security, struct linux_binprm *bprm, int ret)
{
	const struct embargo_image_header *header;
	struct embargo_eval_context eval = {.hook = EMBARGO_HOOK_EXEC};
	void *image;
	int content;

	if (ret)
		return ret;
	image = embargo_image(&header);
	if (!image)
		return 0;
	embargo_eval_file(&eval, bprm->file);
	eval.formats = embargo_unknown(embargo_exec_format(bprm));
	content = header->unsized_formats & eval.formats ||
		  embargo_eval_sized(image, header, &eval, eval.formats);
	if (header->program_signers)
		embargo_exec_signer(&eval);
	eval.signer = embargo_unknown(eval.signer);
	eval.unclassified = embargo_unknown(eval.unclassified);
	content = embargo_unknown(content);
	if (!content && !header->path_rules && !header->interpreter_rules && !eval.unclassified &&
	    !eval.signer) {
		embargo_count(EMBARGO_COUNTER_VERDICT(EMBARGO_HOOK_EXEC, EMBARGO_ALLOWED));
		return 0;
	}
	return embargo_evaluate_file(image, header, &eval, content, 0);
}

SEC("lsm.s/mmap_file")
int BPF_PROG(embargo_mmap_file, struct file *file, unsigned long reqprot, unsigned long prot,
	     unsigned long flags, int ret)
{
	const struct embargo_image_header *header;
	struct embargo_eval_context eval = {.hook = EMBARGO_HOOK_MMAP, .formats = EMBARGO_FORMAT_ANY};
	void *image;
	int sized, unsized, executable;

	if (ret)
		return ret;
	file = EMBARGO_MMAP_FILE(ctx, file);
	if (!file)
		return 0;
	embargo_note_mapping(file, flags);
	image = embargo_image(&header);
	if (!image)
		return 0;
	embargo_eval_file(&eval, file);
	sized = embargo_eval_sized(image, header, &eval, EMBARGO_FORMAT_ANY);
	unsized = header->unsized_formats & EMBARGO_MAPPED_UNSIZED;
	executable = !!(prot & PROT_EXEC);
	if (!executable && !sized)
		return 0;
	if ((!sized && !unsized && !header->path_rules) || !embargo_regular(eval.inode)) {
		embargo_count(EMBARGO_COUNTER_VERDICT(EMBARGO_HOOK_MMAP, EMBARGO_ALLOWED));
		return 0;
	}
	return embargo_evaluate_file(image, header, &eval, sized || unsized, !executable);
}

SEC("lsm/file_mprotect")
int BPF_PROG(embargo_file_mprotect, struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot,
	     int ret)
{
	const struct embargo_image_header *header;
	struct embargo_eval_context eval = {.hook = EMBARGO_HOOK_MPROTECT, .formats = EMBARGO_FORMAT_ANY};
	/* Two, as what others have a pointer to is known no more: with another .hook bpf_d_path() would be
	 * called. */
	struct embargo_eval_context asked = {.hook = EMBARGO_HOOK_MPROTECT, .formats = EMBARGO_FORMAT_ANY};
	struct embargo_match match = {};
	struct file *file;
	void *image;
	int sized, unsized;

	if (ret)
		return ret;
	if (!(prot & PROT_EXEC) || vma->vm_flags & VM_EXEC)
		return 0; /* an executable mapping was evaluated when it was made */
	file = vma->vm_file;
	if (!file)
		return 0;
	image = embargo_image(&header);
	if (!image)
		return 0;
	embargo_eval_file(&asked, file);
	eval.file = asked.file;
	eval.inode = asked.inode;
	eval.data = asked.data;
	sized = embargo_eval_sized(image, header, &eval, EMBARGO_FORMAT_ANY);
	unsized = header->unsized_formats & EMBARGO_MAPPED_UNSIZED;
	if ((!sized && !unsized && !header->path_rules) || !embargo_regular(eval.inode)) {
		embargo_count(EMBARGO_COUNTER_VERDICT(EMBARGO_HOOK_MPROTECT, EMBARGO_ALLOWED));
		return 0;
	}
	if ((sized || unsized) && !embargo_verdict_lookup(image, header, &asked, &match))
		match.cause = sized ? EMBARGO_CAUSE_UNHASHED_MAPPING : EMBARGO_CAUSE_UNSIZED_MAPPING;
	return embargo_evaluate_match(image, header, &eval, &match);
}
