/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the resolver share: its index, and what a file is looked up by. */
#ifndef EMBARGO_POLICY_IDENTITY_RESOLVE_PRIVATE_H
#define EMBARGO_POLICY_IDENTITY_RESOLVE_PRIVATE_H

#include <stdbool.h>

#include "policy/identity/resolve.h"
#include "policy/names.h"

/* What an entry of the index is about; keeps equal bytes of two meanings apart. */
enum embargo_resolve_domain {
	EMBARGO_RESOLVE_CERTIFICATE,   /* SHA-256 */
	EMBARGO_RESOLVE_TBS,	       /* SHA-256 */
	EMBARGO_RESOLVE_PUBLIC_KEY,    /* SHA-256 */
	EMBARGO_RESOLVE_KEY_ID,	       /* bytes */
	EMBARGO_RESOLVE_ISSUER_SERIAL, /* the number that the kernel has for them */
	EMBARGO_RESOLVE_SUBJECT,       /* "subject.ATTRIBUTE", NUL, value */
	EMBARGO_RESOLVE_BUILD_ID,      /* bytes */
	/* patterns */
	EMBARGO_RESOLVE_PACKAGE_NAME,
	EMBARGO_RESOLVE_PACKAGE_VENDOR,
	EMBARGO_RESOLVE_PACKAGE_MAINTAINER,
	EMBARGO_RESOLVE_VENDOR,
	EMBARGO_RESOLVE_DOMAINS,
};

#define EMBARGO_RESOLVE_PATTERNS EMBARGO_RESOLVE_PACKAGE_NAME /* the first domain that has them */

struct embargo_resolve_entry {
	__u64 key; /* embargo_resolve_key() */
	__u32 rule;
};

struct embargo_resolver {
	const struct embargo_ruleset *set;
	struct embargo_resolve_entry *entries; /* sorted by key, then rule */
	size_t count;
	size_t capacity;
	__u32 domains; /* that have entries, as bits */
	/* Which lengths the patterns of a domain have before their `*`, as bits. */
	__u64 prefixes[EMBARGO_RESOLVE_DOMAINS][EMBARGO_VALUE_MAX / 64];
};

/* One thing of a file that rules are compared with; what it has not is NULL. */
struct embargo_resolve_object {
	const struct embargo_certificate *certificate;
	const struct embargo_dn *dn; /* its subject */
	const struct embargo_signer *signer;
	const struct embargo_package *package;
	const char *vendor;
	const char *vendor_key; /* what the file calls it: "CompanyName" */
	const char *build_id;
	const void *bytes; /* in the domains that are no patterns */
	size_t size;
};

/* resolve_index.c */
int embargo_resolve_index(struct embargo_resolver *resolver);
__u64 embargo_resolve_start(enum embargo_resolve_domain domain, bool is_prefix);
__u64 embargo_resolve_feed(__u64 hash, const void *bytes, size_t size);
/* The entries with this key are the @ret_count from the one returned. */
const struct embargo_resolve_entry *embargo_resolve_find(const struct embargo_resolver *resolver, __u64 key,
							 size_t *ret_count);

/* resolve_agree.c */

/* Does all that the rule says hold? Two things may have one key, and a rule more than its key. */
bool embargo_resolve_agrees(const struct embargo_ruleset *set, const struct embargo_rule *rule,
			    const struct embargo_resolve_object *object);
/* "subject.ATTRIBUTE", as rules are kept. 0 or -errno. */
#define EMBARGO_RESOLVE_KEY_MAX (sizeof("subject.") + EMBARGO_ATTRIBUTE_NAME_MAX)
int embargo_resolve_attribute_key(const struct embargo_attribute *attribute,
				  char ret_key[EMBARGO_RESOLVE_KEY_MAX]);
/* The value as a rule has it, UTF-8: bytes in @buffer or in the attribute. NULL: no rule can have it. */
const void *embargo_resolve_attribute_value(const struct embargo_attribute *attribute,
					    char buffer[EMBARGO_VALUE_MAX], size_t *ret_size);
/* What of the file fell under a rule, for people. */
void embargo_resolve_ground(const struct embargo_resolve_object *object,
			    char ret_ground[sizeof(((struct embargo_resolution *)0)->ground)]);

#endif
