/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The index of who owns which path, while it is filled. */
#ifndef EMBARGO_POLICY_IDENTITY_PACKAGE_OWNER_PRIVATE_H
#define EMBARGO_POLICY_IDENTITY_PACKAGE_OWNER_PRIVATE_H

#include <stdbool.h>

#include "policy/hash_table.h"
#include "policy/identity/package/owner.h"

#define EMBARGO_OWNER_PATH 4096

struct embargo_owned {
	__u32 path;    /* where in .paths */
	__u32 package; /* number */
};

struct embargo_owners {
	struct embargo_package *packages;
	size_t package_count;
	size_t package_room;
	char *paths; /* strings, one after the other */
	size_t paths_size;
	size_t paths_room;
	struct embargo_owned *owned;
	size_t owned_count;
	size_t owned_room;
	struct embargo_hash_table table; /* of .owned by path */
	__u32 merged;			 /* which of the root's directories are links into /usr, a bit each */
	int root;			 /* descriptor, while it is filled */
	const char *root_path;
	char *warning;
};

/* owner_index.c */

/* Takes what @package points to over, if it succeeds; it is emptied then. */
int embargo_owners_add_package(struct embargo_owners *owners, struct embargo_package *package,
			       __u32 *ret_number);
/* Who had it first keeps it. -EFBIG: there are too many. */
int embargo_owners_add_path(struct embargo_owners *owners, const char *path, __u32 package);
/* Of the first trouble. */
int embargo_owners_warning(struct embargo_owners *owners, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A file below the root, whatever links say; -ENOENT, … */
int embargo_owners_openat(const struct embargo_owners *owners, const char *path, int flags);
/* All of a regular file, up to @most bytes, and a NUL. */
int embargo_owners_slurp(const struct embargo_owners *owners, const char *path, size_t most, char **ret_text,
			 size_t *ret_size);

/* .root is open: fills in .merged. */
void embargo_owners_index_begin(struct embargo_owners *owners);

/* owner_dpkg.c, owner_rpm.c: no database is no error. Only -ENOMEM and -EFBIG. */
int embargo_owners_dpkg(struct embargo_owners *owners);
int embargo_owners_rpm(struct embargo_owners *owners);

#endif
