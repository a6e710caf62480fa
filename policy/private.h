/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of policy/ itself share, and no folder of it may use. */
#ifndef EMBARGO_POLICY_PRIVATE_H
#define EMBARGO_POLICY_PRIVATE_H

#include "policy/array.h"
#include "policy/state.h"

/* policy.c: embargo_policy_resolve(), but 1: something came to be or changed */
int embargo_policy_resolve_new(struct embargo_policy *policy, __u32 rule,
			       const __u8 sha256[EMBARGO_SHA256_SIZE], __u64 size, __u32 formats);

/* diag.c */
void embargo_diagnostics_free(struct embargo_diagnostics *diagnostics);

#endif
