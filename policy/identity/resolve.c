// SPDX-License-Identifier: GPL-2.0-or-later
/* Which rules a file falls under that the kernel cannot match: each thing it says of itself is looked up. */
#include <errno.h>
#include <string.h>

#include "policy/identity/resolve_private.h"
#include "policy/array.h"
#include "policy/text.h"

#define SIGNER_DOMAINS                                                                                       \
	(1U << EMBARGO_RESOLVE_CERTIFICATE | 1U << EMBARGO_RESOLVE_TBS | 1U << EMBARGO_RESOLVE_PUBLIC_KEY |  \
	 1U << EMBARGO_RESOLVE_KEY_ID | 1U << EMBARGO_RESOLVE_ISSUER_SERIAL | 1U << EMBARGO_RESOLVE_SUBJECT)
#define PACKAGE_DOMAINS                                                                                      \
	(1U << EMBARGO_RESOLVE_PACKAGE_NAME | 1U << EMBARGO_RESOLVE_PACKAGE_VENDOR |                         \
	 1U << EMBARGO_RESOLVE_PACKAGE_MAINTAINER | 1U << EMBARGO_RESOLVE_VENDOR)

struct search {
	const struct embargo_resolver *resolver;
	struct embargo_resolution *found; /* the first @most in the order of the set */
	size_t most;
	__u32 *rules; /* all, sorted */
	size_t count, capacity;
	struct embargo_resolution *best; /* if not NULL, all that is wanted */
};

void embargo_resolver_free(struct embargo_resolver *resolver)
{
	if (!resolver)
		return;
	free(resolver->entries);
	free(resolver);
}

int embargo_resolver_new(const struct embargo_ruleset *set, struct embargo_resolver **ret_resolver)
{
	_cleanup_(embargo_resolver_freep) struct embargo_resolver *resolver = calloc(1, sizeof(*resolver));
	int r;

	if (!resolver)
		return -ENOMEM;
	resolver->set = set;
	r = embargo_resolve_index(resolver);
	if (r < 0)
		return r;
	*ret_resolver = TAKE_PTR(resolver);
	return 0;
}

unsigned int embargo_resolver_wants(const struct embargo_resolver *resolver)
{
	unsigned int want = resolver->domains ? EMBARGO_WANT_INSIDE : 0;

	return resolver->domains & PACKAGE_DOMAINS ? want | EMBARGO_WANT_OWNER : want;
}

static bool has(const struct search *search, enum embargo_resolve_domain domain)
{
	return search->resolver->domains & 1U << domain;
}

/* Allow before audit before ban, and then in the order of the set. */
static void best_add(struct search *search, __u32 rule, const struct embargo_resolve_object *object)
{
	const struct embargo_rule *rules = search->resolver->set->rules;
	struct embargo_resolution *best = search->best;

	if (search->count && (rules[rule].action < rules[best->rule].action ||
			      (rules[rule].action == rules[best->rule].action && rule >= best->rule)))
		return;
	search->count = 1;
	best->rule = rule;
	embargo_resolve_ground(object, best->ground);
}

static void found_add(struct search *search, __u32 rule, const struct embargo_resolve_object *object)
{
	size_t at = search->count, written;

	if (search->best) {
		best_add(search, rule, object);
		return;
	}
	while (at && search->rules[at - 1] > rule)
		at--;
	if (at && search->rules[at - 1] == rule)
		return;
	if (embargo_array_grow(&search->rules, &search->capacity, search->count, sizeof(*search->rules)) < 0)
		return;
	memmove(&search->rules[at + 1], &search->rules[at], (search->count - at) * sizeof(*search->rules));
	search->rules[at] = rule;
	search->count++;
	if (at >= search->most)
		return;
	written = search->count < search->most ? search->count : search->most;
	memmove(&search->found[at + 1], &search->found[at], (written - at - 1) * sizeof(*search->found));
	search->found[at].rule = rule;
	embargo_resolve_ground(object, search->found[at].ground);
}

static void look_up(struct search *search, __u64 key, const struct embargo_resolve_object *object)
{
	const struct embargo_ruleset *set = search->resolver->set;
	size_t count, i;
	const struct embargo_resolve_entry *entry = embargo_resolve_find(search->resolver, key, &count);

	for (i = 0; i < count; i++)
		if (embargo_resolve_agrees(set, &set->rules[entry[i].rule], object))
			found_add(search, entry[i].rule, object);
}

