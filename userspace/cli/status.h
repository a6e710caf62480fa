/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How what is in force is shown. */
#ifndef EMBARGO_USERSPACE_CLI_STATUS_H
#define EMBARGO_USERSPACE_CLI_STATUS_H

#include <jansson.h>
#include <stdio.h>

#include "loader/loader.h"
#include "policy/policy.h"
#include "userspace/check/modules.h"

/* "12 rules: 10 hash, 2 path" */
void embargo_rules_by_kind(const struct embargo_image_header *header, FILE *out);

/*
 * status_text.c, status_json.c; @policydb: of the policy in force, or NULL; @modules: loaded ones, evaluated
 * by it, in JSON or NULL
 */
void embargo_status_text(const struct embargo_status *status, const struct embargo_policydb *policydb,
			 const struct embargo_loaded_modules *modules, const json_t *boot, FILE *out);
json_t *embargo_status_json(const struct embargo_status *status, const struct embargo_policydb *policydb,
			    const struct embargo_loaded_modules *modules);

#endif
