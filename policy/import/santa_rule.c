// SPDX-License-Identifier: GPL-2.0-or-later
/* One rule of Santa: which of them ban something that can run here. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "policy/import/santa.h"

/* Old and new names of what a rule says. */
static bool is_one(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (!strcasecmp(text, *words))
			return true;
	return false;
}

static const char *const blocking[] = {"BLOCKLIST", "SILENT_BLOCKLIST", "BLACKLIST", "SILENT_BLACKLIST",
				       NULL};
static const char *const allowing[] = {"ALLOWLIST", "ALLOWLIST_COMPILER", "WHITELIST", "WHITELIST_COMPILER",
				       NULL};
static const char *const foreign[] = {"TEAMID", "SIGNINGID", "CDHASH", NULL};

int embargo_santa_import(struct embargo_import *import, const struct embargo_santa_rule *rule)
{
	struct embargo_import_entry entry = {
		.reason = rule->message,
		.source = rule->url,
		.bytes = EMBARGO_SIZE_UNKNOWN,
	};
	enum embargo_import_cause cause = EMBARGO_IMPORT_MALFORMED;
	__u8 digest[EMBARGO_SHA256_SIZE];
	char match[100];

	embargo_import_entry_read(import);
	if (!strcasecmp(rule->policy, "CEL")) {
		cause = EMBARGO_IMPORT_CEL;
	} else if (is_one(rule->policy, allowing)) {
		cause = EMBARGO_IMPORT_ALLOWS;
	} else if (!strcasecmp(rule->policy, "REMOVE")) {
		cause = EMBARGO_IMPORT_INACTIVE;
	} else if (is_one(rule->policy, blocking)) {
		if (!strcasecmp(rule->type, "BINARY"))
			return embargo_import_file_hash(import, rule->identifier, &entry);
		if (is_one(rule->type, foreign))
			cause = EMBARGO_IMPORT_OTHER_SYSTEM;
		if (!strcasecmp(rule->type, "CERTIFICATE") &&
		    !embargo_import_sha256(rule->identifier, digest)) {
			snprintf(match, sizeof(match), "cert-sha256=%.64s",
				 rule->identifier + strspn(rule->identifier, " \t\r\n"));
			return embargo_import_signer(import, match, false, &entry);
		}
	}
	embargo_import_skip(import, cause, *rule->identifier ? rule->identifier : rule->type);
	return 0;
}
