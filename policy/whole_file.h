/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An output that is written whole or not at all. Until it is published the old file of that name stays as it
 * is, whatever goes wrong: a full disk, a crash, a kill.
 *
 * Only a regular file, or a name that nobody has yet, can be one. What a rename() would do to a device, a
 * FIFO or a symbolic link is to put a file in its place: as root, `--output /dev/null` would end /dev/null.
 */
#ifndef EMBARGO_POLICY_WHOLE_FILE_H
#define EMBARGO_POLICY_WHOLE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "policy/reason.h"

/* All zeroes: not open. */
struct embargo_whole_file {
	FILE *stream; /* to write to, and to read back what was written */
	char *path;
	char *directory;
	char *temporary; /* its name so far; NULL: it has none */
};

/* Can @path be replaced by a file? 0, also if @path does not exist; else -errno, and @reason (may be NULL)
 * says why. */
int embargo_whole_file_usable(const char *path, struct embargo_reason *reason);
/* -errno, and @reason (may be NULL) says why, without the path. */
int embargo_whole_file_open(const char *path, struct embargo_whole_file *ret_file,
			    struct embargo_reason *reason);
/*
 * Gives it its name, when all of it is on disk; its mode is 0666 less the umask, and no wider
 * than that of the file it replaces. It must still be closed. -errno: the old file, if there was one, is
 * untouched.
 */
int embargo_whole_file_publish(struct embargo_whole_file *file, struct embargo_reason *reason);
/* Could all be written so far? 0; -errno, and @reason says why. */
int embargo_whole_file_error(const struct embargo_whole_file *file, struct embargo_reason *reason);
/* What was not published is gone. */
void embargo_whole_file_close(struct embargo_whole_file *file);
/* Do both names lead to one file? An output must not be an input. */
bool embargo_same_file(const char *a, const char *b);

/*
 * A file in @directory, open for reading and writing. It has no name; where the file system cannot make such
 * a one (no O_TMPFILE) *@ret_name gets its name, or, if that is NULL, it is removed at once. -errno
 */
int embargo_temporary_file(const char *directory, char **ret_name);

#endif
