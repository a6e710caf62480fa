/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libarchive, set up so that it runs no program and opens nothing. */
#ifndef EMBARGO_POLICY_IDENTITY_BASE_ARCHIVE_READER_H
#define EMBARGO_POLICY_IDENTITY_BASE_ARCHIVE_READER_H

#include "policy/identity/base/content.h"

struct archive;

/* For reading, by filters and formats of @content that run in this process. NULL: no memory */
struct archive *embargo_archive_reader(enum embargo_content content);

#endif
