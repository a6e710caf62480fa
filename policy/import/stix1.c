// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * STIX 1.1 and 1.2 in JSON, as python-stix writes it: indicators, observables and what they are
 * composed of. A value is text, a list, or an object that has it as "value"; "##comma##" is between
 * several values in one text.
 */
#include <errno.h>
#include <string.h>

#include "policy/import/json.h"
#include "policy/import/stix.h"

#define DEPTH 32

/* What holds for all that is below an indicator. */
struct context {
	struct embargo_import *import;
	struct embargo_import_entry entry;
	bool refused; /* negated, or one of several that must all be seen */
};

static int skip(const struct context *context, enum embargo_import_cause cause, const char *what)
{
	embargo_import_entry_read(context->import);
	embargo_import_skip(context->import, cause, what);
	return 0;
}

/* A text, or the "value" of an object; the first of a list. */
static const char *text_of(const json_t *value)
{
	if (json_is_object(value))
		value = json_object_get(value, "value");
	if (json_is_array(value))
		value = json_array_get(value, 0);
	return json_string_value(value) ?: "";
}

/* Are all values of @hash Equals? Nothing said means so. */
static bool is_equal(const json_t *value)
{
	const char *condition = embargo_json_text(value, "condition");

	return !*condition || embargo_import_same(condition, "Equals");
}

static int import_value(const struct context *context, const char *value, bool sha256)
{
	__u8 digest[EMBARGO_SHA256_SIZE];

	if (!sha256 && embargo_import_sha256(value, digest))
		return skip(context, EMBARGO_IMPORT_WEAK, value);
	if (context->refused)
		return skip(context, EMBARGO_IMPORT_CONDITION, value);
	embargo_import_entry_read(context->import);
	return embargo_import_file_hash(context->import, value, &context->entry);
}

/* All values that are given for one hash. */
static int import_values(const struct context *context, const json_t *value, bool sha256)
{
	const json_t *inner = json_is_object(value) ? json_object_get(value, "value") : value;
	_cleanup_free_ char *copy = NULL;
	char *at, *comma;
	size_t i;
	int r = 0;

	if (json_is_array(inner)) {
		for (i = 0; i < json_array_size(inner) && !r; i++)
			r = import_value(context, text_of(json_array_get(inner, i)), sha256);
		return r;
	}
	copy = strdup(text_of(value));
	if (!copy)
		return embargo_import_fail(context->import, -ENOMEM, "%s", strerror(ENOMEM));
	for (at = copy; at && !r; at = comma ? comma + strlen("##comma##") : NULL) {
		comma = strstr(at, "##comma##");
		if (comma)
			*comma = 0;
		r = import_value(context, at, sha256);
	}
	return r;
}

static bool is_sha256(const json_t *hash)
{
	return embargo_import_same(text_of(json_object_get(hash, "type")), "SHA256");
}

static int import_file(struct context context, const json_t *properties)
{
	const json_t *hashes = json_object_get(properties, "hashes"), *hash, *value;
	bool strong = false;
	char digits[24];
	size_t i;
	int r = 0;

	context.entry.name = text_of(json_object_get(properties, "file_name"));
	context.entry.size = embargo_json_digits(properties, "size_in_bytes", digits);
	for (i = 0; i < json_array_size(hashes) && !r; i++) {
		hash = json_array_get(hashes, i);
		value = json_object_get(hash, "simple_hash_value");
		if (!is_sha256(hash))
			continue;
		strong = true;
		context.refused |= !is_equal(value);
		r = import_values(&context, value, true);
	}
	if (strong || r)
		return r;
	if (!json_array_size(hashes))
		return skip(&context, EMBARGO_IMPORT_NO_HASH, context.entry.name);
	return import_values(&context, json_object_get(json_array_get(hashes, 0), "simple_hash_value"),
			     false);
}

static int import_observable(struct context context, const json_t *observable, int depth);

static int import_composition(struct context context, const json_t *list, const char *operator, int depth)
{
	size_t i;
	int r = 0;

	context.refused |= json_array_size(list) > 1 && embargo_import_same(operator, "AND");
	for (i = 0; i < json_array_size(list) && !r; i++)
		r = import_observable(context, json_array_get(list, i), depth + 1);
	return r;
}

static int import_observable(struct context context, const json_t *observable, int depth)
{
	const json_t *composition = json_object_get(observable, "observable_composition");
	const json_t *object = json_object_get(observable, "object"), *properties;
	const char *type;

	if (depth > DEPTH)
		return skip(&context, EMBARGO_IMPORT_MALFORMED, "observables are nested too deep");
	if (composition)
		return import_composition(context, json_object_get(composition, "observables"),
					  embargo_json_text(composition, "operator"), depth);
	properties = json_object_get(object, "properties");
	if (!properties) {
		if (*embargo_json_text(observable, "idref") || *embargo_json_text(object, "idref"))
			return 0; /* what it names stands elsewhere */
		return skip(&context, EMBARGO_IMPORT_MALFORMED, embargo_json_text(observable, "id"));
	}
	type = embargo_json_text(properties, "xsi:type");
	if (strstr(type, "File") || json_object_get(properties, "hashes"))
		return import_file(context, properties);
	return skip(&context, EMBARGO_IMPORT_OTHER_KIND, type);
}

static int import_indicator(struct context context, const json_t *indicator, int depth)
{
	const json_t *list = json_object_get(indicator, "observables"), *one, *parts;
	const json_t *composite = json_object_get(indicator, "composite_indicator_expression");
	const json_t *times = json_object_get(indicator, "valid_time_positions");
	const char *title = text_of(json_object_get(indicator, "title"));
	size_t i;
	int r = 0;

	if (depth > DEPTH)
		return skip(&context, EMBARGO_IMPORT_MALFORMED, "indicators are nested too deep");
	context.refused |= embargo_json_truth(indicator, "negate", false);
	if (*title)
		context.entry.reason = title;
	context.entry.source = embargo_json_text(indicator, "id");
	context.entry.expires = text_of(json_object_get(json_array_get(times, 0), "end_time"));
	one = json_object_get(indicator, "observable");
	if (one)
		r = import_observable(context, one, depth + 1);
	for (i = 0; i < json_array_size(list) && !r; i++)
		r = import_observable(context, json_array_get(list, i), depth + 1);
	parts = json_object_get(composite, "indicators");
	context.refused |= json_array_size(parts) > 1 &&
			   embargo_import_same(embargo_json_text(composite, "operator"), "AND");
	for (i = 0; i < json_array_size(parts) && !r; i++)
		r = import_indicator(context, json_array_get(parts, i), depth + 1);
	if (!one && !json_array_size(list) && !json_array_size(parts) && !r)
		return skip(&context, EMBARGO_IMPORT_NO_HASH, *title ? title : context.entry.source);
	return r;
}

int embargo_import_stix1_indicator(struct embargo_import *import, const json_t *indicator)
{
	const struct context context = {.import = import, .entry = {.bytes = EMBARGO_SIZE_UNKNOWN}};

	return import_indicator(context, indicator, 0);
}

int embargo_import_stix1_observable(struct embargo_import *import, const json_t *observable)
{
	const struct context context = {
		.import = import,
		.entry = {.bytes = EMBARGO_SIZE_UNKNOWN, .source = embargo_json_text(observable, "id")},
	};

	return import_observable(context, observable, 0);
}
