// SPDX-License-Identifier: GPL-2.0-or-later
/* Arrays that grow. */
#include <errno.h>
#include <stdlib.h>

#include "policy/array.h"

/*
 * realloc() of a large block moves pages, not bytes, so a million rules never
 * exist twice; the half that is not used yet costs address space only.
 */
int embargo_array_grow(void *array, size_t *capacity, size_t count, size_t element_size)
{
	size_t wanted = *capacity + *capacity / 2;
	void *grown;

	if (count < *capacity)
		return 0;
	if (wanted < 16)
		wanted = 16;
	if (wanted <= count)
		wanted = count + 1;
	grown = reallocarray(*(void **)array, wanted, element_size);
	if (!grown)
		return -ENOMEM;
	*(void **)array = grown;
	*capacity = wanted;
	return 0;
}
