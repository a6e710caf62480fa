// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The policy databases on disk: from the rule number in an event to its name, reason and
 * source, and the image for those who cannot read the kernel's. World-readable,
 * so that check and scan need no root. The directory is /var/lib/embargo, or
 * /run/embargo while /var is not there to be written (initramfs, full disk).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "loader/internal.h"

#define POLICYDB_FORMAT "policy-%" PRIu64 ".book"
#define BOOKS_KEPT 4 /* events of the generations before may still wait in the ring */

static const char *const directories[] = {EMBARGO_STATE_DIR, EMBARGO_RUN_DIR};

static int store_in(const char *directory, const struct embargo_policy *policy, const void *image,
		    uint64_t generation, char **ret_path)
{
	_cleanup_free_ char *path = NULL, *temporary = NULL;
	_cleanup_close_ int fd = -1;
	int r;

	if (mkdir(directory, 0755) < 0 && errno != EEXIST)
		return -errno;
	if (asprintf(&path, "%s/" POLICYDB_FORMAT, directory, generation) < 0)
		return -ENOMEM;
	if (asprintf(&temporary, "%s.new", path) < 0)
		return -ENOMEM;
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	r = embargo_policydb_write(policy, image, fd);
	if (r == 0 && fchmod(fd, 0644) < 0)
		r = -errno;
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0) {
		unlink(temporary);
		return r;
	}
	*ret_path = TAKE_PTR(path);
	return 0;
}

int embargo_policydb_store(const struct embargo_policy *policy, const void *image, uint64_t generation,
			   char **ret_path, struct embargo_error *error)
{
	char other[64];
	int r = -ENOENT;

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
		r = store_in(directories[i], policy, image, generation, ret_path);
		if (r < 0)
			continue;
		/* One of that generation in the other directory is of a load that failed, or of a boot
		 * before. */
		snprintf(other, sizeof(other), "%s/" POLICYDB_FORMAT, directories[!i], generation);
		unlink(other);
		return 0;
	}
	return embargo_fail(error, r,
			    "cannot write the policy's book below " EMBARGO_STATE_DIR " or " EMBARGO_RUN_DIR
			    ": %s",
			    strerror(-r));
}

/* Remove the policy databases of generations before @oldest, and temporary ones. */
static void remove_before(const char *directory, uint64_t oldest)
{
	_cleanup_closedir_ DIR *dir = opendir(directory);
	struct dirent *entry;
	uint64_t generation;
	int end;

	while (dir && (entry = readdir(dir))) {
		end = 0;
		if (sscanf(entry->d_name, POLICYDB_FORMAT "%n", &generation, &end) == 1 && end &&
		    (generation < oldest || entry->d_name[end]))
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
}

int embargo_policydb_publish(const char *path, struct embargo_error *error)
{
	uint64_t generation;
	const char *name;

	unlink(EMBARGO_POLICYDB_LINK ".new");
	if (symlink(path, EMBARGO_POLICYDB_LINK ".new") < 0 ||
	    rename(EMBARGO_POLICYDB_LINK ".new", EMBARGO_POLICYDB_LINK) < 0)
		return embargo_fail(error, -errno,
				    "the policy is in force, but " EMBARGO_POLICYDB_LINK
				    " cannot be written: %s",
				    strerror(errno));
	name = strrchr(path, '/') + 1;
	if (sscanf(name, POLICYDB_FORMAT, &generation) == 1 && generation > BOOKS_KEPT)
		for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
			remove_before(directories[i], generation - BOOKS_KEPT);
	return 0;
}

void embargo_policydb_remove_all(void)
{
	unlink(EMBARGO_POLICYDB_LINK);
	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		remove_before(directories[i], UINT64_MAX);
}
