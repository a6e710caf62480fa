// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel says of a descriptor in /proc and nowhere else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/internal.h"

uint64_t embargo_fdinfo(int fd, const char *field)
{
	_cleanup_fclose_ FILE *file = NULL;
	_cleanup_free_ char *line = NULL;
	size_t room = 0, size = strlen(field);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	while (file && getline(&line, &room, file) > 0)
		if (!strncmp(line, field, size) && line[size] == ':')
			return strtoull(line + size + 1, NULL, 10);
	return 0;
}
