// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The last good policy: the policy database of the last load that passed every check, as one more link beside
 * the policy databases. Its name holds the mode that it was in force with. A boot whose policy is broken
 * falls back to it. Copies of an initramfs are in EMBARGO_RUN_DIR; of several the newest counts.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "loader/internal.h"

static const char *const directories[] = {EMBARGO_STATE_DIR, EMBARGO_RUN_DIR};

#define DIRECTORIES (sizeof(directories) / sizeof(*directories))
#define PATH_SIZE 64

static const char *path_of(char path[static PATH_SIZE], const char *directory, unsigned int mode)
{
	snprintf(path, PATH_SIZE, "%s/last-%s.book", directory, embargo_mode_name(mode));
	return path;
}

/* In the directories from number @first on. */
static void remove_all_but(const char *keep, size_t first)
{
	char path[PATH_SIZE];

	for (size_t i = first; i < DIRECTORIES; i++)
		for (unsigned int mode = 0; mode < EMBARGO_MODE_MAX; mode++)
			if (!keep || strcmp(keep, path_of(path, directories[i], mode)) != 0)
				unlink(path_of(path, directories[i], mode));
}

void embargo_last_good_remove(void)
{
	remove_all_but(NULL, 0);
}

/*
 * The policy database of @generation: where the link of the policy in force points. Another directory may
 * hold one of the same name, of a boot before. -ENOENT: a later load has replaced it.
 */
static int policydb_of(uint64_t generation, char policydb[static PATH_SIZE], size_t *ret_directory)
{
	char target[PATH_SIZE];
	ssize_t size = readlink(EMBARGO_POLICYDB_LINK, target, sizeof(target) - 1);

	if (size < 0)
		return -errno;
	target[size] = 0;
	for (size_t i = 0; i < DIRECTORIES; i++) {
		snprintf(policydb, PATH_SIZE, "%s/policy-%" PRIu64 ".book", directories[i], generation);
		if (strcmp(policydb, target) != 0)
			continue;
		*ret_directory = i;
		return 0;
	}
	return -ENOENT;
}

int embargo_last_good_keep(uint64_t generation, enum embargo_mode mode, struct embargo_error *error)
{
	char policydb[PATH_SIZE], path[PATH_SIZE], new[PATH_SIZE + 4];
	size_t directory;
	int r;

	r = policydb_of(generation, policydb, &directory);
	if (r == -ENOENT)
		return 0; /* replaced already by a later load */
	if (r < 0)
		return embargo_fail(error, r,
				    "the policy is in force, but cannot be kept as the last good "
				    "one: " EMBARGO_POLICYDB_LINK ": %s",
				    strerror(-r));
	snprintf(new, sizeof(new), "%s.new", path_of(path, directories[directory], mode));
	unlink(new);
	if (link(policydb, new) < 0 || rename(new, path) < 0)
		return embargo_fail(error, -errno,
				    "the policy is in force, but cannot be kept as the last good "
				    "one in %s: %s",
				    path, strerror(errno));
	/* One that does not outlive this boot takes the place of none that does. */
	remove_all_but(path, directory);
	return directory > 0;
}

/* Is it the policy in force? That one may have another policy database, with more that was resolved. */
static bool is_in_force(const struct embargo_policydb *in_force, const char *path)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;

	return embargo_policydb_open_kept(path, &policydb) == 0 &&
	       embargo_ruleset_same(&policydb->set, &in_force->set);
}

void embargo_last_good_mode(enum embargo_mode mode)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *in_force = NULL;
	char from[PATH_SIZE], to[PATH_SIZE];

	if (embargo_policydb_open_kept(EMBARGO_POLICYDB_LINK, &in_force) < 0)
		return;
	for (size_t i = 0; i < DIRECTORIES; i++)
		for (unsigned int other = 0; other < EMBARGO_MODE_MAX; other++)
			if (other != mode && is_in_force(in_force, path_of(from, directories[i], other)))
				(void)rename(from, path_of(to, directories[i], mode));
}

static bool newer(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

int embargo_last_good_read(struct embargo_policy **ret_policy, enum embargo_mode *ret_mode, time_t *ret_time,
			   struct embargo_error *error)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;
	enum embargo_mode mode = EMBARGO_MODE_MAX;
	struct timespec time = {0};
	char path[PATH_SIZE], best[PATH_SIZE];
	struct stat st;
	int r;

	for (size_t i = 0; i < DIRECTORIES; i++)
		for (unsigned int m = 0; m < EMBARGO_MODE_MAX; m++) {
			if (stat(path_of(path, directories[i], m), &st) < 0)
				continue;
			if (mode < EMBARGO_MODE_MAX && !newer(&st.st_mtim, &time))
				continue;
			strcpy(best, path);
			mode = m;
			time = st.st_mtim;
		}
	if (mode == EMBARGO_MODE_MAX)
		return embargo_fail(error, -ENOENT, "no last good policy is kept in " EMBARGO_STATE_DIR);
	r = embargo_policydb_open_kept(best, &policydb);
	if (r == 0)
		r = embargo_policydb_policy(policydb, ret_policy);
	if (r < 0)
		return embargo_fail(error, r, "cannot read the last good policy from %s: %s", best,
				    strerror(-r));
	*ret_mode = mode;
	*ret_time = time.tv_sec;
	return 0;
}
