// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The signatures of a program as the kernel reads them when it is executed: found and walked by its own code
 * (bpf/program.h, bpf/certificate.h), out of a descriptor instead of a file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/certificate.h"
#include "policy/identity/private.h"

static int keep(struct embargo_identity *identity, const struct embargo_program *program)
{
	size_t count = identity->program_signature_count;
	struct embargo_signature_bytes *more =
		realloc(identity->program_signatures, (count + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	identity->program_signatures = more;
	more[count].size = program->size;
	more[count].bytes = malloc(program->size);
	if (!more[count].bytes)
		return -ENOMEM;
	memcpy(more[count].bytes, program->bytes, program->size);
	identity->program_signature_count++;
	return 0;
}

int embargo_program_read(int fd, struct embargo_identity *identity)
{
	_cleanup_free_ struct embargo_program *program = calloc(1, sizeof(*program));
	int got = 0, what, r = 0;

	if (!program)
		return -ENOMEM;
	embargo_program_begin(program, identity->digests.size);
	while (!r && (what = embargo_program_next(program, got)) != EMBARGO_PROGRAM_DONE) {
		got = 0;
		if (what == EMBARGO_PROGRAM_SIGNATURE)
			r = keep(identity, program);
		else
			got = embargo_pe_bytes(fd, program->at, program->bytes, program->size) ? -1 : 0;
	}
	identity->program_unreadable = program->failed;
	return r;
}

embargo_packed_rule embargo_program_rule(void *image, const struct embargo_image_header *header,
					 const struct embargo_identity *identity,
					 enum embargo_cause *ret_cause)
{
	_cleanup_free_ struct embargo_program *program = calloc(1, sizeof(*program));
	struct embargo_program_walk walk = {.program = program};
	size_t i;

	if (!program) {
		/* As the kernel says it when it has no room. */
		*ret_cause = EMBARGO_CAUSE_STATE_LOST;
		return 0;
	}
	embargo_program_begin(program, identity->digests.size);
	program->failed = identity->program_unreadable;
	program->signatures = identity->program_signature_count;
	walk.walk = (struct embargo_walk){
		.image = image, .header = header, .state = &program->state, .bytes.data = program->bytes};
	for (i = 0; i < identity->program_signature_count; i++) {
		program->size = identity->program_signatures[i].size;
		memcpy(program->bytes, identity->program_signatures[i].bytes, program->size);
		embargo_program_open(&walk);
		while (!embargo_program_step(&walk))
			;
		embargo_program_close(program);
	}
	*ret_cause = embargo_program_finish(header, program);
	return program->state.rule;
}
