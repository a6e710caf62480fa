// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A bundle of STIX 2.1: an indicator for each hash. Identifiers follow from what is banned, so that an
 * indicator keeps its own from one export to the next.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "policy/export/private.h"
#include "policy/stix.h"
#include "policy/uuid.h"

#define AUTHOR "embargo policy export"

static const char *moment(time_t now, char text[32])
{
	struct tm day;

	gmtime_r(&now, &day);
	strftime(text, 32, "%Y-%m-%dT%H:%M:%S.000Z", &day);
	return text;
}

static json_t *object_new(const struct embargo_export *export, const char *type, const char *of)
{
	char uuid[EMBARGO_UUID_TEXT], id[80], now[32];
	json_t *object = json_object();

	if (!object || embargo_uuid(of, strlen(of), uuid)) {
		json_decref(object);
		return NULL;
	}
	snprintf(id, sizeof(id), "%s--%s", type, uuid);
	moment(export->options->now, now);
	embargo_export_json(object, "type", type);
	embargo_export_json(object, "spec_version", "2.1");
	embargo_export_json(object, "id", id);
	embargo_export_json(object, "created", now);
	embargo_export_json(object, "modified", now);
	return object;
}

static int begin(struct embargo_export *export)
{
	char uuid[EMBARGO_UUID_TEXT], now[32], of[64];
	json_t *author = object_new(export, "identity", AUTHOR);
	int r;

	snprintf(of, sizeof(of), "bundle %s", moment(export->options->now, now));
	r = embargo_uuid(of, strlen(of), uuid);
	if (!author || r)
		return r ?: -ENOMEM;
	embargo_export_json(author, "name", AUTHOR);
	embargo_export_json(author, "identity_class", "system");
	fprintf(export->out, "{\"type\":\"bundle\",\"id\":\"bundle--%s\",\"objects\":[\n", uuid);
	return embargo_export_json_item(export, author, "");
}

/* The source, as a reference that others can follow. */
static json_t *references(const char *source)
{
	json_t *list = json_array(), *reference = json_object();

	embargo_export_json(reference, "source_name", "source of the rule");
	embargo_export_json(reference, strncmp(source, "https://", 8) ? "description" : "url", source);
	json_array_append_new(list, reference);
	return list;
}

/* The rule's own words, for who imports it again; others pass over what they do not know. */
static json_t *own(const struct embargo_ruleset *set, const struct embargo_rule *rule)
{
	static const char *const remarks[] = {"scope", "effective", "cpe", NULL};
	char value[EMBARGO_VALUE_MAX], formats[EMBARGO_FORMATS_TEXT];
	json_t *object = json_object();
	int i;

	embargo_export_json(object, "name", embargo_string(set, rule->name));
	embargo_export_json(object, "reason", embargo_string(set, rule->reason));
	embargo_export_json(object, "source", embargo_string(set, rule->source));
	embargo_export_json(object, "authority", embargo_rule_authority(set, rule));
	if (rule->formats != EMBARGO_FORMAT_ANY)
		embargo_export_json(object, "format", embargo_formats_text(rule->formats, formats));
	for (i = 0; remarks[i]; i++)
		embargo_export_json(object, remarks[i], embargo_rule_remark(set, rule, remarks[i], value));
	return object;
}

static void indicator_fill(const struct embargo_export *export, const struct embargo_rule *rule,
			   json_t *indicator)
{
	const struct embargo_ruleset *set = export->set;
	const char *authority = embargo_rule_authority(set, rule);
	char title[300], day[16], until[40], now[32];

	embargo_export_json(indicator, "name", embargo_export_title(set, rule, title, sizeof(title)));
	embargo_export_json(indicator, "description", embargo_string(set, rule->reason));
	embargo_export_json(indicator, "pattern_type", "stix");
	embargo_export_json(indicator, "valid_from", moment(export->options->now, now));
	if (*embargo_export_expires(rule, day)) {
		snprintf(until, sizeof(until), "%sT23:59:59Z", day);
		embargo_export_json(indicator, "valid_until", until);
	}
	if (rule->source)
		json_object_set_new(indicator, "external_references",
				    references(embargo_string(set, rule->source)));
	if (*authority)
		json_object_set_new(indicator, "labels", json_pack("[s]", authority));
	json_object_set_new(indicator, EMBARGO_STIX_OWN, own(set, rule));
}

static int write_rule(struct embargo_export *export, const struct embargo_rule *rule)
{
	char hex[EMBARGO_EXPORT_HEX], size[48] = "", pattern[200];
	json_t *indicator;

	if (!embargo_export_is_hash(rule))
		return embargo_export_note(export, rule, EMBARGO_EXPORT_NO_KIND);
	if (rule->size != EMBARGO_SIZE_UNKNOWN)
		snprintf(size, sizeof(size), " AND file:size = %" PRIu64, (uint64_t)rule->size);
	snprintf(pattern, sizeof(pattern), "[file:hashes.'SHA-256' = '%s'%s]", embargo_export_hex(rule, hex),
		 size);
	indicator = object_new(export, "indicator", pattern);
	if (!indicator)
		return -ENOMEM;
	embargo_export_json(indicator, "pattern", pattern);
	indicator_fill(export, rule, indicator);
	return embargo_export_json_item(export, indicator, ",\n");
}

static int end(struct embargo_export *export)
{
	fputs("\n]}\n", export->out);
	return 0;
}

const struct embargo_exporter embargo_exporter_stix = {
	.name = "stix",
	.loses = 1U << EMBARGO_EXPORT_KIND,
	.begin = begin,
	.rule = write_rule,
	.end = end,
};
