// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules of Santa (macOS): what its sync protocol sends, `santactl rule --export', static rules. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "policy/import/json.h"
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

static int import_rule(void *context, const char *path, json_t *value)
{
	struct embargo_santa_rule rule = {
		.identifier = embargo_json_text(value, "identifier"),
		.policy = embargo_json_text(value, "policy"),
		.type = embargo_json_text(value, "rule_type"),
		.message = embargo_json_text(value, "custom_msg"),
		.url = embargo_json_text(value, "custom_url"),
	};

	if (!embargo_json_path_ends(path, "/*"))
		return 0; /* cursor and the like */
	if (!*rule.identifier)
		rule.identifier = embargo_json_text(value, "sha256");
	return embargo_santa_import(context, &rule);
}

static bool enter(const char *path)
{
	return !strcmp(path, "/rules");
}

int embargo_import_santa(struct embargo_feed *feed)
{
	static const struct embargo_json_visitor visitor = {.enter = enter, .value = import_rule};
	const unsigned char *at;
	int r = feed->at == feed->end ? embargo_feed_fill(feed) : 1;

	if (r < 0)
		return r;
	for (at = feed->at; at < feed->end && isspace(*at);)
		at++;
	if (at < feed->end && *at == '<')
		return embargo_santa_plist(feed);
	if (at < feed->end && *at != '{' && (*at != '[' || (at + 1 < feed->end && at[1] == '[')))
		return embargo_santa_toml(feed);
	return embargo_json_walk(feed, &visitor, feed->import);
}
