/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How what is in force is shown. */
#ifndef EMBARGO_USERSPACE_CLI_STATUS_H
#define EMBARGO_USERSPACE_CLI_STATUS_H

#include <jansson.h>
#include <stdio.h>

#include "loader/loader.h"
#include "policy/policy.h"
#include "userspace/check/modules.h"
#include "userspace/watch/watch.h"

/* "12 rules: 10 hash, 2 path" */
void embargo_rules_by_kind(const struct embargo_image_header *header, FILE *out);

/*
 * status_host.c: what of the host decides how much the policy in force is worth. @told: by the daemon
 * (userspace/daemon/status.h), NULL: find it out. To be released; NULL: no memory. Its keys become keys of
 *the JSON object: "enforcing"	a ban is refused here and now
 *	"since"		when the policy was put in force, or null
 *	"daemon"	{"runs", "pid"}; null: not known without root
 *	"last_denial"	{"time", "message"}, or null
 *	"sealed"	whether root is kept from undoing it
 *	"seal"		{"since", "keys", "unsigned_modules", "refused": {"map", …}}, or null
 *	"hooks_expected" so many must be attached; 0: not known
 *	"ftrace_enabled" false: attached programs are not called
 *	"trust"		{"certificates", "why"}: null and why, if they cannot be read
 *	"signatures"	of each file in force {"file", "valid", "signer", "why"}
 */
json_t *embargo_status_host(const struct embargo_status *status, const struct embargo_policydb *policydb,
			    const json_t *told);

/* What is shown; each part may be NULL: not known, or none. */
struct embargo_status_view {
	const struct embargo_status *status;
	const struct embargo_policydb *policydb;      /* of the policy in force */
	const struct embargo_loaded_modules *modules; /* evaluated by it */
	const struct embargo_watch_shared *watch;     /* what watches for new files */
	const json_t *boot;			      /* embargo_boot_state() */
	const json_t *host;			      /* embargo_status_host() */
};

/* status_text.c: at a glance; status_verbose.c: the rest, for who looks closer */
void embargo_status_text(const struct embargo_status_view *view, FILE *out);
void embargo_status_verbose(const struct embargo_status_view *view, FILE *out);
/* status_json.c */
json_t *embargo_status_json(const struct embargo_status_view *view);

#endif
