// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy sign */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/sign/sealed.h"
#include "policy/whole_file.h"
#include "userspace/cli/command.h"
#include "userspace/cli/sign.h"
#include "userspace/base/log.h"
#include "userspace/check/guard.h"
#include "userspace/check/paths.h"
#include "userspace/check/policies.h"
#include "userspace/base/text.h"
#include "userspace/check/trust.h"

#define POLICY_SIZE_MAX (2047UL << 20)

/* What a host would say of the file: hosts refuse what has errors, no name or no version. */
static int policy_look(const char *path, struct embargo_policy **ret_policy)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	char *const paths[] = {(char *)path, NULL};
	const struct embargo_file *file;
	_cleanup_free_ char *beside = NULL;
	__u32 i;
	int r;

	r = embargo_policies_parse(paths, EMBARGO_READ_ANY_OWNER | EMBARGO_READ_DIGEST, &policy);
	/* What reaches too far for any host, like a ban of /, is not to be signed for all of them. */
	if (policy && embargo_paths_check(policy, EMBARGO_ERROR, EMBARGO_PATHS_REACH) && !r)
		r = -EINVAL;
	if (policy)
		embargo_policies_report(policy, EMBARGO_ERROR, r);
	if (r)
		return r;
	file = &policy->set.files[0];
	if (!file->name || !file->version) {
		embargo_log_error("%s: has no `%s': hosts would refuse it", path,
				  file->name ? "version N" : "policy NAME");
		return -EINVAL;
	}
	for (i = 1; i < policy->set.file_count; i++) {
		const char *included = embargo_string(&policy->set, policy->set.files[i].path);

		free(TAKE_PTR(beside));
		if (asprintf(&beside, "%s" EMBARGO_SIGN_SUFFIX, included) < 0)
			return -ENOMEM;
		if (access(beside, F_OK))
			embargo_log_note("'%s', which is included, has no signature yet", included);
	}
	*ret_policy = TAKE_PTR(policy);
	return 0;
}

/* The signature of the bytes that were looked at, not of what was written in between. */
static int content_check(const struct embargo_policy *policy, const void *content, size_t size)
{
	struct embargo_digests digests;
	int r = embargo_hash_memory(content, size, 0, &digests);

	if (!r && memcmp(digests.sha256, policy->set.files[0].sha256, EMBARGO_SHA256_SIZE))
		r = -EAGAIN;
	return r;
}

static int tell(const struct embargo_ruleset *set, const char *output, const char *subject)
{
	_cleanup_free_ char *line = NULL, *safe = NULL;

	if (asprintf(&line, "%s: version %llu of policy '%s', signed by %s", output,
		     (unsigned long long)set->files[0].version, embargo_string(set, set->files[0].name),
		     subject) < 0)
		line = NULL;
	safe = line ? embargo_text_escape(line, strlen(line), "") : NULL;
	return safe && puts(safe) >= 0 ? 0 : -ENOMEM;
}

/*
 * What a sealed host takes: it cannot be undone there before a reboot, so that here too is asked whether a
 * host would still boot with it.
 */
static int policy_seal(const struct embargo_sign_key *key, const char *path, struct embargo_policy *policy)
{
	_cleanup_free_ char *output = NULL;
	_cleanup_free_ void *data = NULL;
	struct embargo_reason reason = {""};
	size_t size;
	int r = embargo_guard_policy(policy, EMBARGO_MODE_ENFORCE);

	if (r)
		return r;
	if (asprintf(&output, "%s" EMBARGO_SEALED_SUFFIX, path) < 0) {
		output = NULL;
		return embargo_log_errno(-ENOMEM, "%s", path);
	}
	r = embargo_sealed_make(key, policy, &data, &size, &reason);
	if (r) {
		embargo_log_error("%s: %s", path, reason.text);
		return r;
	}
	r = embargo_cli_write(output, data, size);
	return r ?: tell(&policy->set, output, embargo_sign_key_subject(key));
}

static int policy_sign(const struct embargo_sign_key *key, const char *path, const char *output, bool sealed)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	_cleanup_free_ char *beside = NULL;
	_cleanup_free_ void *content = NULL, *signature = NULL;
	struct embargo_reason reason = {""};
	size_t size, signature_size;
	int r;

	r = policy_look(path, &policy);
	if (r)
		return r;
	if (!output && asprintf(&beside, "%s" EMBARGO_SIGN_SUFFIX, path) < 0)
		return embargo_log_errno(-ENOMEM, "%s", path);
	output = output ?: beside;
	if (embargo_same_file(output, path))
		return embargo_log_errno(-EEXIST, "'%s' is the policy itself, not a place for its signature",
					 output);
	r = embargo_sign_file_read(path, POLICY_SIZE_MAX, true, &content, &size, &reason);
	if (!r && content_check(policy, content, size))
		r = snprintf(reason.text, sizeof(reason.text), "was changed while it was signed");
	r = r ?: embargo_sign_make(key, content, size, &signature, &signature_size, &reason);
	if (r) {
		embargo_log_error("%s: %s", path, reason.text);
		return r;
	}
	r = embargo_cli_write(output, signature, signature_size);
	if (!r)
		r = tell(&policy->set, output, embargo_sign_key_subject(key));
	if (!r && sealed)
		r = policy_seal(key, path, policy);
	return r;
}

static bool sign_usable(const struct embargo_arguments *arguments)
{
	if (!embargo_cli_key_given(arguments))
		return false;
	if (!strcmp(embargo_value(arguments, "output") ?: "", "-")) {
		embargo_log_error("--output needs a file: a signature is no text");
		return false;
	}
	if (embargo_given(arguments, "output") && arguments->operand_count > 1) {
		embargo_log_error("--output goes with one POLICY only");
		return false;
	}
	return true;
}

static enum embargo_exit sign_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_sign_key_freep) struct embargo_sign_key *key = NULL;
	enum embargo_exit status = EMBARGO_EXIT_DONE;
	char *const *path;

	if (embargo_cli_key(arguments, &key))
		return EMBARGO_EXIT_FAILED;
	for (path = arguments->operands; *path; path++)
		if (policy_sign(key, *path, embargo_value(arguments, "output"),
				embargo_given(arguments, "sealed")))
			status = EMBARGO_EXIT_FAILED;
	return status;
}

static const struct embargo_option options[] = {
	EMBARGO_KEY_OPTIONS,
	{.name = "output",
	 .file = EMBARGO_FILE_WRITTEN,
	 .argument = "FILE",
	 .help = "write there, not beside POLICY"},
	{.name = "sealed", .help = "also POLICY.seal, by which sealed hosts take it"},
	{0},
};

const struct embargo_command embargo_cmd_policy_sign = {
	.name = "sign",
	.usage = "--key KEY --cert CERT [OPTION]… POLICY…",
	.summary = "Write a detached signature, POLICY.p7s, beside each policy file.",
	.details =
		"Where certificates lie in " EMBARGO_TRUST_DIR ", load accepts only policies whose every\n"
		"file, included ones too, is signed by one of them. Raise `version' before signing: load\n"
		"refuses what is older than what it loaded before. POLICY.seal is for hosts that are sealed\n"
		"with CERT itself, not with one that vouches for it; it is made of POLICY and what that\n"
		"includes, and only if this host could still boot with it.\n",
	.options = options,
	.operands_min = 1,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.usable = sign_usable,
	.run = sign_run,
};
