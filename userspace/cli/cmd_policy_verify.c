// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy verify */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "userspace/cli/command.h"
#include "userspace/event/event.h"
#include "userspace/base/log.h"
#include "userspace/check/policies.h"
#include "userspace/base/text.h"
#include "userspace/check/trust.h"

/* Names come from certificates and files: none may command the terminal. */
static void put_line(const char *label, const char *text)
{
	_cleanup_free_ char *safe = embargo_text_escape(text, strlen(text), "");

	printf("  %-11s %s\n", label, safe ?: "out of memory");
}

static void put_time(const char *label, time_t time, const char *none)
{
	char text[EMBARGO_TIME_SIZE];
	struct tm tm;

	if (time && localtime_r(&time, &tm) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %z", &tm))
		put_line(label, text);
	else
		put_line(label, none);
}

static bool file_verify(const struct embargo_trusted *trusted, const struct embargo_ruleset *set,
			const struct embargo_file *file)
{
	const char *path = embargo_string(set, file->path), *name = embargo_string(set, file->name);
	_cleanup_free_ char *safe = embargo_text_escape(path, strlen(path), "");
	struct embargo_reason reason = {""};
	struct embargo_signed found;
	char version[32];

	if (embargo_trust_signature(trusted, path, file->sha256, time(NULL), &found, &reason)) {
		printf("%s: NOT VALID\n", safe ?: "?");
		put_line("why", reason.text);
		return false;
	}
	printf("%s: valid\n", safe ?: "?");
	put_line("signed by", found.signer);
	put_time("at", found.time, "the signature does not say");
	put_line("trusted by", found.trusted);
	put_time("good until", found.expires, "?");
	snprintf(version, sizeof(version), "%llu", (unsigned long long)file->version);
	put_line("policy", *name ? name : "has no name: load refuses it");
	put_line("version", file->version ? version : "has none: load refuses it");
	return *name && file->version;
}

static enum embargo_exit verify_run(const struct embargo_arguments *arguments)
{
	const char *directory = arguments->given_count ? arguments->given[0].value : EMBARGO_TRUST_DIR;
	_cleanup_(embargo_trusted_freep) struct embargo_trusted *trusted = NULL;
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	struct embargo_reason reason = {""};
	enum embargo_exit status = EMBARGO_EXIT_DONE;
	__u32 i;
	int r;

	if (arguments->given_count && access(directory, F_OK)) {
		embargo_log_errno(-errno, "'%s'", directory);
		return EMBARGO_EXIT_FAILED;
	}
	/* Certificates of load must be root's; to look with others does no harm. */
	if (embargo_trusted_read(directory, true, &trusted, &reason)) {
		embargo_log_error("%s: %s", directory, reason.text);
		return EMBARGO_EXIT_FAILED;
	}
	if (!embargo_trusted_count(trusted))
		embargo_log_warning(
			"no certificate in '%s': nobody is trusted, and load asks for no signature",
			directory);
	r = embargo_policies_parse(arguments->operands, EMBARGO_READ_ANY_OWNER | EMBARGO_READ_DIGEST,
				   &policy);
	if (policy) {
		embargo_policies_report(policy, EMBARGO_ERROR, r);
		for (i = 0; i < policy->set.file_count; i++)
			if (!file_verify(trusted, &policy->set, &policy->set.files[i]))
				status = EMBARGO_EXIT_FAILED;
	}
	return r || !policy ? EMBARGO_EXIT_FAILED : status;
}

static const struct embargo_option options[] = {
	{.name = "trust", .argument = "DIR", .help = "certificates in DIR, not in " EMBARGO_TRUST_DIR},
	{0},
};

const struct embargo_command embargo_cmd_policy_verify = {
	.name = "verify",
	.usage = "[--trust DIR] POLICY…",
	.summary = "Say who signed policies, when, and whether that is valid here and now.",
	.details = "Looks for POLICY.p7s beside each file, and beside each file that it includes. The exit\n"
		   "status is 1 if one signature is missing or not valid.\n",
	.options = options,
	.operands_min = 1,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.run = verify_run,
};
