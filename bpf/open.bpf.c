// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that a named interpreter opens: reading a script is running it, for
 * `sh x`, `python3 x`, `wine x.exe`, `dpkg -i x.deb`. These programs are
 * attached only while the policy names interpreters. Whose reads count is known
 * by the inode of the program that the task runs: the exec hook puts it into
 * embargo_interpreters, the loader does so for what runs already.
 *
 *   file_post_open  the file can be read, so it is hashed (sleepable from 6.11)
 *   file_open       for older kernels: too early to read the file, so only what
 *                   is kept on the inode can answer
 */
#include "bpf/evaluate.bpf.h"
#include <bpf/bpf_tracing.h>

/*
 * Interpreters do not read ELF files. An unsized rule for one of these
 * formats has every file hashed that an interpreter opens, once.
 */
#define EMBARGO_READ_UNSIZED (EMBARGO_FORMAT_SCRIPT | EMBARGO_FORMAT_PE | EMBARGO_FORMAT_OTHER)

/*
 * Which inode the task runs, if that could be a named interpreter, else NULL.
 * This much every open() of every program pays: plain loads, no call.
 */
static __always_inline struct inode *embargo_reading_program(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = task->mm;
	struct file *file = mm ? mm->exe_file : NULL;
	struct inode *program = file ? file->f_inode : NULL;
	__u32 bit, key;
	__u64 *word;

	if (!program)
		return NULL;
	bit = EMBARGO_INTERPRETER_BIT(program->i_ino);
	key = bit / 64;
	word = bpf_map_lookup_elem(&embargo_interpreter_bits, &key);
	return word && *word >> bit % 64 & 1 ? program : NULL;
}

/* Does the task run a named interpreter, and is @file something it could run? */
static __always_inline void *embargo_opened(struct file *file, struct embargo_eval_context *eval,
					    const struct embargo_image_header **header, int *sized)
{
	struct inode *program = embargo_reading_program();
	struct embargo_interpreter_key which = {};
	const struct embargo_interpreter_value *interpreter;
	void *image;

	if (!program || !(file->f_mode & FMODE_READ))
		return NULL;
	which.inode = BPF_CORE_READ(program, i_ino);
	which.device = BPF_CORE_READ(program, i_sb, s_dev);
	interpreter = bpf_map_lookup_elem(&embargo_interpreters, &which);
	if (!interpreter)
		return NULL;
	if (interpreter->inode_known && interpreter->inode_generation != BPF_CORE_READ(program, i_generation))
		return NULL;
	image = embargo_image(header);
	if (!image || interpreter->generation < (*header)->interpreters_since)
		return NULL;
	eval->hook = EMBARGO_HOOK_OPEN;
	eval->formats = EMBARGO_FORMAT_ANY;
	embargo_eval_file(eval, file);
	if (!embargo_regular(eval->inode))
		return NULL;
	*sized = embargo_eval_sized(image, *header, eval, EMBARGO_FORMAT_ANY);
	if (*sized || (*header)->unsized_formats & EMBARGO_READ_UNSIZED || (*header)->path_rules)
		return image;
	embargo_count(EMBARGO_COUNTER_VERDICT(EMBARGO_HOOK_OPEN, EMBARGO_ALLOWED));
	return NULL;
}

SEC("lsm.s/file_post_open")
int BPF_PROG(embargo_file_post_open, struct file *file, int mask, int ret)
{
	const struct embargo_image_header *header;
	struct embargo_eval_context eval = {};
	void *image;
	int sized;

	if (ret)
		return ret;
	image = embargo_opened(file, &eval, &header, &sized);
	if (!image)
		return 0;
	return embargo_evaluate_file(image, header, &eval,
				     sized || header->unsized_formats & EMBARGO_READ_UNSIZED, 0);
}

SEC("lsm.s/file_open")
int BPF_PROG(embargo_file_open, struct file *file, int ret)
{
	const struct embargo_image_header *header;
	struct embargo_eval_context eval = {};
	struct embargo_match match = {};
	void *image;
	int sized;

	if (ret)
		return ret;
	image = embargo_opened(file, &eval, &header, &sized);
	if (!image)
		return 0;
	if (!embargo_verdict_lookup(image, header, &eval, &match)) {
		if (sized)
			match.cause = EMBARGO_CAUSE_UNHASHED_MAPPING;
		else if (header->unsized_formats & EMBARGO_READ_UNSIZED)
			match.cause = EMBARGO_CAUSE_UNSIZED_MAPPING;
	}
	return embargo_evaluate_match(image, header, &eval, &match);
}
