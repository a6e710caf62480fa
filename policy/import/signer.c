// SPDX-License-Identifier: GPL-2.0-or-later
/* A signer of a feed -> a line of policy, in the one spelling that is canonical. */
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "policy/import/private.h"

/* Two spellings of one signer would be two rules for one thing, which a policy must not have. */
static int read_rule(const char *match, struct embargo_policy **ret_policy)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	_cleanup_free_ char *text = NULL;
	int r;

	if (!policy || asprintf(&text, "ban signer %s", match) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	r = embargo_policy_read_buffer(policy, "", text, strlen(text), EMBARGO_READ_NO_INCLUDE);
	if (!r && policy->set.rule_count != 1)
		r = -EINVAL;
	if (!r)
		*ret_policy = TAKE_PTR(policy);
	return r;
}

static int rule_key(const struct embargo_rule *rule, __u8 ret_key[EMBARGO_SHA256_SIZE])
{
	__u8 bytes[EMBARGO_DIGEST_SIZE + 1];

	memcpy(bytes, rule->digest, EMBARGO_DIGEST_SIZE);
	bytes[EMBARGO_DIGEST_SIZE] = rule->match;
	return EVP_Digest(bytes, sizeof(bytes), ret_key, NULL, EVP_sha256(), NULL) ? 0 : -ENOMEM;
}

int embargo_import_signer(struct embargo_import *import, const char *match, bool broad,
			  const struct embargo_import_entry *entry)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	struct embargo_import_record record = {.size = EMBARGO_SIZE_UNKNOWN};
	_cleanup_free_ char *text = NULL;
	char expires[11];
	int r;

	if (embargo_import_expires(import, entry, match, expires))
		return 0;
	r = read_rule(match, &policy);
	if (r == -EINVAL) {
		embargo_import_skip(import, EMBARGO_IMPORT_MALFORMED, match);
		return 0;
	}
	if (!r)
		r = rule_key(policy->set.rules, record.key);
	text = r ? NULL : embargo_rule_text(&policy->set, policy->set.rules);
	if (!text)
		return embargo_import_fail(import, -ENOMEM, "%s", strerror(ENOMEM));
	r = embargo_import_note(import, &record);
	if (r) {
		import->counts.duplicates += r > 0;
		return r < 0 ? r : 0;
	}
	broad = broad && !import->options.broad;
	if (broad)
		embargo_import_skip(import, EMBARGO_IMPORT_BROAD, match);
	else
		import->counts.rules++;
	r = embargo_import_write(import, "%s%s", broad ? "# " : "", text);
	return r ?: embargo_import_write_end(import, entry, expires);
}
