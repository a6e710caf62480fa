// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy channel sign */
#include <stdio.h>
#include <time.h>

#include "userspace/base/log.h"
#include "userspace/cli/channel.h"
#include "userspace/cli/command.h"
#include "userspace/cli/sign.h"

static int channel_sign(const struct embargo_sign_key *key, const char *path)
{
	_cleanup_(embargo_channel_freep) struct embargo_channel *channel = NULL;
	_cleanup_free_ void *data = NULL, *signature = NULL;
	_cleanup_free_ char *output = NULL;
	struct embargo_reason reason = {""};
	size_t size = 0, signature_size;
	int r = embargo_cli_channel_read(path, &channel, &data, &size);

	if (r)
		return r;
	if (channel->expires <= time(NULL)) {
		embargo_log_error("%s: has expired: hosts would refuse it", path);
		return -1;
	}
	r = embargo_sign_make(key, data, size, &signature, &signature_size, &reason);
	if (r || asprintf(&output, "%s" EMBARGO_SIGN_SUFFIX, path) < 0) {
		output = NULL;
		embargo_log_error("%s: %s", path, reason.text);
		return -1;
	}
	r = embargo_cli_write(output, signature, signature_size);
	if (!r)
		printf("%s: serial %llu, signed by %s\n", output, (unsigned long long)channel->serial,
		       embargo_sign_key_subject(key));
	return r;
}

static enum embargo_exit sign_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_sign_key_freep) struct embargo_sign_key *key = NULL;

	if (embargo_cli_key(arguments, &key) || channel_sign(key, arguments->operands[0]))
		return EMBARGO_EXIT_FAILED;
	return EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	EMBARGO_KEY_OPTIONS,
	{0},
};

const struct embargo_command embargo_cmd_policy_channel_sign = {
	.name = "sign",
	.usage = "--key KEY --cert CERT [--chain FILE] [--passphrase FILE] CHANNEL",
	.summary = "Write a detached signature, CHANNEL.p7s, beside a channel.",
	.options = options,
	.operands_min = 1,
	.operands_max = 1,
	.usable = embargo_cli_key_given,
	.run = sign_run,
};
