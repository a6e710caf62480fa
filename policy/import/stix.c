// SPDX-License-Identifier: GPL-2.0-or-later
/* STIX 2.1 (and 2.0) bundles: indicators with patterns, and file objects; packages of STIX 1 too. */
#include <errno.h>
#include <string.h>

#include "policy/import/json.h"
#include "policy/import/stix.h"
#include "policy/stix.h"

/* Objects that only tell of others. */
static const char *const about[] = {
	"attack-pattern",
	"campaign",
	"course-of-action",
	"extension-definition",
	"grouping",
	"identity",
	"infrastructure",
	"intrusion-set",
	"location",
	"malware",
	"malware-analysis",
	"language-content",
	"marking-definition",
	"note",
	"opinion",
	"relationship",
	"report",
	"sighting",
	"threat-actor",
	"tool",
	"vulnerability",
	NULL,
};

/* Both spellings of the key, and lower case. */
static const char *hashes_sha256(const json_t *hashes)
{
	const char *key, *found = NULL;
	json_t *value;

	json_object_foreach((json_t *)hashes, key, value) if (embargo_import_same(key, "SHA-256")) found =
		json_string_value(value);
	return found;
}

static int import_file(struct embargo_import *import, const json_t *file)
{
	const json_t *hashes = json_object_get(file, "hashes");
	const char *sha256 = hashes_sha256(hashes);
	char digits[24];
	struct embargo_import_entry entry = {
		.name = embargo_json_text(file, "name"),
		.size = embargo_json_digits(file, "size", digits),
		.source = embargo_json_text(file, "id"),
		.formats = embargo_import_kind(embargo_json_text(file, "mime_type")),
	};

	embargo_import_entry_read(import);
	if (sha256)
		return embargo_import_file_hash(import, sha256, &entry);
	embargo_import_skip(import, json_object_size(hashes) ? EMBARGO_IMPORT_WEAK : EMBARGO_IMPORT_NO_HASH,
			    *entry.name ? entry.name : entry.source);
	return 0;
}

static int import_way(struct embargo_import *import, const struct embargo_pattern_way *way,
		      struct embargo_import_entry *entry, const char *pattern)
{
	enum embargo_import_cause cause = EMBARGO_IMPORT_NO_HASH;
	const char *name = entry->name;
	int r;

	embargo_import_entry_read(import);
	if (way->sha256 && !way->more) {
		entry->name = way->name ?: name;
		entry->size = way->size ?: "";
		r = embargo_import_file_hash(import, way->sha256, entry);
		entry->name = name;
		return r;
	}
	if (!way->file)
		cause = EMBARGO_IMPORT_OTHER_KIND;
	else if (way->sha256)
		cause = EMBARGO_IMPORT_CONDITION;
	else if (way->weak)
		cause = EMBARGO_IMPORT_WEAK;
	embargo_import_skip(import, cause, way->sha256 ?: way->weak ?: pattern);
	return 0;
}

static void skip(struct embargo_import *import, enum embargo_import_cause cause, const char *what)
{
	embargo_import_entry_read(import);
	embargo_import_skip(import, cause, what);
}

static bool is_benign(const json_t *indicator)
{
	const json_t *types = json_object_get(indicator, "indicator_types");
	size_t i;

	for (i = 0; i < json_array_size(types); i++)
		if (embargo_import_same(json_string_value(json_array_get(types, i)) ?: "", "benign"))
			return true;
	return false;
}

static int import_indicator(struct embargo_import *import, const json_t *indicator)
{
	_cleanup_(embargo_pattern_free) struct embargo_pattern pattern = {};
	const char *text = embargo_json_text(indicator, "pattern");
	const char *language = embargo_json_text(indicator, "pattern_type");
	struct embargo_import_entry entry = {
		.reason = embargo_json_text(indicator, "name"),
		.source = embargo_json_text(indicator, "id"),
		.expires = embargo_json_text(indicator, "valid_until"),
	};
	const json_t *own = json_object_get(indicator, EMBARGO_STIX_OWN);
	size_t i;
	int r;

	if (json_is_object(own))
		entry = (struct embargo_import_entry){
			.name = embargo_json_text(own, "name"),
			.reason = embargo_json_text(own, "reason"),
			.source = embargo_json_text(own, "source"),
			.authority = embargo_json_text(own, "authority"),
			.scope = embargo_json_text(own, "scope"),
			.effective = embargo_json_text(own, "effective"),
			.cpe = embargo_json_text(own, "cpe"),
			.expires = entry.expires,
			.formats = embargo_import_kind(embargo_json_text(own, "format")),
		};
	if (embargo_json_truth(indicator, "revoked", false) || is_benign(indicator)) {
		skip(import, EMBARGO_IMPORT_INACTIVE, *entry.source ? entry.source : text);
		return 0;
	}
	if (*language && !embargo_import_same(language, "stix")) {
		skip(import, EMBARGO_IMPORT_OTHER_KIND, language);
		return 0;
	}
	r = embargo_pattern_parse(text, &pattern);
	if (r == -ENOMEM)
		return embargo_import_fail(import, r, "%s", strerror(ENOMEM));
	if (r)
		skip(import, EMBARGO_IMPORT_MALFORMED, *text ? text : entry.source);
	for (i = 0, r = 0; i < pattern.count && !r; i++)
		r = import_way(import, &pattern.ways[i], &entry, text);
	return r;
}

/* The way of STIX 2.0: objects within the observation. */
static int import_observed(struct embargo_import *import, const json_t *observed)
{
	json_t *objects = json_object_get(observed, "objects"), *object;
	const char *key;
	int r = 0;

	json_object_foreach(objects, key, object) if (!r && !strcmp(embargo_json_text(object, "type"),
								    "file")) r = import_file(import, object);
	return r;
}

static int import_object(void *context, const char *path, json_t *object)
{
	const char *type = embargo_json_text(object, "type");
	struct embargo_import *import = context;
	size_t i;

	if (!strcmp(path, "/indicators/*"))
		return embargo_import_stix1_indicator(import, object);
	if (!strcmp(path, "/observables/observables/*"))
		return embargo_import_stix1_observable(import, object);
	if (!strncmp(path, "/observables/", 13) || !embargo_json_path_ends(path, "/*"))
		return 0; /* type, id and so on of the bundle */
	if (!strcmp(type, "indicator"))
		return import_indicator(import, object);
	if (!strcmp(type, "observed-data"))
		return import_observed(import, object);
	if (!strcmp(type, "file")) {
		if (!embargo_json_truth(object, "revoked", false))
			return import_file(import, object);
		skip(import, EMBARGO_IMPORT_INACTIVE, embargo_json_text(object, "id"));
		return 0;
	}
	for (i = 0; about[i]; i++)
		if (!strcmp(type, about[i]))
			return 0;
	skip(import, *type ? EMBARGO_IMPORT_OTHER_KIND : EMBARGO_IMPORT_MALFORMED, type);
	return 0;
}

/* A bundle or a TAXII envelope, or a package of STIX 1; a bare list of objects is gone into anyway. */
static bool enter(const char *path)
{
	return !strcmp(path, "/objects") || !strcmp(path, "/indicators") || !strcmp(path, "/observables") ||
	       !strcmp(path, "/observables/observables");
}

int embargo_import_stix(struct embargo_feed *feed)
{
	static const struct embargo_json_visitor visitor = {.enter = enter, .value = import_object};

	return embargo_json_walk(feed, &visitor, feed->import);
}
