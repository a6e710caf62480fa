/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identifiers that follow from what they are of: version 5 of RFC 9562, in a namespace of our own. */
#ifndef EMBARGO_POLICY_UUID_H
#define EMBARGO_POLICY_UUID_H

#include <stddef.h>

#define EMBARGO_UUID_TEXT 37 /* bytes with the NUL */

/* The same bytes have the same identifier, on every machine and in every version. 0 or -ENOMEM */
int embargo_uuid(const void *bytes, size_t size, char ret_text[EMBARGO_UUID_TEXT]);

#endif
