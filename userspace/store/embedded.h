/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The schema, which is part of the program: userspace/share/sql/schema.sql. */
#ifndef EMBARGO_USERSPACE_STORE_EMBEDDED_H
#define EMBARGO_USERSPACE_STORE_EMBEDDED_H

extern const char embargo_store_schema[]; /* with a NUL behind it */

#endif
