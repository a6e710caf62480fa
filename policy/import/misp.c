// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MISP: events, answers of its search, exported attributes. Attributes of one
 * object (name, size, hashes) are about one file; others each stand alone.
 */
#include <errno.h>
#include <string.h>

#include "policy/import/json.h"

struct misp {
	struct embargo_import *import;
	char info[EMBARGO_IMPORT_TEXT]; /* of the event that is read */
	char uuid[48];
};

static bool is_active(const struct misp *misp, const json_t *attribute)
{
	return (misp->import->options.all_attributes || embargo_json_truth(attribute, "to_ids", true)) &&
	       !embargo_json_truth(attribute, "deleted", false);
}

/* `value' of the type `filename|sha256' -> hash, name cut off into @name */
static const char *split_value(const char *value, char name[EMBARGO_IMPORT_TEXT])
{
	const char *bar = strrchr(value, '|');

	if (!bar)
		return value;
	snprintf(name, EMBARGO_IMPORT_TEXT, "%.*s", (int)(bar - value < 500 ? bar - value : 500), value);
	return bar + 1;
}

/* Hashes of files other than SHA-256, alone or behind a name. */
static bool is_weak(const char *type)
{
	static const char *const types[] = {
		"md5",	    "sha1",	"sha224",   "sha384",	"sha512",   "sha512/224", "sha512/256",
		"sha3-224", "sha3-256", "sha3-384", "sha3-512", "ssdeep",   "tlsh",	  "imphash",
		"impfuzzy", "vhash",	"pehash",   "cdhash",	"telfhash", NULL,
	};
	const char *bar = strchr(type, '|');
	int i;

	if (!strcmp(type, "malware-sample"))
		return true;
	if (bar && strncmp(type, "filename|", 9))
		return false;
	for (i = 0; types[i]; i++)
		if (!strcmp(bar ? bar + 1 : type, types[i]))
			return true;
	return false;
}

static bool is_part(const char *type)
{
	return !strcmp(type, "authentihash") || !strcmp(type, "filename|authentihash");
}

static int import_attribute(struct misp *misp, const json_t *attribute,
			    const struct embargo_import_entry *file)
{
	const char *type = embargo_json_text(attribute, "type"),
		   *value = embargo_json_text(attribute, "value");
	const char *comment = embargo_json_text(attribute, "comment");
	enum embargo_import_cause cause = EMBARGO_IMPORT_OTHER_KIND;
	struct embargo_import_entry entry = *file;
	char name[EMBARGO_IMPORT_TEXT] = "", match[100];
	__u8 digest[EMBARGO_SHA256_SIZE];

	entry.reason = *comment ? comment : misp->info;
	entry.source = misp->uuid;
	embargo_import_entry_read(misp->import);
	if (!is_active(misp, attribute)) {
		cause = EMBARGO_IMPORT_INACTIVE;
	} else if (!strcmp(type, "sha256") || !strcmp(type, "filename|sha256")) {
		value = split_value(value, name);
		entry.name = *name ? name : entry.name;
		return embargo_import_file_hash(misp->import, value, &entry);
	} else if (!strcmp(type, "x509-fingerprint-sha256") && !embargo_import_sha256(value, digest)) {
		snprintf(match, sizeof(match), "cert-sha256=%.64s", value + strspn(value, " \t\r\n"));
		return embargo_import_signer(misp->import, match, false, &entry);
	} else if (is_weak(type)) {
		cause = EMBARGO_IMPORT_WEAK;
	} else if (is_part(type)) {
		cause = EMBARGO_IMPORT_PART;
	} else if (!strcmp(type, "filename")) {
		cause = EMBARGO_IMPORT_NO_HASH;
	}
	embargo_import_skip(misp->import, cause, value);
	return 0;
}

/* Attributes of an object that only describe the file that another one names. */
static bool describes(const char *relation)
{
	static const char *const relations[] = {"filename", "size-in-bytes", "path",  "fullpath",
						"entropy",  "mimetype",	     "state", "compilation-timestamp",
						NULL};
	int i;

	for (i = 0; relations[i]; i++)
		if (!strcmp(relation, relations[i]))
			return true;
	return false;
}

