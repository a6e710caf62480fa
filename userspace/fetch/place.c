// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From what was fetched to the directory of policies. All is checked before a file of the host changes, with
 * the other policies that the host has, as they will be in force together.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/sign/sign.h"
#include "policy/whole_file.h"
#include "userspace/check/guard.h"
#include "userspace/check/roots.h"
#include "userspace/fetch/private.h"

#define STAGED "staged"
#define PREVIOUS "previous"

/* Called for each file of the rings, and for its signature. */
typedef int (*file_fn)(struct embargo_fetch_job *job, const struct embargo_channel_file *file,
		       const char *suffix);

static int files_each(struct embargo_fetch_job *job, file_fn call)
{
	size_t i, n;
	int r = 0;

	for (i = 0; i < job->ring_count && !r; i++)
		for (n = 0; n < job->rings[i]->file_count && !r; n++)
			r = call(job, &job->rings[i]->files[n], EMBARGO_SIGN_SUFFIX)
				    ?: call(job, &job->rings[i]->files[n], "");
	return r;
}

static char *path_in(const char *directory, const char *name, const char *suffix)
{
	char *path;

	return asprintf(&path, "%s/%s%s", directory, name, suffix) < 0 ? NULL : path;
}

static int no_memory(struct embargo_fetch_job *job)
{
	return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, -ENOMEM, "no memory");
}

static int path_failed(struct embargo_fetch_job *job, const char *path, int error)
{
	return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, error, "%.180s: %s", path,
				  strerror(-error));
}

