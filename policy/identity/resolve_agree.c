// SPDX-License-Identifier: GPL-2.0-or-later
/* Does a thing of a file fall under a rule, and how is that told. */
#include <errno.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>

#include "policy/identity/resolve_private.h"
#include "policy/text.h"

int embargo_resolve_attribute_key(const struct embargo_attribute *attribute,
				  char ret_key[EMBARGO_RESOLVE_KEY_MAX])
{
	char name[EMBARGO_ATTRIBUTE_NAME_MAX];
	int r = embargo_attribute_name(attribute->oid, attribute->oid_size, name);

	if (r == 0)
		snprintf(ret_key, EMBARGO_RESOLVE_KEY_MAX, "subject.%s", name);
	return r;
}

const void *embargo_resolve_attribute_value(const struct embargo_attribute *attribute,
					    char buffer[EMBARGO_VALUE_MAX], size_t *ret_size)
{
	ASN1_STRING *string;
	unsigned char *utf8 = NULL;
	int size = -1;

	if (!embargo_name_class(attribute->tag)) {
		*ret_size = attribute->value_size;
		return attribute->value;
	}
	if (attribute->tag != V_ASN1_BMPSTRING && attribute->tag != V_ASN1_UNIVERSALSTRING)
		return NULL;
	string = ASN1_STRING_type_new(attribute->tag);
	if (string && ASN1_STRING_set(string, attribute->value, attribute->value_size))
		size = ASN1_STRING_to_UTF8(&utf8, string);
	ASN1_STRING_free(string);
	ERR_clear_error();
	if (size >= 0 && size < EMBARGO_VALUE_MAX)
		memcpy(buffer, utf8, size);
	else
		size = -1;
	OPENSSL_free(utf8);
	if (size < 0)
		return NULL;
	*ret_size = size;
	return buffer;
}

static bool attribute_agrees(const struct embargo_dn *dn, const char *key, const char *value, size_t size)
{
	char name[EMBARGO_RESOLVE_KEY_MAX], buffer[EMBARGO_VALUE_MAX];
	const void *own;
	size_t own_size, i;

	for (i = 0; i < dn->count; i++) {
		if (embargo_resolve_attribute_key(&dn->attributes[i], name) < 0 || strcmp(name, key))
			continue;
		own = embargo_resolve_attribute_value(&dn->attributes[i], buffer, &own_size);
		if (own && own_size == size && !memcmp(own, value, size))
			return true;
	}
	return false;
}

static bool package_agrees(const struct embargo_package *package, const char *key, const char *value)
{
	const char *own = !strcmp(key, "name")	   ? package->name
			  : !strcmp(key, "vendor") ? package->vendor
						   : package->maintainer;

	return own && embargo_pattern_match(value, own);
}

static bool fields_agree(const struct embargo_ruleset *set, const struct embargo_rule *rule,
			 const struct embargo_resolve_object *object)
{
	const char *cursor = embargo_string(set, rule->fields);
	char key[EMBARGO_KEY_MAX], value[EMBARGO_VALUE_MAX];
	bool agrees = false;
	size_t size;
	int r;

	while ((r = embargo_field_next(&cursor, key, value, &size)) > 0) {
		if (rule->match == EMBARGO_MATCH_SUBJECT)
			agrees = object->dn && attribute_agrees(object->dn, key, value, size);
		else if (rule->match == EMBARGO_MATCH_PACKAGE)
			agrees = object->package && package_agrees(object->package, key, value);
		else
			agrees = object->vendor && embargo_pattern_match(value, object->vendor);
		if (!agrees)
			return false;
	}
	return r == 0 && agrees;
}

bool embargo_resolve_agrees(const struct embargo_ruleset *set, const struct embargo_rule *rule,
			    const struct embargo_resolve_object *object)
{
	switch ((enum embargo_match)rule->match) {
	case EMBARGO_MATCH_SUBJECT:
	case EMBARGO_MATCH_PACKAGE:
	case EMBARGO_MATCH_VENDOR:
		return fields_agree(set, rule, object);
	case EMBARGO_MATCH_ISSUER_SERIAL:
		return object->bytes && object->size == sizeof(rule->name_hash) &&
		       !memcmp(object->bytes, &rule->name_hash, sizeof(rule->name_hash));
	default:
		return object->bytes && object->size == rule->digest_size &&
		       !memcmp(object->bytes, rule->digest, object->size);
	}
}

static void put(FILE *out, const char *before, const char *text)
{
	if (!text)
		return;
	fprintf(out, "%s", before);
	embargo_quote(out, text, strlen(text));
}

static void put_signer(FILE *out, const struct embargo_signer *signer)
{
	fprintf(out, "signature by");
	put(out, " ", signer->common_name ?: signer->issuer);
	if (signer->serial)
		fprintf(out, " serial %s", signer->serial);
	if (signer->key_id)
		fprintf(out, " key id %s", signer->key_id);
}

void embargo_resolve_ground(const struct embargo_resolve_object *object,
			    char ret_ground[sizeof(((struct embargo_resolution *)0)->ground)])
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0, at, length, most = sizeof(((struct embargo_resolution *)0)->ground) - 1, i;
	FILE *out = open_memstream(&text, &size);

	ret_ground[0] = '\0';
	if (!out)
		return;
	if (object->certificate) {
		fprintf(out, "certificate ");
		for (i = 0; i < 8; i++)
			fprintf(out, "%02x", object->certificate->sha256[i]);
		fprintf(out, "…");
		put(out, " ", object->certificate->subject);
	} else if (object->signer) {
		put_signer(out, object->signer);
	} else if (object->package) {
		put(out, "package ", object->package->name ?: "?");
		put(out, " of ", object->package->vendor ?: object->package->maintainer);
	} else if (object->vendor) {
		put(out, object->vendor_key, object->vendor);
	} else {
		fprintf(out, "build-id %s", object->build_id ?: "?");
	}
	if (fclose(out) || !text)
		return;
	/* Cut between characters. */
	for (at = 0; at < size; at += length) {
		length = embargo_utf8_length(text + at, size - at) ?: 1;
		if (at + length > most)
			break;
	}
	memcpy(ret_ground, text, at);
	ret_ground[at] = '\0';
}
