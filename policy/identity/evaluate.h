/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's verdict on a file, given here: what each hook of bpf/ would find,
 * by the same lookups in the same image. Of what is not in the file itself it is
 * assumed that all goes well: the kernel can hash it, and nobody writes to it.
 */
#ifndef EMBARGO_POLICY_IDENTITY_EVALUATE_H
#define EMBARGO_POLICY_IDENTITY_EVALUATE_H

#include "bpf/image.h"
#include "policy/identity/identity.h"

#define EMBARGO_HOOK_BIT(hook) (1U << (hook))

/* What one hook would find. */
struct embargo_outcome {
	embargo_packed_rule rule; /* that decides; 0: none */
	__u8 cause;		  /* enum embargo_cause: what kept a rule from being asked */
	__u8 action;		  /* enum embargo_action: what the rule, or else on-error, says */
};

struct embargo_evaluation {
	struct embargo_outcome hooks[EMBARGO_HOOK_MAX];
	__u32 asked;   /* hooks that this file would meet, as a set of EMBARGO_HOOK_BIT() */
	__u32 refused; /* of these: would refuse it in enforce mode */
	__u8 decider;  /* the hook whose outcome stands for the file: refusing before auditing before allowing
			*/
	struct embargo_outcome outcome; /* of the decider */
};

/*
 * By what was read of the file, EMBARGO_WANT_BYTES included. Hooks:
 *   EXEC, MMAP, MPROTECT	run or mapped, as program, script or library
 *   OPEN			read by a named interpreter, if the policy names any
 *   READ_FILE			as stored, loaded as a module (if it could be one),
 *				else as firmware or for kexec
 *   POST_READ_FILE		the plain bytes, by finit_module
 *   POST_LOAD_DATA		the plain bytes, by init_module
 */
void embargo_evaluate(const void *image, const struct embargo_identity *identity,
		      struct embargo_evaluation *ret_evaluation);

/* The rule for a path as the kernel sees it; 0: none. */
embargo_packed_rule embargo_evaluate_path(const void *image, const char *path);

#endif
