/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scan --enforce: files that were found to fall under a rule that the kernel cannot
 * match become entries of the policy in force, so that it refuses them from now on.
 */
#ifndef EMBARGO_USERSPACE_SCAN_ENFORCE_H
#define EMBARGO_USERSPACE_SCAN_ENFORCE_H

#include "userspace/scan/finding.h"

struct embargo_scan_enforce;

/* 0, or -errno, reported: @evaluator must be the policy in force */
int embargo_scan_enforce_new(const struct embargo_evaluator *evaluator,
			     struct embargo_scan_enforce **ret_enforce);
void embargo_scan_enforce_free(struct embargo_scan_enforce *enforce);
EMBARGO_CLEANUP(struct embargo_scan_enforce, embargo_scan_enforce_free);

/* Keep what is to be pinned of a finding; for embargo_findings_watch(), with the enforce as context. */
void embargo_scan_enforce_watch(void *enforce, const struct embargo_finding *finding);

/*
 * Put it into the policy in force, once, at the end. What this host needs to boot
 * and to be repaired is refused, loudly, and the rest goes on. *@ret_pinned: files
 * that were not known before. *@ret_generation, which may be NULL: of the policy in force, if there are any.
 * -errno, reported: nothing was changed.
 */
int embargo_scan_enforce_publish(struct embargo_scan_enforce *enforce, __u64 *ret_pinned,
				 uint64_t *ret_generation);
/* Is it to be pinned, and is it, once that was published: a finding with this content, for rule number @rule?
 */
bool embargo_scan_enforce_has(const struct embargo_scan_enforce *enforce, __u32 rule,
			      const struct embargo_digests *digests);

#endif
