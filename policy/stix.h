/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What our exporter of STIX writes for our importer. */
#ifndef EMBARGO_POLICY_STIX_H
#define EMBARGO_POLICY_STIX_H

/* A custom property (STIX 2.1, section 11.1) with the words of the rule. */
#define EMBARGO_STIX_OWN "x_embargo_rule"

#endif
