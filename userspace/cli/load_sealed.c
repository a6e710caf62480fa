// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo load on a sealed host: only what POLICY.seal beside the policy lets the kernel take. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loader/seal.h"
#include "policy/sign/sealed.h"
#include "userspace/base/log.h"
#include "userspace/check/policies.h"
#include "userspace/check/roots.h"
#include "userspace/cli/load.h"

bool embargo_load_sealed_usable(const struct embargo_arguments *arguments)
{
	static const char *const refused[] = {"audit", "enforce", "persist", "add", "force", "last-good"};
	_cleanup_(embargo_paths_freep) char **files = NULL;

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		if (embargo_given(arguments, refused[i])) {
			embargo_log_error("sealed until reboot: what is in force stays, and --%s is refused",
					  refused[i]);
			return false;
		}
	if (arguments->operand_count == 1 &&
	    (embargo_policies_list(arguments->operands[0], &files) /* a file */
	     || (files[0] && !files[1])))
		return true;
	embargo_log_error(
		"sealed until reboot: only one signed policy can take the place of what is in force; "
		"what belongs to it, it includes");
	return false;
}

/* What is beside the policy. *@ret_data: to be freed, after @ret_sealed. */
static int seal_read(const struct embargo_policy *policy, void **ret_data, struct embargo_sealed *ret_sealed)
{
	const char *text = embargo_string(&policy->set, policy->set.files[0].path);
	struct embargo_reason reason = {""};
	_cleanup_free_ char *path = NULL;
	size_t size;
	int r;

	if (asprintf(&path, "%s" EMBARGO_SEALED_SUFFIX, text) < 0) {
		path = NULL;
		return embargo_log_errno(-ENOMEM, "%s", text);
	}
	/* Whoever wrote it: the kernel takes only what is signed. */
	r = embargo_sign_file_read(path, EMBARGO_SEALED_SIZE_MAX, true, ret_data, &size, &reason);
	if (r == -ENOENT)
		embargo_log_error(
			"sealed until reboot: %s is missing, which `embargo policy sign --sealed' makes",
			path);
	else if (r)
		embargo_log_error("%s: %s", path, reason.text);
	if (r)
		return r;
	r = embargo_sealed_find(*ret_data, size, EMBARGO_ABI_VERSION, ret_sealed, &reason);
	if (r == 0 && memcmp(ret_sealed->manifest.text, policy->set.files[0].sha256, EMBARGO_SHA256_SIZE)) {
		snprintf(reason.text, sizeof(reason.text), "is of other contents of %.100s", text);
		r = -ESTALE;
	}
	if (r)
		embargo_log_error("%s: %s", path, reason.text);
	return r;
}

int embargo_load_sealed(const struct embargo_policy *policy, uint64_t *ret_generation)
{
	_cleanup_free_ void *data = NULL;
	struct embargo_seal_update update = {0};
	struct embargo_error error = {""};
	struct embargo_sealed sealed;
	int r;

	r = seal_read(policy, &data, &sealed);
	if (r)
		return r;
	update.manifest = &sealed.manifest;
	update.signature = sealed.signature;
	update.signature_size = sealed.signature_size;
	update.image = sealed.image;
	r = embargo_seal_update(&update, policy, ret_generation, &error);
	if (error.text[0])
		embargo_log_error("%s%s", r ? "refused; nothing was changed: " : "", error.text);
	return r ?: error.text[0] != 0;
}