/* @name, below the directory of the job, empty. NULL: @result says why. */
static char *directory_new(struct embargo_fetch_job *job, const char *name)
{
	_cleanup_free_ char *path = path_in(job->directory, name, "");
	_cleanup_closedir_ DIR *directory = NULL;
	const struct dirent *entry;

	if (!path) {
		no_memory(job);
		return NULL;
	}
	directory = mkdir(path, 0700) && errno != EEXIST ? NULL : opendir(path);
	if (!directory) {
		path_failed(job, path, -errno);
		return NULL;
	}
	while ((entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(directory), entry->d_name, 0);
	return TAKE_PTR(path);
}

bool embargo_fetch_placed(const struct embargo_fetch_job *job, const struct embargo_channel_ring *ring)
{
	const struct embargo_fetch_policy *policy = embargo_fetch_state_policy(&job->state, ring->policy);
	size_t i;

	if (!policy || policy->version != ring->version || policy->file_count != ring->file_count)
		return false;
	for (i = 0; i < ring->file_count; i++) {
		_cleanup_free_ char *path = path_in(job->fetch->policies, ring->files[i].name, "");
		_cleanup_free_ char *signature =
			path_in(job->fetch->policies, ring->files[i].name, EMBARGO_SIGN_SUFFIX);

		if (!path || !signature || access(signature, F_OK) ||
		    !embargo_fetch_file_is(path, ring->files[i].sha256))
			return false;
	}
	return true;
}

static int file_stage(struct embargo_fetch_job *job, const struct embargo_channel_file *file,
		      const char *suffix)
{
	_cleanup_free_ char *kept = embargo_fetch_kept(job, file, suffix), *name = NULL;

	if (!kept || asprintf(&name, "%s/" STAGED "/%s%s", job->directory, file->name, suffix) < 0)
		return no_memory(job);
	if (!link(kept, name))
		return 0;
	if (errno == EEXIST && (*suffix || embargo_fetch_file_is(name, file->sha256)))
		return 0; /* two policies include it */
	if (errno == EEXIST)
		return embargo_fetch_fail(
			job->result, EMBARGO_FETCH_CHANNEL, -EEXIST,
			"two policies for this host have different files of the name '%.100s'", file->name);
	return path_failed(job, name, -errno);
}

static bool ring_has(const struct embargo_fetch_job *job, const char *name)
{
	size_t i, n;

	for (i = 0; i < job->ring_count; i++)
		for (n = 0; n < job->rings[i]->file_count; n++)
			if (!strcmp(job->rings[i]->files[n].name, name))
				return true;
	return false;
}

/* Of a policy that was fetched, and, if it is one of @replaced, is to be replaced. */
static bool state_has(const struct embargo_fetch_job *job, const char *name, bool replaced)
{
	size_t i, n, ring;

	for (i = 0; i < job->state.policy_count; i++) {
		const struct embargo_fetch_policy *policy = &job->state.policies[i];

		for (ring = 0; ring < job->ring_count; ring++)
			if (!strcmp(job->rings[ring]->policy, policy->name))
				break;
		if ((ring < job->ring_count) != replaced)
			continue;
		for (n = 0; n < policy->file_count; n++)
			if (!strcmp(policy->files[n].name, name))
				return true;
	}
	return false;
}

/* What an administrator put there is not overwritten, unless it is the same. */
static int file_free(struct embargo_fetch_job *job, const struct embargo_channel_file *file,
		     const char *suffix)
{
	_cleanup_free_ char *path = path_in(job->fetch->policies, file->name, "");

	if (!path)
		return no_memory(job);
	if (*suffix || state_has(job, file->name, true) || access(path, F_OK) ||
	    embargo_fetch_file_is(path, file->sha256))
		return 0;
	return embargo_fetch_fail(
		job->result, EMBARGO_FETCH_HOST, -EEXIST,
		"%.150s did not come by a fetch: remove it, or give the channel's another name", path);
}

/* The policies of this host as they will be: those of the rings, and what no ring replaces. */
static int paths_make(struct embargo_fetch_job *job, const char *staged, char ***ret_paths)
{
	_cleanup_(embargo_paths_freep) char **there = NULL, **all = NULL;
	size_t count = 0, i, used = 0;
	int r = embargo_policies_list(job->fetch->policies, &there);

	if (r && r != -ENOENT)
		return path_failed(job, job->fetch->policies, r);
	while (there && there[count])
		count++;
	all = calloc(count + 2, sizeof(*all));
	if (!all)
		return no_memory(job);
	for (i = 0; i < count; i++) {
		const char *name = strrchr(there[i], '/') + 1;

		if (!ring_has(job, name) && !(state_has(job, name, true) && !state_has(job, name, false)))
			all[used++] = TAKE_PTR(there[i]);
		else
			free(TAKE_PTR(there[i]));
	}
	/* The list ends at the first that was taken. */
	free(TAKE_PTR(there));
	all[used] = strdup(staged);
	if (!all[used])
		return no_memory(job);
	*ret_paths = TAKE_PTR(all);
	return 0;
}

/* Signatures and versions, by the code that `load' asks. What it says of versions is not kept. */
static int trusted(struct embargo_fetch_job *job, const struct embargo_policy *policy)
{
	_cleanup_(embargo_trust_freep) struct embargo_trust *trust = NULL;
	struct embargo_log_message refusal = {0};
	int r = embargo_trust_check(job->fetch->trust, policy, &trust, &refusal);

	if (r)
		embargo_fetch_fail(job->result, EMBARGO_FETCH_SIGNATURE, r, "%.200s",
				   refusal.object ? embargo_log_message_message(&refusal)
						  : "the policy is not to be trusted");
	embargo_log_message_clear(&refusal);
	return r;
}

int embargo_fetch_check(struct embargo_fetch_job *job)
{
	_cleanup_free_ char *staged = directory_new(job, STAGED);
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	_cleanup_(embargo_paths_freep) char **paths = NULL;
	int r = staged ? 0 : -EIO;

	r = r ?: files_each(job, file_free);
	r = r ?: files_each(job, file_stage);
	r = r ?: paths_make(job, staged, &paths);
	if (r)
		return r;
	r = embargo_policies_read(paths, EMBARGO_READ_DIGEST, &policy);
	if (r)
		return embargo_fetch_fail(
			job->result, EMBARGO_FETCH_POLICY, r,
			"%.120s: the policy has errors (embargo fetch --dry-run shows them)",
			job->result->what);
	embargo_config_on_error(job->fetch->config, policy);
	r = trusted(job, policy);
	if (r)
		return r;
	/* Also while this host only audits: the file stays for the day it enforces. */
	r = embargo_guard_policy(policy, EMBARGO_MODE_ENFORCE);
	return r ? embargo_fetch_fail(job->result, EMBARGO_FETCH_LOCK_OUT, r,
				      "%.100s: the policy bans what this host needs (embargo fetch --dry-run "
				      "names it)",
				      job->result->what)
		 : 0;
}

static int file_copy(struct embargo_fetch_job *job, const char *from, const char *to)
{
	_cleanup_(embargo_whole_file_close) struct embargo_whole_file out = {0};
	_cleanup_fclose_ FILE *in = fopen(from, "re");
	struct embargo_reason reason = {""};
	char buffer[65536];
	size_t size;
	int r;

	if (!in)
		return path_failed(job, from, -errno);
	r = embargo_whole_file_open(to, &out, &reason);
	while (!r && (size = fread(buffer, 1, sizeof(buffer), in)))
		if (fwrite(buffer, 1, size, out.stream) != size)
			break;
	if (!r && ferror(in))
		return path_failed(job, from, -EIO);
	r = r ?: embargo_whole_file_error(&out, &reason) ?: embargo_whole_file_publish(&out, &reason);
	return r ? embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, r, "%.100s: %.120s", to, reason.text)
		 : 0;
}

