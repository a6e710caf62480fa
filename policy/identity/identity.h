/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is this file: hashes, format, and what a module, a program or a
 * certificate says of itself. Used by id, check, scan and import alike.
 *
 * Functions return 0 or -errno, and say in a struct embargo_reason what a person
 * should read; nothing here prints. A file that can be hashed but whose inside is
 * broken is not an error: .warning says what could not be read.
 */
#ifndef EMBARGO_POLICY_IDENTITY_IDENTITY_H
#define EMBARGO_POLICY_IDENTITY_IDENTITY_H

#include "policy/identity/base/hash.h"
#include "policy/identity/base/types.h"

/* identity.c */
int embargo_identity_read(const char *path, unsigned int want, struct embargo_identity **ret_identity,
			  struct embargo_reason *reason);
int embargo_identity_read_fd(int fd, const char *path, unsigned int want,
			     struct embargo_identity **ret_identity, struct embargo_reason *reason);
/*
 * What @identity->want asks of the inside of the file at @fd, whose .path, .digests
 * and .format are known. The first warning is kept.
 */
int embargo_identity_inside(int fd, struct embargo_identity *identity, struct embargo_reason *reason);

#endif
