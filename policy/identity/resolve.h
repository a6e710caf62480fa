/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rules of a kind that the kernel cannot match (signers of programs,
 * packages, vendors, build-ids) a file falls under. The caller puts what is found
 * into the live policy as hash and size: embargo_policy_resolve().
 */
#ifndef EMBARGO_POLICY_IDENTITY_RESOLVE_H
#define EMBARGO_POLICY_IDENTITY_RESOLVE_H

#include "policy/identity/identity.h"
#include "policy/policy.h"

/* An index over those rules of a set. May be asked by several threads at once. */
struct embargo_resolver;

/* @set must outlive it. No such rules: an empty resolver, no error. */
int embargo_resolver_new(const struct embargo_ruleset *set, struct embargo_resolver **ret_resolver);
void embargo_resolver_free(struct embargo_resolver *resolver);
EMBARGO_CLEANUP(struct embargo_resolver, embargo_resolver_free);

/* What embargo_identity_read() must be asked for; 0: there is no rule to resolve. */
unsigned int embargo_resolver_wants(const struct embargo_resolver *resolver);

struct embargo_resolution {
	__u32 rule;	  /* number in the set */
	char ground[160]; /* what of the file fell under it: `certificate 0a1b… "CN=…"`; printable */
};

/*
 * All rules that @identity falls under, in the order of the set; at most @most are
 * written to @ret_resolutions. Returns how many there are. issuer+serial and skid
 * rules are matched against SignerInfos and certificates alike.
 */
size_t embargo_resolver_match(const struct embargo_resolver *resolver,
			      const struct embargo_identity *identity,
			      struct embargo_resolution *ret_resolutions, size_t most);

/* The rule that decides by precedence (allow before audit before ban). False: no rule matched. */
bool embargo_resolver_decide(const struct embargo_resolver *resolver, const struct embargo_identity *identity,
			     struct embargo_resolution *ret_decider);

#endif
