// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who signed what is executed, read out of the file itself: a PE's signatures, and one behind any file as
 * modules have it.
 *
 * Hooks:
 *   bprm_check_security  before bpf/exec.bpf.c decides: of several programs on one hook that which was
 * attached last runs first, and the loader attaches this one last. What is found here is left for that
 * program; should it ever run first, it finds no answer, counts it, and on-error says what follows.
 *
 * A program of its own, as the two together would need more stack than there is. There are two of them, and
 * one at most is loaded: for kernels that read a file for a program, and for those that do not.
 */
#include "bpf/answer.bpf.h"
#include "bpf/certificate.h"
#include "bpf/evaluate.bpf.h"
#include "bpf/page_cache.bpf.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

extern int bpf_dynptr_from_file(struct file *file, __u32 flags, struct bpf_dynptr *ptr) __ksym __weak;
extern int bpf_dynptr_file_discard(struct bpf_dynptr *ptr) __ksym __weak;

#define EMBARGO_PROGRAM_TURNS 8192U /* bits of work for one file, at most */

/* One file whose signers are read. */
struct embargo_signing {
	struct embargo_program_walk walk;
	struct file *file;
};

static __noinline int embargo_dynptr_copy(struct file *file, struct embargo_program *program)
{
	struct bpf_dynptr bytes;
	__u32 size = program->size;
	__u64 at = program->at;
	int r = -1;

	EMBARGO_OPAQUE(size);
	if (size > EMBARGO_SIGNATURE_MAX || at > 0xffffffffULL - EMBARGO_SIGNATURE_MAX)
		return -1; /* further on than a program can ask for */
	if (!bpf_dynptr_from_file(file, 0, &bytes))
		r = bpf_dynptr_read(program->bytes, size, &bytes, at, 0);
	bpf_dynptr_file_discard(&bytes);
	return r ? -1 : 0;
}

EMBARGO_STEP embargo_dynptr_step(__u32 index, void *context)
{
	struct embargo_signing *signing = context;
	struct embargo_program *program = signing->walk.program;
	int what = embargo_program_turn(&signing->walk);

	if (what == EMBARGO_PROGRAM_READ)
		program->got = embargo_dynptr_copy(signing->file, program);
	return what == EMBARGO_PROGRAM_DONE;
}

/* Of what is not in memory all is read once, by having it hashed: there is no other way to have it read. */
static __noinline int embargo_cache_read(struct embargo_signing *signing)
{
	struct embargo_program *program = signing->walk.program;
	__u8 sha256[EMBARGO_SHA256_SIZE];

	if (!embargo_cache_copy(program, program->data))
		return 0;
	if (!program->pe && program->stage == EMBARGO_STAGE_TRAILER) {
		/* Hardly any file ends in a signature: not worth reading each of them for it. */
		embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_SIGNERS_ABSENT));
		program->stage = EMBARGO_STAGE_END;
		return 0;
	}
	if (program->filled)
		return -1;
	program->filled = 1;
	embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_HASHED));
	bpf_ima_file_hash(signing->file, sha256, sizeof(sha256));
	return embargo_cache_copy(program, program->data);
}

EMBARGO_STEP embargo_cache_turn(__u32 index, void *context)
{
	struct embargo_signing *signing = context;
	struct embargo_program *program = signing->walk.program;
	int what = embargo_program_turn(&signing->walk);

	if (what == EMBARGO_PROGRAM_READ)
		program->got = embargo_cache_read(signing);
	return what == EMBARGO_PROGRAM_DONE;
}

EMBARGO_STEP embargo_place_step(__u32 index, void *context)
{
	struct embargo_claim *claim = context;
	__u32 key = (claim->start + index) % EMBARGO_PROGRAMS;
	struct embargo_program_place *place = bpf_map_lookup_elem(&embargo_programs, &key);

	if (!place || __sync_val_compare_and_swap(&place->claimed, 0, 1))
		return 0;
	claim->key = key;
	return 1;
}

