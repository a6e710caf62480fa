// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading policies, and reporting what is wrong with them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader/loader.h"
#include "userspace/base/config.h"
#include "userspace/base/log.h"
#include "userspace/check/boot.h"
#include "userspace/check/policies.h"
#include "userspace/check/roots.h"
#include "userspace/base/progress.h"
#include "userspace/base/text.h"

#define STREAM_MAX (2047UL << 20) /* bytes of a policy from a pipe */

static void show_progress(void *bar, __u64 bytes, __u64 total)
{
	embargo_bar_show(bar, bytes, total);
}

/* A large one takes its time, and says how far it has come. Only its last name: a line must fit a terminal.
 */
static int file_read(struct embargo_policy *policy, const char *path, unsigned int flags)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	_cleanup_free_ char *label = embargo_text(name, strlen(name));
	struct embargo_bar bar;
	int r;

	embargo_bar_begin(&bar, label ?: "policy");
	policy->progress = show_progress;
	policy->progress_data = &bar;
	r = embargo_policy_read(policy, path, flags);
	policy->progress = NULL;
	embargo_bar_end(&bar);
	return r;
}

static int directory_read(struct embargo_policy *policy, const char *path, unsigned int flags)
{
	_cleanup_(embargo_paths_freep) char **files = NULL;
	int error = embargo_policies_list(path, &files), r;
	char **file;

	if (error)
		return embargo_log_errno(error, "cannot read the directory '%s'", path);
	if (!*files) {
		embargo_log_error("no *.policy file in '%s'", path);
		error = -ENOENT;
	}
	for (file = files; *file; file++) {
		r = file_read(policy, *file, flags | EMBARGO_READ_DIRECTORY);
		error = error ?: r;
	}
	return error;
}

/* Logs name the file of a rule long after, and from elsewhere: an absolute path means the same then. */
static char *absolute(const char *path)
{
	_cleanup_free_ char *here = *path == '/' ? strdup("") : getcwd(NULL, 0);
	char *whole;

	if (!here || asprintf(&whole, "%s%s%s", here, *here ? "/" : "", path) < 0)
		return NULL;
	return whole;
}

/* What comes from a pipe has no bytes to come back to: it is taken whole. */
static int stream_read(struct embargo_policy *policy, const char *name, FILE *stream, unsigned int flags)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0, some, total = 0;
	FILE *out = open_memstream(&text, &size);
	char part[65536];

	while (out && (some = fread(part, 1, sizeof(part), stream)) && (total += some) <= STREAM_MAX)
		fwrite(part, 1, some, out);
	if (!out || fclose(out))
		return embargo_log_errno(-ENOMEM, "cannot read '%s'", name);
	if (ferror(stream))
		return embargo_log_errno(-EIO, "cannot read '%s'", name);
	if (total > STREAM_MAX)
		return embargo_log_errno(-EFBIG, "cannot read '%s'", name);
	return embargo_policy_read_buffer(policy, name, text, size, flags);
}

static int path_read(struct embargo_policy *policy, const char *path, unsigned int flags)
{
	/* To look at one, it may come from a pipe; what is put in force is a file whose owner can be known.
	 */
	const char *named = flags & EMBARGO_READ_ANY_OWNER && !strcmp(path, "-") ? "/dev/stdin" : path;
	_cleanup_free_ char *whole = flags & EMBARGO_READ_ANY_OWNER ? strdup(named) : absolute(path);
	struct stat st;

	if (!whole)
		return -ENOMEM;
	if (!stat(whole, &st) && S_ISDIR(st.st_mode))
		return directory_read(policy, whole, flags);
	if (flags & EMBARGO_READ_ANY_OWNER && !strcmp(whole, "/dev/stdin") && !fstat(STDIN_FILENO, &st) &&
	    !S_ISREG(st.st_mode))
		return stream_read(policy, whole, stdin, flags);
	return file_read(policy, whole, flags);
}

static const char *first_file(const struct embargo_policy *policy)
{
	return policy->set.file_count ? embargo_string(&policy->set, policy->set.files[0].path) : "policy";
}

int embargo_policies_parse(char *const *paths, unsigned int flags, struct embargo_policy **ret_policy)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	int error = 0, r;

	if (!policy)
		return embargo_log_errno(-ENOMEM, "cannot read the policy");
	/* An error in one file does not hide those of the others. */
	for (; *paths; paths++) {
		r = path_read(policy, *paths, flags);
		error = error ?: r;
	}
	r = embargo_policy_check(policy, time(NULL));
	error = error ?: r;
	if (!error && !policy->set.rule_count) {
		embargo_policy_report(policy, EMBARGO_ERROR, first_file(policy), 0,
				      "see embargo.policy(5), or `embargo unload` to ban nothing",
				      "there is no rule in it, so it bans nothing");
		error = -ENODATA;
	}
	*ret_policy = TAKE_PTR(policy);
	return error;
}

