// SPDX-License-Identifier: GPL-2.0-or-later
/* A load puts one policy in the place of another: nobody loses rules by it without being told. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policy/cleanup.h"
#include "userspace/base/config.h"
#include "userspace/base/log.h"
#include "userspace/check/boot.h"
#include "userspace/check/roots.h"
#include "userspace/cli/load.h"

typedef void (*leaving_fn)(void *context, const struct embargo_root *root);

static int leaving_each(const struct embargo_ruleset *before, const struct embargo_ruleset *after,
			leaving_fn call, void *context)
{
	struct embargo_roots old = {0}, new = {0};
	size_t i;
	int r = embargo_roots_read(before, &old) ?: embargo_roots_read(after, &new);

	for (i = 0; !r && i < old.count; i++)
		if (!embargo_roots_have(&new, old.list[i].path))
			call(context, &old.list[i]);
	embargo_roots_clear(&old);
	embargo_roots_clear(&new);
	return r;
}

struct returning {
	char *const *paths;
	unsigned int count;
};

static void returning_count(void *context, const struct embargo_root *root)
{
	struct returning *returning = context;

	if (!embargo_paths_have(returning->paths, root->path))
		return;
	embargo_log_warning("'%s' (%s%s%u rules) would be out of force until the next boot", root->path,
			    root->name, *root->name ? ", " : "", root->rules);
	returning->count++;
}

static bool agreed(void)
{
	char answer[16] = "";

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return false;
	fprintf(stderr, "Put the new policy in its place all the same? [y/N] ");
	return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}

int embargo_load_may_replace(const struct embargo_ruleset *before, const struct embargo_ruleset *after,
			     bool replace)
{
	_cleanup_(embargo_paths_freep) char **paths = NULL;
	struct returning returning = {0};
	int r;

	if (replace || embargo_policies_list(EMBARGO_POLICY_DIR, &paths))
		return 0;
	returning.paths = paths;
	r = leaving_each(before, after, returning_count, &returning);
	if (r)
		return embargo_log_errno(r, "cannot compare with the policy in force");
	if (!returning.count || agreed())
		return 0;
	embargo_log_error("nothing was changed; --add keeps what is in force, --replace takes it out of "
			  "force, and what is in " EMBARGO_POLICY_DIR
			  " is put in force by `embargo load " EMBARGO_POLICY_DIR "`");
	return -EPERM;
}

static void say_one(void *context, const struct embargo_root *root)
{
	(void)context;
	embargo_log_note("no longer in force: %s, %u %s%s%s%s", *root->name ? root->name : root->path,
			 root->rules, root->rules == 1 ? "rule" : "rules", *root->name ? " (" : "",
			 *root->name ? root->path : "", *root->name ? ")" : "");
}

void embargo_load_say_replaced(const struct embargo_ruleset *before, const struct embargo_ruleset *after)
{
	(void)leaving_each(before, after, say_one, NULL);
}

void embargo_load_say_until_boot(enum embargo_mode mode, const struct embargo_ruleset *set)
{
	_cleanup_(embargo_paths_freep) char **paths = NULL;
	enum embargo_mode boot = embargo_boot_mode();
	struct embargo_roots roots;
	size_t i;

	if (boot != EMBARGO_MODE_MAX && boot != mode)
		embargo_log_note("%s is until the next boot only, for " EMBARGO_CONFIG
				 " says otherwise: embargo mode --persist %s",
				 embargo_mode_name(mode), embargo_mode_name(mode));
	/* Without the directory nothing of this host is loaded at boot: an initramfs, a host without the
	 * units. */
	if (embargo_policies_list(EMBARGO_POLICY_DIR, &paths) || embargo_roots_read(set, &roots))
		return;
	for (i = 0; i < roots.count; i++)
		if (!embargo_paths_have(paths, roots.list[i].path))
			embargo_log_note(
				"'%s' is in force until the next boot only: it is not in " EMBARGO_POLICY_DIR,
				roots.list[i].path);
	embargo_roots_clear(&roots);
}

/* Each once: a policy that is given again is read again, not twice. */
static int path_add(char **paths, size_t *count, const char *path)
{
	if (embargo_paths_have(paths, path))
		return 0;
	paths[*count] = strdup(path);
	if (!paths[*count])
		return -ENOMEM;
	(*count)++;
	return 0;
}

static size_t count_of(char *const *paths)
{
	size_t count = 0;

	while (paths && paths[count])
		count++;
	return count;
}

int embargo_load_paths(const char *without, char *const *more, char ***ret_paths)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;
	_cleanup_(embargo_paths_freep) char **paths = NULL;
	struct embargo_roots roots = {0};
	size_t count = 0, i;
	bool found = false;
	int r = embargo_policydb_open_kept(EMBARGO_POLICYDB_LINK, &policydb);

	if (r && r != -ENOENT)
		return embargo_log_errno(r, "cannot read the policy in force from '%s', load it again",
					 EMBARGO_POLICYDB_LINK);
	r = policydb ? embargo_roots_read(&policydb->set, &roots) : 0;
	paths = r ? NULL : calloc(roots.count + count_of(more) + 1, sizeof(*paths));
	r = r ?: paths ? 0 : -ENOMEM;
	for (i = 0; !r && i < roots.count; i++) {
		if (without && !strcmp(roots.list[i].name, without))
			found = true;
		else
			r = path_add(paths, &count, roots.list[i].path);
	}
	for (i = 0; !r && more && more[i]; i++)
		r = path_add(paths, &count, more[i]);
	if (r) {
		embargo_log_errno(r, "cannot list the policies in force");
	} else if (without && !found) {
		embargo_log_error("no policy of the name '%s' is in force; in force:%s", without,
				  roots.count ? "" : " none");
		for (i = 0; i < roots.count; i++)
			embargo_log_note("%s (%s)",
					 *roots.list[i].name ? roots.list[i].name : "without a name",
					 roots.list[i].path);
		r = -ENOENT;
	}
	embargo_roots_clear(&roots);
	if (!r)
		*ret_paths = TAKE_PTR(paths);
	return r;
}