EMBARGO_GLOBAL __u32 embargo_place_claim(void)
{
	struct embargo_claim claim = {.start = bpf_get_smp_processor_id(), .key = EMBARGO_PROGRAMS};

	bpf_loop(EMBARGO_PROGRAMS, embargo_place_step, &claim, 0);
	return claim.key;
}

/* What was found, for the program that decides. */
EMBARGO_GLOBAL int embargo_signer_leave(struct embargo_program *program, __u64 inode, __u32 cause)
{
	struct embargo_signer_answer *answer = embargo_signer_place();

	if (!answer)
		return -1;
	answer->id = 0;
	answer->cause = cause;
	answer->rule = 0;
	if (program) {
		answer->rule = program->state.rule;
		answer->facts = program->state.facts;
	}
	answer->id = embargo_signer_id(inode);
	return 0;
}

static __always_inline void embargo_signer_count(const struct embargo_program *program)
{
	if (program->failed)
		embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_SIGNERS_UNREADABLE));
	else if (program->signatures)
		embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_SIGNERS_READ));
}

/* Begin with the file: how much of it there is. Returns the address of the inode that has the data. */
static __noinline __u64 embargo_signer_begin(struct file *file, struct embargo_program *program)
{
	struct embargo_eval_context eval = {};

	embargo_eval_file(&eval, file);
	embargo_program_begin(program, eval.data.size);
	if (embargo_traits(&eval) & EMBARGO_FS_USER_FUSE) {
		/* Whoever serves it could hold up the hook for as long as he likes. */
		program->failed = 1;
		program->stage = EMBARGO_STAGE_END;
	}
	return eval.data.address;
}

static __always_inline int embargo_signer_run(struct linux_binprm *bprm, int way)
{
	const struct embargo_image_header *header;
	struct embargo_program_place *place;
	struct embargo_signing signing = {};
	struct embargo_program *program;
	__u32 key, cause;
	__u64 inode;
	void *image = embargo_image(&header);

	if (!image || !header->program_signers)
		return 0;
	inode = embargo_address(bprm->file->f_inode);
	key = embargo_place_claim();
	place = bpf_map_lookup_elem(&embargo_programs, &key);
	if (!place) {
		embargo_signer_leave(NULL, inode, EMBARGO_CAUSE_STATE_LOST);
		return 0;
	}
	program = &place->program;
	program->data = embargo_signer_begin(bprm->file, program);
	signing.walk.walk.image = image;
	signing.walk.walk.header = header;
	signing.walk.walk.state = &program->state;
	signing.walk.walk.bytes.data = program->bytes;
	signing.walk.program = program;
	signing.file = bprm->file;
	program->pe = bprm->buf[0] == 'M' && bprm->buf[1] == 'Z';
	if (way == EMBARGO_FILES_PAGE_CACHE) {
		program->data = embargo_cache_of(program->data);
		bpf_loop(EMBARGO_PROGRAM_TURNS, embargo_cache_turn, &signing, 0);
	} else {
		bpf_loop(EMBARGO_PROGRAM_TURNS, embargo_dynptr_step, &signing, 0);
	}
	if (program->stage != EMBARGO_STAGE_END)
		program->failed = 1;
	embargo_signer_count(program);
	cause = embargo_program_finish(header, program);
	embargo_signer_leave(program, inode, cause);
	__sync_lock_test_and_set(&place->claimed, 0);
	return 0;
}

SEC("lsm.s/bprm_check_security")
int BPF_PROG(embargo_program_signer_dynptr, struct linux_binprm *bprm, int ret)
{
	return ret ?: embargo_signer_run(bprm, EMBARGO_FILES_DYNPTR);
}

SEC("lsm.s/bprm_check_security")
int BPF_PROG(embargo_program_signer_cache, struct linux_binprm *bprm, int ret)
{
	return ret ?: embargo_signer_run(bprm, EMBARGO_FILES_PAGE_CACHE);
}
