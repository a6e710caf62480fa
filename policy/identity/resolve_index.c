// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An index over the rules that are resolved. Each rule stands under one key: a hash
 * of what it must find, or of the longest of its fields. Patterns stand under what
 * is before their `*`; the lengths of these say where in a text to look.
 */
#include <errno.h>
#include <string.h>

#include "policy/identity/resolve_private.h"
#include "policy/array.h"

__u64 embargo_resolve_feed(__u64 hash, const void *bytes, size_t size)
{
	const __u8 *from = bytes;
	size_t i;

	for (i = 0; i < size; i++)
		hash = embargo_fnv_byte(hash, from[i]);
	return hash;
}

__u64 embargo_resolve_start(enum embargo_resolve_domain domain, bool is_prefix)
{
	return embargo_fnv_byte(EMBARGO_FNV_START, domain << 1 | is_prefix);
}

static int entry_add(struct embargo_resolver *resolver, __u32 rule, enum embargo_resolve_domain domain,
		     __u64 key)
{
	int r = embargo_array_grow(&resolver->entries, &resolver->capacity, resolver->count,
				   sizeof(*resolver->entries));

	if (r < 0)
		return r;
	resolver->entries[resolver->count++] = (struct embargo_resolve_entry){.key = key, .rule = rule};
	resolver->domains |= 1U << domain;
	return 0;
}

static int bytes_add(struct embargo_resolver *resolver, __u32 rule, enum embargo_resolve_domain domain,
		     const void *bytes, size_t size)
{
	return entry_add(resolver, rule, domain,
			 embargo_resolve_feed(embargo_resolve_start(domain, false), bytes, size));
}

static int pattern_add(struct embargo_resolver *resolver, __u32 rule, enum embargo_resolve_domain domain,
		       const char *pattern, size_t size)
{
	bool is_prefix = size && pattern[size - 1] == '*';

	size -= is_prefix;
	if (is_prefix)
		resolver->prefixes[domain][size / 64] |= 1ULL << size % 64;
	return entry_add(resolver, rule, domain,
			 embargo_resolve_feed(embargo_resolve_start(domain, is_prefix), pattern, size));
}

static enum embargo_resolve_domain field_domain(const struct embargo_rule *rule, const char *key)
{
	if (rule->match == EMBARGO_MATCH_VENDOR)
		return EMBARGO_RESOLVE_VENDOR;
	if (rule->match == EMBARGO_MATCH_SUBJECT)
		return EMBARGO_RESOLVE_SUBJECT;
	if (!strcmp(key, "name"))
		return EMBARGO_RESOLVE_PACKAGE_NAME;
	return !strcmp(key, "vendor") ? EMBARGO_RESOLVE_PACKAGE_VENDOR : EMBARGO_RESOLVE_PACKAGE_MAINTAINER;
}

/* Under its longest field: a country or a single letter would hold thousands of rules. */
static int fields_add(struct embargo_resolver *resolver, __u32 number, const struct embargo_rule *rule)
{
	const char *cursor = embargo_string(resolver->set, rule->fields);
	char key[EMBARGO_KEY_MAX], value[EMBARGO_VALUE_MAX], best_key[EMBARGO_KEY_MAX] = "",
							     best[EMBARGO_VALUE_MAX] = "";
	size_t size, best_size = 0;
	enum embargo_resolve_domain domain;
	__u64 hash;
	int r;

	while ((r = embargo_field_next(&cursor, key, value, &size)) > 0) {
		if (best_key[0] && size <= best_size)
			continue;
		memcpy(best_key, key, sizeof(key));
		memcpy(best, value, size + 1);
		best_size = size;
	}
	if (r < 0 || !best_key[0])
		return r;
	domain = field_domain(rule, best_key);
	if (domain != EMBARGO_RESOLVE_SUBJECT)
		return pattern_add(resolver, number, domain, best, best_size);
	hash = embargo_resolve_start(domain, false);
	hash = embargo_resolve_feed(hash, best_key, strlen(best_key) + 1);
	return entry_add(resolver, number, domain, embargo_resolve_feed(hash, best, best_size));
}

static int rule_add(struct embargo_resolver *resolver, __u32 number, const struct embargo_rule *rule)
{
	size_t size = rule->digest_size < EMBARGO_DIGEST_SIZE ? rule->digest_size : EMBARGO_DIGEST_SIZE;

	switch ((enum embargo_match)rule->match) {
	case EMBARGO_MATCH_CERT_SHA256:
		return bytes_add(resolver, number, EMBARGO_RESOLVE_CERTIFICATE, rule->digest, size);
	case EMBARGO_MATCH_TBS_SHA256:
		return bytes_add(resolver, number, EMBARGO_RESOLVE_TBS, rule->digest, size);
	case EMBARGO_MATCH_SPKI_SHA256:
		return bytes_add(resolver, number, EMBARGO_RESOLVE_PUBLIC_KEY, rule->digest, size);
	case EMBARGO_MATCH_SKID:
		return bytes_add(resolver, number, EMBARGO_RESOLVE_KEY_ID, rule->digest, size);
	case EMBARGO_MATCH_BUILD_ID:
		return bytes_add(resolver, number, EMBARGO_RESOLVE_BUILD_ID, rule->digest, size);
	case EMBARGO_MATCH_ISSUER_SERIAL:
		return bytes_add(resolver, number, EMBARGO_RESOLVE_ISSUER_SERIAL, &rule->name_hash,
				 sizeof(rule->name_hash));
	case EMBARGO_MATCH_SUBJECT:
	case EMBARGO_MATCH_PACKAGE:
	case EMBARGO_MATCH_VENDOR:
		return fields_add(resolver, number, rule);
	default:
		return 0;
	}
}

static int entry_order(const void *a, const void *b)
{
	const struct embargo_resolve_entry *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

int embargo_resolve_index(struct embargo_resolver *resolver)
{
	__u32 i;
	int r;

	for (i = 0; i < resolver->set->rule_count; i++) {
		r = rule_add(resolver, i, &resolver->set->rules[i]);
		if (r < 0)
			return r;
	}
	if (resolver->count)
		qsort(resolver->entries, resolver->count, sizeof(*resolver->entries), entry_order);
	return 0;
}

const struct embargo_resolve_entry *embargo_resolve_find(const struct embargo_resolver *resolver, __u64 key,
							 size_t *ret_count)
{
	size_t low = 0, high = resolver->count, end, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (resolver->entries[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < resolver->count && resolver->entries[end].key == key; end++)
		;
	*ret_count = end - low;
	return resolver->entries ? resolver->entries + low : NULL;
}
