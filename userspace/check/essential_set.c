// SPDX-License-Identifier: GPL-2.0-or-later
/* A set of files, each by its one real path. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/array.h"
#include "userspace/check/guard.h"

int embargo_essential_add(struct embargo_essential_files *essential, const char *path)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	size_t i;

	if (!real)
		return errno == ENOMEM ? -ENOMEM : 0;
	for (i = 0; i < essential->count; i++)
		if (!strcmp(essential->paths[i], real))
			return 0;
	if (embargo_array_grow(&essential->paths, &essential->capacity, essential->count,
			       sizeof(*essential->paths)))
		return -ENOMEM;
	essential->paths[essential->count++] = TAKE_PTR(real);
	return 0;
}

void embargo_essential_clear(struct embargo_essential_files *essential)
{
	while (essential->count)
		free(essential->paths[--essential->count]);
	free(essential->paths);
	*essential = (struct embargo_essential_files){0};
}
