// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules of Santa (macOS), as its sync protocol and `santactl rule --import' take them: files and
 * certificates. */
#include <string.h>

#include "policy/export/private.h"

static int begin(struct embargo_export *export)
{
	fputs("{\"rules\":[", export->out);
	return 0;
}

static int write_rule(struct embargo_export *export, const struct embargo_rule *rule)
{
	const char *source = embargo_string(export->set, rule->source), *type = "BINARY";
	char hex[EMBARGO_EXPORT_HEX], message[600];
	json_t *item;

	if (rule->match == EMBARGO_MATCH_CERT_SHA256)
		type = "CERTIFICATE";
	else if (!embargo_export_is_hash(rule))
		return embargo_export_note(export, rule, EMBARGO_EXPORT_NO_KIND);
	item = json_object();
	embargo_export_json(item, "identifier", embargo_export_hex(rule, hex));
	embargo_export_json(item, "policy", "BLOCKLIST");
	embargo_export_json(item, "rule_type", type);
	snprintf(message, sizeof(message), "%.250s%s%.250s", embargo_string(export->set, rule->name),
		 rule->name && rule->reason ? ": " : "", embargo_string(export->set, rule->reason));
	embargo_export_json(item, "custom_msg", message);
	if (!strncmp(source, "https://", 8))
		embargo_export_json(item, "custom_url", source);
	return embargo_export_json_item(export, item, export->counts.written ? ",\n" : "\n");
}

static int end(struct embargo_export *export)
{
	fputs("\n]}\n", export->out);
	return 0;
}

const struct embargo_exporter embargo_exporter_santa = {
	.name = "santa",
	.loses = 1U << EMBARGO_EXPORT_SIZE | 1U << EMBARGO_EXPORT_KIND | 1U << EMBARGO_EXPORT_EXPIRES,
	.begin = begin,
	.rule = write_rule,
	.end = end,
};