static int import_object(struct misp *misp, const json_t *object, const struct embargo_import_entry *none)
{
	const json_t *attributes = json_object_get(object, "Attribute");
	struct embargo_import_entry entry = *none;
	const json_t *attribute;
	const char *relation;
	size_t i;
	int r = 0;

	entry.size = "";
	if (embargo_json_truth(object, "deleted", false)) {
		embargo_import_entry_read(misp->import);
		embargo_import_skip(misp->import, EMBARGO_IMPORT_INACTIVE, embargo_json_text(object, "uuid"));
		return 0;
	}
	for (i = 0; i < json_array_size(attributes); i++) {
		attribute = json_array_get(attributes, i);
		relation = embargo_json_text(attribute, "object_relation");
		if (!strcmp(relation, "filename"))
			entry.name = embargo_json_text(attribute, "value");
		else if (!strcmp(relation, "size-in-bytes"))
			entry.size = embargo_json_text(attribute, "value");
		else if (!strcmp(relation, "mimetype"))
			entry.formats = embargo_import_kind(embargo_json_text(attribute, "value"));
	}
	for (i = 0; i < json_array_size(attributes) && !r; i++) {
		attribute = json_array_get(attributes, i);
		if (!describes(embargo_json_text(attribute, "object_relation")) ||
		    strstr(embargo_json_text(attribute, "type"), "sha256"))
			r = import_attribute(misp, attribute, &entry);
	}
	return r;
}

/* One attribute or object, or a list of them. */
static int each(struct misp *misp, const json_t *value, const struct embargo_import_entry *none,
		int (*import)(struct misp *, const json_t *, const struct embargo_import_entry *))
{
	size_t i;
	int r = 0;

	if (!json_is_array(value))
		return import(misp, value, none);
	for (i = 0; i < json_array_size(value) && !r; i++)
		r = import(misp, json_array_get(value, i), none);
	return r;
}

static int import_value(void *context, const char *path, json_t *value)
{
	static const struct embargo_import_entry none = {.bytes = EMBARGO_SIZE_UNKNOWN};
	struct misp *misp = context;

	if (embargo_json_path_ends(path, "/Attribute/*"))
		return import_attribute(misp, value, &none);
	if (embargo_json_path_ends(path, "/Object/*"))
		return import_object(misp, value, &none);
	if (embargo_json_path_ends(path, "*/Attribute"))
		return each(misp, value, &none, import_attribute);
	if (embargo_json_path_ends(path, "*/Object"))
		return each(misp, value, &none, import_object);
	if (embargo_json_path_ends(path, "Event/info"))
		embargo_import_clean(json_string_value(value), misp->info, sizeof(misp->info));
	if (embargo_json_path_ends(path, "Event/uuid"))
		embargo_import_clean(json_string_value(value), misp->uuid, sizeof(misp->uuid));
	return 0;
}

static void begin(void *context, const char *path)
{
	struct misp *misp = context;

	if (embargo_json_path_ends(path, "/Event"))
		*misp->info = *misp->uuid = 0;
}

/*
 * {"Event": …}, [{"Event": …}, …], {"response": […]}, {"response": {"Attribute": […]}}; a search for
 * objects or attributes answers with a list, each of them an object of one key: those are values.
 */
static bool enter(const char *path)
{
	static const char *const roots[] = {"", "/*", "/response", "/response/*", NULL};
	size_t size;
	int i;

	for (i = 0; roots[i]; i++) {
		size = strlen(roots[i]);
		if (strncmp(path, roots[i], size))
			continue;
		if (size && path[size - 1] == '*' &&
		    (!strcmp(path + size, "/Attribute") || !strcmp(path + size, "/Object")))
			return false;
		if (!path[size] || !strcmp(path + size, "/Event") || !strcmp(path + size, "/Attribute") ||
		    !strcmp(path + size, "/Object") || !strcmp(path + size, "/Event/Attribute") ||
		    !strcmp(path + size, "/Event/Object"))
			return true;
	}
	return false;
}

int embargo_import_misp(struct embargo_feed *feed)
{
	static const struct embargo_json_visitor visitor = {
		.enter = enter, .value = import_value, .begin = begin};
	struct misp misp = {.import = feed->import};

	return embargo_json_walk(feed, &visitor, &misp);
}
