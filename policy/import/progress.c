// SPDX-License-Identifier: GPL-2.0-or-later
/* How far an import has come in a file whose size is known. */
#include <sys/stat.h>

#include "policy/import/private.h"

void embargo_import_progress(struct embargo_import *import, int fd, __u64 bytes)
{
	struct stat stat;

	if (import->options.progress && !fstat(fd, &stat) && S_ISREG(stat.st_mode))
		import->options.progress(import->options.progress_context, bytes, stat.st_size);
}