static void look_up_bytes(struct search *search, enum embargo_resolve_domain domain, const void *bytes,
			  size_t size, const struct embargo_resolve_object *about)
{
	struct embargo_resolve_object object = *about;

	if (!has(search, domain))
		return;
	object.bytes = bytes;
	object.size = size;
	look_up(search, embargo_resolve_feed(embargo_resolve_start(domain, false), bytes, size), &object);
}

/* By the whole text, and by each beginning of it that is as long as some pattern. */
static void look_up_text(struct search *search, enum embargo_resolve_domain domain, const char *text,
			 const struct embargo_resolve_object *object)
{
	const __u64 *prefixes = search->resolver->prefixes[domain];
	__u64 prefix = embargo_resolve_start(domain, true), whole = embargo_resolve_start(domain, false);
	size_t i;

	if (!text || !has(search, domain))
		return;
	for (i = 0; i < EMBARGO_VALUE_MAX; i++) {
		if (prefixes[i / 64] & 1ULL << i % 64)
			look_up(search, prefix, object);
		if (!text[i])
			break;
		prefix = embargo_fnv_byte(prefix, text[i]);
		whole = embargo_fnv_byte(whole, text[i]);
	}
	if (i < EMBARGO_VALUE_MAX)
		look_up(search, whole, object);
}

/* Hexadecimal -> bytes; 0: there are none, or too many. */
static size_t unhex(const char *text, __u8 *bytes, size_t most)
{
	size_t size = text ? strlen(text) / 2 : 0, i;
	int high, low;

	if (size > most)
		return 0;
	for (i = 0; i < size; i++) {
		high = embargo_hex_digit(text[2 * i]);
		low = embargo_hex_digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return 0;
		bytes[i] = high << 4 | low;
	}
	return size;
}

static void match_key_id(struct search *search, const char *key_id,
			 const struct embargo_resolve_object *object)
{
	__u8 bytes[EMBARGO_DIGEST_SIZE];
	size_t size = unhex(key_id, bytes, sizeof(bytes));

	if (size)
		look_up_bytes(search, EMBARGO_RESOLVE_KEY_ID, bytes, size, object);
}

static void match_issuer_serial(struct search *search, const char *issuer, const char *serial,
				const struct embargo_resolve_object *object)
{
	__u8 bytes[EMBARGO_SERIAL_SIZE];
	size_t size = unhex(serial, bytes, sizeof(bytes)), offset;
	const char *problem;
	struct embargo_dn dn;
	__u64 number;

	if (!size || !issuer || !has(search, EMBARGO_RESOLVE_ISSUER_SERIAL))
		return;
	if (embargo_dn_parse(issuer, strlen(issuer), &dn, &problem, &offset) < 0)
		return;
	number = embargo_name_issuer_serial(dn.attributes, dn.count, bytes, size);
	look_up_bytes(search, EMBARGO_RESOLVE_ISSUER_SERIAL, &number, sizeof(number), object);
}

static void match_subject(struct search *search, const struct embargo_certificate *certificate)
{
	struct embargo_resolve_object object = {.certificate = certificate};
	char key[EMBARGO_RESOLVE_KEY_MAX], buffer[EMBARGO_VALUE_MAX];
	const char *problem;
	const void *value;
	struct embargo_dn dn;
	size_t i, size;
	__u64 hash;

	if (!has(search, EMBARGO_RESOLVE_SUBJECT) || !certificate->subject ||
	    embargo_dn_parse(certificate->subject, strlen(certificate->subject), &dn, &problem, &size) < 0)
		return;
	object.dn = &dn;
	for (i = 0; i < dn.count; i++) {
		value = embargo_resolve_attribute_value(&dn.attributes[i], buffer, &size);
		if (!value || embargo_resolve_attribute_key(&dn.attributes[i], key) < 0)
			continue;
		hash = embargo_resolve_start(EMBARGO_RESOLVE_SUBJECT, false);
		hash = embargo_resolve_feed(hash, key, strlen(key) + 1);
		look_up(search, embargo_resolve_feed(hash, value, size), &object);
	}
}

static void match_certificate(struct search *search, const struct embargo_certificate *certificate)
{
	struct embargo_resolve_object object = {.certificate = certificate};

	look_up_bytes(search, EMBARGO_RESOLVE_CERTIFICATE, certificate->sha256, EMBARGO_SHA256_SIZE, &object);
	look_up_bytes(search, EMBARGO_RESOLVE_TBS, certificate->tbs_sha256, EMBARGO_SHA256_SIZE, &object);
	look_up_bytes(search, EMBARGO_RESOLVE_PUBLIC_KEY, certificate->spki_sha256, EMBARGO_SHA256_SIZE,
		      &object);
	match_key_id(search, certificate->key_id, &object);
	match_issuer_serial(search, certificate->issuer, certificate->serial, &object);
}

