// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo id */
#include <sys/stat.h>

#include "userspace/cli/command.h"
#include "userspace/cli/id.h"
#include "userspace/base/log.h"
#include "userspace/base/output.h"

#define WANT (EMBARGO_WANT_INSIDE | EMBARGO_WANT_VERIFY | EMBARGO_WANT_AUTHENTICODE | EMBARGO_WANT_OWNER)

#define LARGE (8LL << 30) /* bytes: about half a minute to hash */

/* What names it is its hash, so that there is nothing to say of a file that is not hashed. */
static bool too_large(const char *path)
{
	struct stat st;

	if (stat(path, &st) || !S_ISREG(st.st_mode) || st.st_size <= LARGE)
		return false;
	embargo_log_error("%s: not read: %.1f GiB would take minutes to hash; --any-size does it", path,
			  (double)st.st_size / (1 << 30));
	return true;
}

static enum embargo_exit id_run(const struct embargo_arguments *arguments)
{
	bool json = embargo_given(arguments, "json"), rule = embargo_given(arguments, "rule");
	bool old = embargo_given(arguments, "old-hashes");
	unsigned int want = WANT | (old ? EMBARGO_WANT_SHA1 | EMBARGO_WANT_MD5 : 0);
	enum embargo_exit status = EMBARGO_EXIT_DONE;
	json_t *list = json ? json_array() : NULL;
	json_t *rules = rule ? json_object() : NULL; /* that were printed, with the file that each was of */
	size_t i;

	for (i = 0; i < arguments->operand_count; i++) {
		_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
		const char *path = arguments->operands[i];
		struct embargo_reason reason = {""};

		if (!embargo_given(arguments, "any-size") && too_large(path)) {
			status = EMBARGO_EXIT_FAILED;
			continue;
		}
		if (embargo_identity_read(path, want, &identity, &reason)) {
			embargo_log_error("%s: %s", path, reason.text);
			status = EMBARGO_EXIT_FAILED;
			continue;
		}
		if (json)
			json_array_append_new(list, embargo_identity_json(identity));
		else if (!rule)
			embargo_identity_text(identity, stdout);
		else if (embargo_identity_rules(identity, rules, stdout))
			status = EMBARGO_EXIT_FAILED;
	}
	if (json && embargo_json_print(list, JSON_INDENT(2)))
		status = EMBARGO_EXIT_FAILED;
	json_decref(rules);
	return status;
}

static const struct embargo_option options[] = {
	{.name = "json", .help = "print a JSON array, one object a file", .group = 1},
	{.name = "rule", .help = "print lines of policy that ban the files", .group = 1},
	{.name = "old-hashes", .help = "show SHA-1 and MD5 too, to look the file up in old feeds"},
	{.name = "any-size", .help = "also files above 8 GiB, which takes minutes"},
	{0},
};

const struct embargo_command embargo_cmd_id = {
	.name = "id",
	.usage = "[--json|--rule] [--old-hashes] [--any-size] FILE…",
	.summary = "Show what a file is: its hash, size and format, its package, and what it says of itself.",
	.details = "The lines of --rule can be loaded as they are. Those that start with # would reach\n"
		   "further than this one file, and are proposals.\n",
	.options = options,
	.operands_min = 1,
	.operands_max = EMBARGO_OPERANDS_ANY,
	.run = id_run,
};
