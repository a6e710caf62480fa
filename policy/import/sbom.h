/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a bill of materials says of one component, whichever of its formats. */
#ifndef EMBARGO_POLICY_IMPORT_SBOM_H
#define EMBARGO_POLICY_IMPORT_SBOM_H

#include "policy/import/private.h"

struct embargo_sbom_component {
	const char *name;
	const char *version;
	const char *supplier; /* "" if it is not said; so are the others */
	const char *purl;
	const char *cpe;
	const char *sha256;
	const char *weak; /* another hash */
	__u32 formats;
	bool inside; /* it is part of a component that falls under the policy */
};

/* sbom_match.c: does it fall under a ban of the policy, by supplier, purl, CPE or hash? */
bool embargo_sbom_banned(const struct embargo_ruleset *set, const struct embargo_sbom_component *component);
/* The name of a package of dpkg, rpm or apk in a purl; "": it is of another kind */
void embargo_sbom_package(const char *purl, char ret_name[EMBARGO_IMPORT_TEXT]);

#endif
