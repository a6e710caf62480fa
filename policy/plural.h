/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule, two rules. */
#ifndef EMBARGO_POLICY_PLURAL_H
#define EMBARGO_POLICY_PLURAL_H

#include <stdint.h>

/* The word for @count of something. */
static inline const char *embargo_plural(uint64_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

#endif
