// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules of Santa (macOS): what its sync protocol sends, `santactl rule --export', static rules. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "policy/import/json.h"
#include "policy/import/santa.h"

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
