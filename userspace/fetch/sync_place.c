// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of a server as one policy file of this host: checked beside the others, put in force, or undone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/sign/sign.h"
#include "userspace/check/guard.h"
#include "userspace/check/policies.h"
#include "userspace/check/roots.h"
#include "userspace/fetch/sync_private.h"

#define FIRST_LINE "# From sync-url: what is changed here is lost when embargo fetch runs again.\n"
#define HEAD_END "\n\n"

struct placing {
	struct embargo_sync_job *job;
	char *path;   /* of the policy in place */
	char *staged; /* of the one to come */
	char *old;    /* text of what is in place; NULL: nothing is */
	size_t old_size;
	char *text; /* NULL: there is no rule, so there is to be no file */
	size_t size;
};

static int failed(struct placing *placing, const char *path, int error, const char *why)
{
	return embargo_fetch_fail(&placing->job->result->fetch, EMBARGO_FETCH_HOST, error, "%.100s: %.120s",
				  path, why);
}

/* What an administrator put there under that name is not written over. */
static int old_read(struct placing *placing)
{
	struct embargo_reason reason = {""};
	void *data;
	int r;

	if (access(placing->path, F_OK) && errno == ENOENT)
		return 0;
	r = embargo_sign_file_read(placing->path, EMBARGO_CHANNEL_FILE_SIZE_MAX, false, &data,
				   &placing->old_size, &reason);
	if (r)
		return failed(placing, placing->path, r, reason.text);
	placing->old = data;
	return placing->old_size >= strlen(FIRST_LINE) &&
			       !memcmp(placing->old, FIRST_LINE, strlen(FIRST_LINE))
		       ? 0
		       : failed(placing, placing->path, -EEXIST,
				"did not come from sync-url: give it another name");
}

/* Only the head says when it was made: the rest is the same for the same rules. */
static bool same(const struct placing *placing, const char *lines, size_t size)
{
	const char *end =
		placing->old ? memmem(placing->old, placing->old_size, HEAD_END, strlen(HEAD_END)) : NULL;
	size_t begin;

	if (!end)
		return !placing->old && !size;
	begin = end + strlen(HEAD_END) - placing->old;
	return placing->old_size - begin == size && !memcmp(placing->old + begin, lines, size);
}

static int text_make(struct placing *placing, bool *ret_same)
{
	struct embargo_sync_job *job = placing->job;
	_cleanup_free_ char *lines = NULL;
	size_t size;
	int length, r = embargo_sync_rules_policy(&job->rules, job->sync->config->sync_url, &lines, &size);

	if (r)
		return failed(placing, placing->path, r, strerror(-r));
	*ret_same = same(placing, lines, size);
	if (*ret_same || !size)
		return 0;
	length = asprintf(&placing->text, FIRST_LINE "policy santa\nversion %lld" HEAD_END "%s",
			  (long long)time(NULL), lines);
	if (length < 0) {
		placing->text = NULL;
		return failed(placing, placing->path, -ENOMEM, strerror(ENOMEM));
	}
	placing->size = length;
	return 0;
}

static int text_put(struct placing *placing, const char *path, const char *text, size_t size)
{
	_cleanup_free_ char *temporary = NULL;
	struct embargo_reason reason = {""};
	int r;

	if (!text)
		return unlink(path) && errno != ENOENT ? failed(placing, path, -errno, strerror(errno)) : 0;
	r = embargo_sign_file_prepare(path, text, size, &temporary, &reason)
		    ?: embargo_sign_file_replace(temporary, path, &reason);
	return r ? failed(placing, path, r, reason.text) : 0;
}

/* The policies of this host as they will be. None: an empty list. */
static int paths_make(struct placing *placing, char ***ret_paths)
{
	_cleanup_(embargo_paths_freep) char **there = NULL, **all = NULL;
	size_t count = 0, used = 0, i;
	int r = embargo_policies_list(placing->job->sync->policies, &there);

	if (r && r != -ENOENT)
		return failed(placing, placing->job->sync->policies, r, strerror(-r));
	while (there && there[count])
		count++;
	all = calloc(count + 2, sizeof(*all));
	for (i = 0; all && i < count; i++)
		if (strcmp(strrchr(there[i], '/') + 1, EMBARGO_SYNC_FILE) != 0)
			all[used++] = strdup(there[i]);
	if (all && placing->text)
		all[used++] = strdup(placing->staged);
	if (!all || (used && !all[used - 1]))
		return failed(placing, placing->path, -ENOMEM, strerror(ENOMEM));
	*ret_paths = TAKE_PTR(all);
	return 0;
}

static int check(struct placing *placing)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	_cleanup_(embargo_paths_freep) char **paths = NULL;
	int r = paths_make(placing, &paths);

	if (r || !*paths)
		return r;
	r = embargo_policies_read(paths, EMBARGO_READ_DIGEST, &policy);
	if (r)
		return embargo_fetch_fail(&placing->job->result->fetch, EMBARGO_FETCH_POLICY, r,
					  "the rules of %.100s make a policy that has errors",
					  placing->job->sync->config->sync_url);
	embargo_config_on_error(placing->job->sync->config, policy);
	/* Also while this host only audits: the server may have it enforce in a moment. */
	r = embargo_guard_policy(policy, EMBARGO_MODE_ENFORCE);
	return r ? embargo_fetch_fail(&placing->job->result->fetch, EMBARGO_FETCH_LOCK_OUT, r,
				      "the rules of %.100s ban what this host needs",
				      placing->job->sync->config->sync_url)
		 : 0;
}

static int put_in_force(struct placing *placing)
{
	struct embargo_fetch_result why;
	int r;

	if (placing->job->sync->dry)
		return 0;
	r = text_put(placing, placing->path, placing->text, placing->size);
	if (r || !placing->job->sync->load)
		return r;
	r = placing->job->sync->load();
	if (!r)
		return 0;
	embargo_fetch_fail(&placing->job->result->fetch, EMBARGO_FETCH_LOAD, r,
			   "the rules of %.100s could not be put in force: %s",
			   placing->job->sync->config->sync_url, strerror(-r));
	why = placing->job->result->fetch; /* not what becomes of undoing it */
	text_put(placing, placing->path, placing->old, placing->old_size);
	placing->job->result->fetch = why;
	return r;
}

static void placing_clear(struct placing *placing)
{
	if (placing->staged)
		unlink(placing->staged);
	free(placing->staged);
	free(placing->path);
	free(placing->text);
	free(placing->old);
}

int embargo_sync_place(struct embargo_sync_job *job)
{
	_cleanup_(placing_clear) struct placing placing = {.job = job};
	bool unchanged = false;
	int r;

	placing.path = embargo_sync_path(job, job->sync->policies, EMBARGO_SYNC_FILE);
	placing.staged = embargo_sync_path(job, job->sync->state, EMBARGO_SYNC_FILE);
	if (!placing.path || !placing.staged)
		return -ENOMEM;
	r = old_read(&placing) ?: text_make(&placing, &unchanged);
	if (r || unchanged)
		return r;
	r = placing.text ? text_put(&placing, placing.staged, placing.text, placing.size) : 0;
	r = r ?: check(&placing) ?: put_in_force(&placing);
	job->result->changed = !r;
	return r;
}
