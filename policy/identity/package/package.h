/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What packages say of themselves. */
#ifndef EMBARGO_POLICY_IDENTITY_PACKAGE_PACKAGE_H
#define EMBARGO_POLICY_IDENTITY_PACKAGE_PACKAGE_H

#include "policy/identity/base/parts.h"

/* fields.c: lines "Name: value" of dpkg; what is set already stays. Only -ENOMEM. */
int embargo_package_field(struct embargo_package *package, const char *line, size_t size);
int embargo_package_fields(struct embargo_package *package, const char *text, size_t size);

/* A copy, to be freed by embargo_package_free(); NULL: no memory. */
struct embargo_package *embargo_package_copy(const struct embargo_package *package);

/* deb.c, rpm.c: fill in what can be read, also if they fail */
int embargo_package_deb(int fd, struct embargo_package *package);
int embargo_package_rpm(int fd, struct embargo_package *package);
/* file.c: .package, if by its first bytes (@start) the file is one. Only -ENOMEM. */
int embargo_package_inside(int fd, struct embargo_identity *identity, const void *start, size_t size);

/* owner.c: .owner, by the host's own databases, which are read once */
int embargo_owner_of_host(struct embargo_identity *identity);

#endif