static bool same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/*
 * A hash names one certificate, an authority's too, and all that is signed under
 * it. A subject is that of who signed: authorities and time stamps are also in
 * the signatures of others. Only where it cannot be told do all of them count.
 */
static void match_signature(struct search *search, const struct embargo_identity *identity,
			    const struct embargo_file_signature *signature)
{
	size_t i, known = 0, first = signature->first_certificate, count = signature->certificate_count;

	if (first > identity->certificate_count)
		first = identity->certificate_count;
	if (count > identity->certificate_count - first)
		count = identity->certificate_count - first;
	for (i = first; i < first + count; i++)
		known += embargo_file_signature_names(signature, &identity->certificates[i]);
	for (i = first; i < first + count; i++) {
		match_certificate(search, &identity->certificates[i]);
		if (!known || embargo_file_signature_names(signature, &identity->certificates[i]))
			match_subject(search, &identity->certificates[i]);
	}
	/* The kernel itself looks these up for a module. */
	if (identity->module && signature->kind == EMBARGO_FILE_SIGNATURE_APPENDED)
		return;
	for (i = 0; i < signature->signer_count; i++) {
		struct embargo_resolve_object object = {.signer = &signature->signers[i]};

		match_key_id(search, signature->signers[i].key_id, &object);
		match_issuer_serial(search, signature->signers[i].issuer, signature->signers[i].serial,
				    &object);
	}
}

static void match_vendor(struct search *search, const char *key, const char *vendor)
{
	struct embargo_resolve_object object = {.vendor = vendor, .vendor_key = key};

	look_up_text(search, EMBARGO_RESOLVE_VENDOR, vendor, &object);
}

/* "Name <address>": the name alone, too. */
static void match_maintainer(struct search *search, const char *key, const char *maintainer)
{
	const char *address = maintainer ? strstr(maintainer, " <") : NULL;
	_cleanup_free_ char *name = address ? strndup(maintainer, address - maintainer) : NULL;

	match_vendor(search, key, maintainer);
	match_vendor(search, key, name);
}

static void match_package(struct search *search, const struct embargo_package *package)
{
	struct embargo_resolve_object object = {.package = package};

	if (!package)
		return;
	look_up_text(search, EMBARGO_RESOLVE_PACKAGE_NAME, package->name, &object);
	look_up_text(search, EMBARGO_RESOLVE_PACKAGE_VENDOR, package->vendor, &object);
	look_up_text(search, EMBARGO_RESOLVE_PACKAGE_MAINTAINER, package->maintainer, &object);
	match_vendor(search, "vendor of its package ", package->vendor);
	/* Who packages an rpm is seldom who made what is in it; a deb names nobody else. */
	if (same_text(package->manager, "dpkg"))
		match_maintainer(search, "maintainer of its package ", package->maintainer);
}

static void match_all(struct search *search, const struct embargo_identity *identity)
{
	struct embargo_resolve_object build_id = {.build_id = identity->build_id};
	__u8 bytes[EMBARGO_DIGEST_SIZE];
	size_t i, size;

	if (!search->resolver->domains)
		return;
	for (i = 0; i < identity->signature_count && search->resolver->domains & SIGNER_DOMAINS; i++)
		match_signature(search, identity, &identity->signatures[i]);
	match_package(search, identity->owner);
	match_package(search, identity->package);
	match_vendor(search, "vendor ", identity->vendor);
	if (identity->pe)
		match_vendor(search, "company name ", identity->pe->company_name);
	size = unhex(identity->build_id, bytes, sizeof(bytes));
	if (size)
		look_up_bytes(search, EMBARGO_RESOLVE_BUILD_ID, bytes, size, &build_id);
}

size_t embargo_resolver_match(const struct embargo_resolver *resolver,
			      const struct embargo_identity *identity,
			      struct embargo_resolution *ret_resolutions, size_t most)
{
	struct search search = {.resolver = resolver, .found = ret_resolutions, .most = most};

	match_all(&search, identity);
	free(search.rules);
	return search.count;
}

bool embargo_resolver_decide(const struct embargo_resolver *resolver, const struct embargo_identity *identity,
			     struct embargo_resolution *ret_decider)
{
	struct search search = {.resolver = resolver, .best = ret_decider};

	match_all(&search, identity);
	return search.count;
}