/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a scan found, as a bill of materials: CycloneDX 1.5, JSON. */
#ifndef EMBARGO_USERSPACE_SCAN_SBOM_H
#define EMBARGO_USERSPACE_SCAN_SBOM_H

#include "userspace/scan/finding.h"

struct embargo_scan_sbom;

/* To @path ("-" is a file of that name), when it is finished; reports what fails. */
int embargo_scan_sbom_new(const struct embargo_ruleset *set, const char *path,
			  struct embargo_scan_sbom **ret_sbom);
void embargo_scan_sbom_free(struct embargo_scan_sbom *sbom);
EMBARGO_CLEANUP(struct embargo_scan_sbom, embargo_scan_sbom_free);
/* For embargo_findings_watch(). */
void embargo_scan_sbom_watch(void *context, const struct embargo_finding *finding);
/* Puts it in its place, whole. -errno; reported */
int embargo_scan_sbom_finish(struct embargo_scan_sbom *sbom);

#endif
