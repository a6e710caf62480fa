// SPDX-License-Identifier: GPL-2.0-or-later
/* The policy while it is being written: nobody ever sees half of it, and what is to be printed has no name at
 * all. */
#include <errno.h>
#include <string.h>

#include "policy/import/private.h"

#define BUFFER (256U << 10)

int embargo_import_temporary(const char *directory)
{
	return embargo_temporary_file(directory, NULL);
}

/* On a disk if there is a choice: a million entries take more than a hundred megabytes. */
static const char *temporary_directory(void)
{
	const char *directory = secure_getenv("TMPDIR");

	if (directory && *directory == '/')
		return directory;
	return access("/var/tmp", W_OK | X_OK) ? "/tmp" : "/var/tmp";
}

static int printed_open(struct embargo_import *import)
{
	_cleanup_close_ int fd = -1;

	import->directory = strdup(temporary_directory());
	if (!import->directory)
		return embargo_import_fail(import, -ENOMEM, "%s", strerror(ENOMEM));
	fd = embargo_temporary_file(import->directory, NULL);
	if (fd < 0)
		return embargo_import_fail(import, fd, "cannot write in '%s': %s", import->directory,
					   strerror(-fd));
	import->spool = fdopen(fd, "w+");
	if (!import->spool)
		return embargo_import_fail(import, -ENOMEM, "%s", strerror(ENOMEM));
	TAKE_FD(fd);
	setvbuf(import->spool, NULL, _IOFBF, BUFFER);
	return 0;
}

int embargo_import_spool_open(struct embargo_import *import)
{
	struct embargo_reason reason = {""};
	int r;

	if (!import->options.output)
		return printed_open(import);
	r = embargo_whole_file_open(import->options.output, &import->output, &reason);
	if (r)
		return embargo_import_fail(import, r, "cannot write '%s': %s", import->options.output,
					   reason.text);
	import->directory = strdup(import->output.directory);
	if (!import->directory)
		return embargo_import_fail(import, -ENOMEM, "%s", strerror(ENOMEM));
	import->spool = import->output.stream;
	return 0;
}

int embargo_import_spool_publish(struct embargo_import *import)
{
	struct embargo_reason reason = {""};
	int r = embargo_whole_file_publish(&import->output, &reason);

	return r ? embargo_import_fail(import, r, "cannot write '%s': %s", import->options.output,
				       reason.text)
		 : 0;
}

void embargo_import_spool_close(struct embargo_import *import)
{
	if (import->spool && import->spool != import->output.stream)
		fclose(import->spool);
	embargo_whole_file_close(&import->output);
	free(import->directory);
	import->directory = NULL;
	import->spool = NULL;
}