void embargo_policies_report(const struct embargo_policy *policy, enum embargo_severity least, int error)
{
	size_t count = policy->diagnostics.total[EMBARGO_ERROR];

	embargo_diagnostics_format(&policy->diagnostics, least, stderr);
	if (error == -ENOMEM)
		embargo_log_errno(error, "cannot read the policy");
	else if (count)
		embargo_log_error("%zu %s in the policy", count, count == 1 ? "error" : "errors");
}

int embargo_policies_read(char *const *paths, unsigned int flags, struct embargo_policy **ret_policy)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	int r = embargo_policies_parse(paths, flags, &policy);

	if (policy)
		embargo_policies_report(policy, EMBARGO_WARNING, r);
	if (r)
		return r;
	*ret_policy = TAKE_PTR(policy);
	return 0;
}

void embargo_evaluator_free(struct embargo_evaluator *evaluator)
{
	if (!evaluator)
		return;
	embargo_resolver_free(evaluator->resolver);
	embargo_policydb_close(evaluator->policydb);
	embargo_policy_free(evaluator->policy);
	free(evaluator->pages);
	free(evaluator);
}

int embargo_evaluator_policy(struct embargo_policy *policy, struct embargo_evaluator **ret_evaluator)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator =
		calloc(1, sizeof(*evaluator));
	size_t pages = 0;
	int r = evaluator ? 0 : -ENOMEM;

	r = r ?: embargo_image_pages(policy, &pages);
	if (!r) {
		evaluator->pages = aligned_alloc(EMBARGO_PAGE_SIZE, pages * EMBARGO_PAGE_SIZE);
		r = evaluator->pages ? 0 : -ENOMEM;
	}
	if (!r) {
		memset(evaluator->pages, 0, pages * EMBARGO_PAGE_SIZE);
		r = embargo_image_build(policy, evaluator->pages, pages, 0);
	}
	r = r ?: embargo_resolver_new(&policy->set, &evaluator->resolver);
	if (r)
		return embargo_log_errno(r, "cannot build the policy's image");
	evaluator->image = evaluator->pages;
	evaluator->set = &policy->set;
	*ret_evaluator = TAKE_PTR(evaluator);
	return 0;
}

int embargo_evaluator_in_force(struct embargo_evaluator **ret_evaluator)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator =
		calloc(1, sizeof(*evaluator));
	int r = evaluator ? embargo_policydb_open(EMBARGO_POLICYDB_LINK, &evaluator->policydb) : -ENOMEM;

	if (r == -ENOENT)
		return r;
	r = r ?: embargo_resolver_new(&evaluator->policydb->set, &evaluator->resolver);
	if (r)
		return embargo_log_errno(r, "cannot read the policy in force from '%s', load it again",
					 EMBARGO_POLICYDB_LINK);
	evaluator->image = evaluator->policydb->image;
	evaluator->set = &evaluator->policydb->set;
	*ret_evaluator = TAKE_PTR(evaluator);
	return 0;
}

int embargo_evaluator_new(char *const *paths, struct embargo_evaluator **ret_evaluator)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	_cleanup_(embargo_config_clear) struct embargo_config config = {0};
	char *standard[] = {EMBARGO_POLICY_DIR, NULL};
	int r;

	if (!*paths) {
		r = embargo_evaluator_in_force(ret_evaluator);
		if (r != -ENOENT)
			return r;
		if (access(*standard, F_OK)) {
			embargo_log_error(
				"no policy is in force and there is no '%s': name one with --policy, "
				"or after `policy show` or `policy explain`",
				*standard);
			return -ENOENT;
		}
		paths = standard;
	}
	/* To look at a policy does no harm, whoever can write it. */
	r = embargo_policies_read(paths, EMBARGO_READ_ANY_OWNER, &policy);
	/* As load would put it in force on this host. */
	r = r ?: embargo_config_read(NULL, &config);
	if (r)
		return r;
	embargo_config_on_error(&config, policy);
	r = embargo_evaluator_policy(policy, ret_evaluator);
	if (!r)
		(*ret_evaluator)->policy = TAKE_PTR(policy);
	return r;
}
