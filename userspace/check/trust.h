/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may give this host its policy.
 *
 * With certificates in EMBARGO_TRUST_DIR a policy is put in force only if every
 * file of it, included ones too, has a valid signature (policy/sign/sign.h), a name
 * and a version, and no version is older than the highest that was ever loaded.
 * Without certificates everybody who is root may: then an older version is worth
 * a warning. Versions are remembered in both cases.
 *
 *	embargo_trust_check(&embargo_trust_host, policy, &trust, &refusal);	holds a lock
 *	embargo_load(policy, …);
 *	embargo_trust_remember(trust);
 *	embargo_trust_free(trust);
 */
#ifndef EMBARGO_USERSPACE_CHECK_TRUST_H
#define EMBARGO_USERSPACE_CHECK_TRUST_H

#include "loader/loader.h"
#include "policy/policy.h"
#include "policy/sign/sign.h"
#include "userspace/event/log_message.h"

#define EMBARGO_TRUST_DIR "/etc/embargo/trust"
#define EMBARGO_VERSIONS EMBARGO_STATE_DIR "/versions"

struct embargo_trust_places {
	const char *certificates;
	const char *versions;
};

extern const struct embargo_trust_places embargo_trust_host;

struct embargo_trust;

/*
 * May @policy, read with EMBARGO_READ_DIGEST, be put in force? -EKEYREJECTED: no, every
 * reason was reported, and @ret_refusal is what syslog and the journal are to be told: to
 * be cleared; .object is NULL if there was no memory.
 */
int embargo_trust_check(const struct embargo_trust_places *places, const struct embargo_policy *policy,
			struct embargo_trust **ret_trust, struct embargo_log_message *ret_refusal);
/* It was put in force: from now on nothing older may be. Reports what fails. */
int embargo_trust_remember(struct embargo_trust *trust);
void embargo_trust_free(struct embargo_trust *trust);
EMBARGO_CLEANUP(struct embargo_trust, embargo_trust_free);

/* trust_signature.c: verify FILE.p7s against the digest of FILE */
int embargo_trust_signature(const struct embargo_trusted *trusted, const char *path,
			    const __u8 sha256[EMBARGO_SHA256_SIZE], time_t now,
			    struct embargo_signed *ret_signed, struct embargo_reason *reason);

/* trust_versions.c: the highest version of each policy that was ever loaded. Start with all zeroes. */
struct embargo_version {
	char *name; /* as embargo_text() writes it */
	uint64_t version;
	char sha256[EMBARGO_SHA256_SIZE * 2 + 1]; /* hex, of the file that had it */
};

struct embargo_versions {
	struct embargo_version *list;
	size_t count;
	size_t capacity;
};

/* No file: none are known. -EBADMSG: damaged. */
int embargo_versions_read(const char *path, struct embargo_versions *versions, struct embargo_reason *reason);
/* NULL: that policy is not known. */
struct embargo_version *embargo_versions_find(const struct embargo_versions *versions, const char *name);
int embargo_versions_put(struct embargo_versions *versions, const char *name, uint64_t version,
			 const char sha256[EMBARGO_SHA256_SIZE * 2 + 1]);
/* Raise @versions to what is in @other. 1: something changed, 0: nothing, -ENOMEM */
int embargo_versions_merge(struct embargo_versions *versions, const struct embargo_versions *other);
/* The file's text, to be freed; NULL: no memory. */
char *embargo_versions_text(const struct embargo_versions *versions, size_t *ret_size);
void embargo_versions_clear(struct embargo_versions *versions);

#endif
