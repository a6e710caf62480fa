// SPDX-License-Identifier: GPL-2.0-or-later
/* A file of one line in /run: a boot begins without it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "loader/loader.h"
#include "policy/cleanup.h"
#include "userspace/base/fallback.h"
#include "userspace/base/text.h"

#define NOTED EMBARGO_RUN_DIR "/broken-policy"
#define FALLBACK_SIZE_MAX 1024

int embargo_fallback_note(const char *what)
{
	size_t size = strlen(what);
	_cleanup_close_ int fd = -1;
	ssize_t written;

	unlink(NOTED);
	fd = open(NOTED, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	written = write(fd, what, size);
	if (written < 0)
		return -errno;
	return (size_t)written == size ? 0 : -ENOSPC;
}

void embargo_fallback_forget(void)
{
	unlink(NOTED);
}

char *embargo_fallback_read(void)
{
	_cleanup_close_ int fd = open(NOTED, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char line[FALLBACK_SIZE_MAX];
	ssize_t size = fd < 0 ? -1 : read(fd, line, sizeof(line));

	return size < 0 ? NULL : embargo_text_escape(line, size, "");
}