/* What is at @name now, for embargo_fetch_unplace(). */
static int previous_keep(struct embargo_fetch_job *job, const char *name, const char *suffix)
{
	_cleanup_free_ char *path = path_in(job->fetch->policies, name, suffix), *kept = NULL;

	if (!path || asprintf(&kept, "%s/" PREVIOUS "/%s%s", job->directory, name, suffix) < 0)
		return no_memory(job);
	return access(path, F_OK) ? 0 : file_copy(job, path, kept);
}

static int file_keep(struct embargo_fetch_job *job, const struct embargo_channel_file *file,
		     const char *suffix)
{
	return previous_keep(job, file->name, suffix);
}

static int file_put(struct embargo_fetch_job *job, const struct embargo_channel_file *file,
		    const char *suffix)
{
	_cleanup_free_ char *kept = embargo_fetch_kept(job, file, suffix);
	_cleanup_free_ char *path = path_in(job->fetch->policies, file->name, suffix);

	return kept && path ? file_copy(job, kept, path) : no_memory(job);
}

/* What the policies of the rings had before, and have no more. */
static int old_remove(struct embargo_fetch_job *job)
{
	size_t i, n;
	int r = 0;

	for (i = 0; i < job->state.policy_count && !r; i++)
		for (n = 0; n < job->state.policies[i].file_count && !r; n++) {
			const char *name = job->state.policies[i].files[n].name;
			_cleanup_free_ char *path = path_in(job->fetch->policies, name, "");
			_cleanup_free_ char *signature =
				path_in(job->fetch->policies, name, EMBARGO_SIGN_SUFFIX);

			if (ring_has(job, name) || !state_has(job, name, true) || state_has(job, name, false))
				continue;
			r = previous_keep(job, name, EMBARGO_SIGN_SUFFIX) ?: previous_keep(job, name, "");
			if (!r && path && signature && (unlink(path) || unlink(signature)) && errno != ENOENT)
				r = path_failed(job, path, -errno);
		}
	return r;
}

int embargo_fetch_place(struct embargo_fetch_job *job)
{
	_cleanup_free_ char *previous = directory_new(job, PREVIOUS);
	int r = previous ? 0 : -EIO;

	/* All of it is kept before the first file changes. */
	r = r ?: files_each(job, file_keep);
	if (r)
		return r;
	r = files_each(job, file_put) ?: old_remove(job);
	if (r)
		embargo_fetch_unplace(job);
	return r;
}

/* What was there before comes back; what was not there goes. */
static int file_back(struct embargo_fetch_job *job, const struct embargo_channel_file *file,
		     const char *suffix)
{
	_cleanup_free_ char *path = path_in(job->fetch->policies, file->name, suffix), *kept = NULL;

	if (path && asprintf(&kept, "%s/" PREVIOUS "/%s%s", job->directory, file->name, suffix) >= 0 &&
	    access(kept, F_OK))
		unlink(path);
	return 0;
}

void embargo_fetch_unplace(struct embargo_fetch_job *job)
{
	_cleanup_free_ char *previous = path_in(job->directory, PREVIOUS, "");
	struct embargo_fetch_result *said = job->result, aside = {0};
	_cleanup_closedir_ DIR *directory = previous ? opendir(previous) : NULL;
	const struct dirent *entry;

	job->result = &aside; /* why it is undone is what matters */
	files_each(job, file_back);
	while (directory && (entry = readdir(directory))) {
		_cleanup_free_ char *from = path_in(previous, entry->d_name, "");
		_cleanup_free_ char *to = path_in(job->fetch->policies, entry->d_name, "");

		if (entry->d_name[0] != '.' && from && to)
			file_copy(job, from, to);
	}
	job->result = said;
}

void embargo_fetch_place_done(struct embargo_fetch_job *job)
{
	free(directory_new(job, PREVIOUS));
	free(directory_new(job, STAGED));
}
