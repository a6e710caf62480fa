/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays that grow. */
#ifndef EMBARGO_POLICY_ARRAY_H
#define EMBARGO_POLICY_ARRAY_H

#include <stddef.h>

/*
 * Room for one more element behind the @count that there are; the array, whose address is at @array, may
 * move. Start with NULL and a capacity of 0. -ENOMEM: it is as it was.
 */
int embargo_array_grow(void *array, size_t *capacity, size_t count, size_t element_size);

#endif
