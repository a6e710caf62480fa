/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which installed package owns a path: dpkg's and rpm's databases, read once into
 * an index in memory. Both may be there; a host without either has an empty index.
 */
#ifndef EMBARGO_POLICY_IDENTITY_PACKAGE_OWNER_H
#define EMBARGO_POLICY_IDENTITY_PACKAGE_OWNER_H

#include "policy/identity/base/types.h"

/* May be asked by several threads at once. */
struct embargo_owners;

/* owner.c */

/*
 * @root: "/", or the root of a container or a test; nothing outside is opened
 * through links in the databases' own directories. *@ret_warning, which may be
 * NULL: what could not be read, as text to be freed, or NULL; no error.
 */
int embargo_owners_open(const char *root, struct embargo_owners **ret_owners, char **ret_warning);
/* Every installed package, by manager and name; anything but 0 from @each ends it and is returned. */
int embargo_owners_each(const struct embargo_owners *owners,
			int (*each)(void *context, const struct embargo_package *package), void *context);

/*
 * Fill in .owner of @identity from its .real_path: what EMBARGO_WANT_OWNER stands
 * for. embargo_identity_read() does it itself with the host's index, which it reads
 * when it is first asked for; a caller with an index of its own leaves WANT_OWNER out.
 */
int embargo_owners_tell(const struct embargo_owners *owners, struct embargo_identity *identity);

/* owner_index.c */

/*
 * Whose is @path (absolute, as seen in the root)? Paths below /bin, /lib and their
 * like are the same as below /usr where the root has them merged. NULL: nobody's.
 * Good as long as @owners is.
 */
const struct embargo_package *embargo_owners_find(const struct embargo_owners *owners, const char *path);

void embargo_owners_free(struct embargo_owners *owners);
EMBARGO_CLEANUP(struct embargo_owners, embargo_owners_free);

#endif
