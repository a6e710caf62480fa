// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy channel make */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "policy/channel/channel.h"
#include "userspace/base/log.h"
#include "userspace/check/policies.h"
#include "userspace/cli/command.h"
#include "userspace/cli/sign.h"

#define DAYS_DEFAULT 30
#define DAYS_MAX 3650

static bool digits(const char *text, unsigned long long most, unsigned long long *ret_number)
{
	char *end;

	errno = 0;
	*ret_number = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && *ret_number && *ret_number <= most;
}

/* PERCENT of "PERCENT:POLICY", in hundredths. NULL: it is none; else the path. */
static const char *ring_split(const char *operand, unsigned int *ret_share)
{
	unsigned int whole = 0, parts = 0, read = 0;

	if (sscanf(operand, "%3u%n", &whole, (int *)&read) != 1 || *operand < '0' || *operand > '9')
		return NULL;
	operand += read;
	if (*operand == '.') {
		for (read = 1; operand[read] >= '0' && operand[read] <= '9' && read < 3; read++)
			parts = parts * 10 + operand[read] - '0';
		if (read == 1)
			return NULL;
		parts *= read == 2 ? 10 : 1;
		operand += read;
	}
	*ret_share = whole * 100 + parts;
	return *operand == ':' && *ret_share && *ret_share <= EMBARGO_CHANNEL_PLACES ? operand + 1 : NULL;
}

static int file_describe(const char *path, const __u8 *sha256, struct embargo_channel_file *file)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct stat status;

	if (*path == '/')
		return embargo_log_errno(
			-EINVAL, "'%s': name it as hosts are to fetch it, relative to the channel", path);
	if (stat(path, &status))
		return embargo_log_errno(-errno, "'%s'", path);
	file->name = strdup(name);
	file->url = strdup(path);
	file->size = status.st_size;
	memcpy(file->sha256, sha256, EMBARGO_SHA256_SIZE);
	return file->name && file->url ? 0 : embargo_log_errno(-ENOMEM, "'%s'", path);
}

/* A host puts all files of a ring into one directory: elsewhere `include' would not find them. */
static bool beside(const char *path, const char *policy)
{
	const char *slash = strrchr(policy, '/');
	size_t size = slash ? slash - policy + 1 : 0;

	return !strncmp(path, policy, size) && !strchr(path + size, '/');
}

static int ring_describe(const char *operand, struct embargo_channel_ring *ring)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	const char *path = ring_split(operand, &ring->share);
	char *const paths[] = {(char *)path, NULL};
	const struct embargo_ruleset *set;
	__u32 i;
	int r;

	if (!path)
		return embargo_log_errno(-EINVAL, "'%s' is not PERCENT:POLICY, such as 5:site.policy",
					 operand);
	r = embargo_policies_read(paths, EMBARGO_READ_ANY_OWNER | EMBARGO_READ_DIGEST, &policy);
	if (r)
		return r;
	set = &policy->set;
	if (!set->files[0].name || !set->files[0].version)
		return embargo_log_errno(-EINVAL, "%s: has no `policy NAME' or no `version N'", path);
	ring->policy = strdup(embargo_string(set, set->files[0].name));
	ring->version = set->files[0].version;
	ring->files = calloc(set->file_count, sizeof(*ring->files));
	if (!ring->policy || !ring->files)
		return embargo_log_errno(-ENOMEM, "%s", path);
	for (i = 0; i < set->file_count && !r; i++) {
		if (!beside(embargo_string(set, set->files[i].path), path))
			return embargo_log_errno(-EINVAL, "'%s' is included, but does not lie beside '%s'",
						 embargo_string(set, set->files[i].path), path);
		ring->file_count++;
		r = file_describe(embargo_string(set, set->files[i].path), set->files[i].sha256,
				  &ring->files[i]);
	}
	return r;
}

static int channel_describe(const struct embargo_arguments *arguments, struct embargo_channel *channel)
{
	const char *serial = embargo_value(arguments, "serial");
	const char *days_text = embargo_value(arguments, "days");
	unsigned long long number, days = DAYS_DEFAULT;
	size_t i;
	int r = 0;

	if (!digits(serial, INT64_MAX, &number))
		return embargo_log_errno(-EINVAL, "--serial is a number from 1 up");
	if (days_text && !digits(days_text, DAYS_MAX, &days))
		return embargo_log_errno(-EINVAL, "--days is a number from 1 to %d", DAYS_MAX);
	channel->serial = number;
	channel->issued = time(NULL);
	channel->expires = channel->issued + days * 24 * 60 * 60;
	channel->rings = calloc(arguments->operand_count, sizeof(*channel->rings));
	if (!channel->rings)
		return embargo_log_errno(-ENOMEM, "cannot make a channel");
	for (i = 0; i < arguments->operand_count && !r; i++) {
		channel->ring_count++;
		r = ring_describe(arguments->operands[i], &channel->rings[i]);
	}
	return r;
}

static enum embargo_exit make_run(const struct embargo_arguments *arguments)
{
	_cleanup_(embargo_channel_freep) struct embargo_channel *channel = calloc(1, sizeof(*channel));
	const char *output = embargo_value(arguments, "output");
	struct embargo_reason reason = {""};
	_cleanup_free_ char *text = NULL;
	size_t size;

	if (!channel || channel_describe(arguments, channel))
		return EMBARGO_EXIT_FAILED;
	if (embargo_channel_write(channel, &text, &size, &reason)) {
		embargo_log_error("hosts would refuse that channel: %s", reason.text);
		return EMBARGO_EXIT_FAILED;
	}
	if (output && strcmp(output, "-"))
		return embargo_cli_write(output, text, size) ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
	return fputs(text, stdout) < 0 ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

static bool make_usable(const struct embargo_arguments *arguments)
{
	if (embargo_given(arguments, "serial"))
		return true;
	embargo_log_error("--serial is needed: one higher than that of the channel before");
	return false;
}

static const struct embargo_option options[] = {
	{.name = "serial", .argument = "NUMBER", .help = "higher than that of the channel before"},
	{.name = "days", .argument = "NUMBER", .help = "it is good for so many; 30 unless given"},
	{.name = "output",
	 .file = EMBARGO_FILE_WRITTEN,
	 .argument = "FILE",
	 .help = "write it there, not to standard output"},
	{0},
};

const struct embargo_command embargo_cmd_policy_channel_make = {
	.name = "make",
	.usage = "--serial NUMBER [--days NUMBER] [--output FILE] PERCENT:POLICY…",
	.summary = "Write a channel that hands out POLICY to the hosts up to PERCENT of all.",
	.details = "Of the rings of one policy a host takes the first that covers it, so they are given\n"
		   "from the narrowest up: 5:new/site.policy 100:old/site.policy. POLICY is named relative\n"
		   "to the channel, and what it includes lies beside it.\n",
	.options = options,
	.operands_min = 1,
	.operands_max = EMBARGO_CHANNEL_RINGS_MAX,
	.usable = make_usable,
	.run = make_run,
};
