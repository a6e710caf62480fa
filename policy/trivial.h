/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hashes that must never be banned, because every host has such files. */
#ifndef EMBARGO_POLICY_TRIVIAL_H
#define EMBARGO_POLICY_TRIVIAL_H

#include "policy/policy.h"

/* "the empty file", … if it is the hash of a file that everybody has; NULL: it is not. */
const char *embargo_trivial_hash(const __u8 sha256[EMBARGO_SHA256_SIZE]);

#endif
