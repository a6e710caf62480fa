/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What policy explain says of a file beyond its verdict. */
#ifndef EMBARGO_USERSPACE_CLI_EXPLAIN_H
#define EMBARGO_USERSPACE_CLI_EXPLAIN_H

#include "policy/identity/identity.h"

#define EMBARGO_LISTS "/usr/share/embargo/lists"

/* Every rule of the lists in @directory that the file falls under, list by list; NULL: of those that are
 * shipped, which may not be there. */
int embargo_explain_lists(struct embargo_identity *identity, const char *directory);
/* Which attributes its signers have, and which of them to choose. */
void embargo_explain_signers(const struct embargo_identity *identity);

#endif
