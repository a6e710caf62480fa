// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy channel verify */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "policy/identity/base/hash.h"
#include "userspace/base/log.h"
#include "userspace/base/text.h"
#include "userspace/check/trust.h"
#include "userspace/cli/channel.h"
#include "userspace/cli/command.h"

static enum embargo_exit verify_run(const struct embargo_arguments *arguments)
{
	const char *directory = arguments->given_count ? arguments->given[0].value : EMBARGO_TRUST_DIR;
	_cleanup_(embargo_trusted_freep) struct embargo_trusted *trusted = NULL;
	_cleanup_(embargo_channel_freep) struct embargo_channel *channel = NULL;
	const char *path = arguments->operands[0];
	struct embargo_reason reason = {""};
	struct embargo_digests digests;
	struct embargo_signed found;
	_cleanup_free_ void *data = NULL;
	_cleanup_free_ char *signer = NULL;
	time_t now = time(NULL);
	size_t size = 0;

	if (embargo_trusted_read(directory, true, &trusted, &reason)) {
		embargo_log_error("%s: %s", directory, reason.text);
		return EMBARGO_EXIT_FAILED;
	}
	if (embargo_cli_channel_read(path, &channel, &data, &size) ||
	    embargo_hash_memory(data, size, 0, &digests))
		return EMBARGO_EXIT_FAILED;
	if (embargo_trust_signature(trusted, path, digests.sha256, now, &found, &reason)) {
		embargo_log_error("%s: %s", path, reason.text);
		return EMBARGO_EXIT_FAILED;
	}
	signer = embargo_text_escape(found.signer, strlen(found.signer), "");
	printf("%s: valid\n  %-8s %s\n", path, "signed", signer ?: "?");
	embargo_cli_channel_print(channel);
	if (channel->expires > now)
		return EMBARGO_EXIT_DONE;
	embargo_log_error("%s: has expired: hosts refuse it", path);
	return EMBARGO_EXIT_FAILED;
}

static const struct embargo_option options[] = {
	{.name = "trust", .argument = "DIR", .help = "certificates in DIR, not in " EMBARGO_TRUST_DIR},
	{0},
};

const struct embargo_command embargo_cmd_policy_channel_verify = {
	.name = "verify",
	.usage = "[--trust DIR] CHANNEL",
	.summary = "Say who signed a channel, and whether hosts accept it here and now.",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.run = verify_run,
};
