// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The policy while it is being written: a file without a name beside the output,
 * which gets its name when it is whole. Nobody ever sees half of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/import/private.h"

#define BUFFER (256U << 10)

/* Where there is no O_TMPFILE: a file with a name, which @ret_name gets, or loses at once. */
static int named(const char *directory, char **ret_name)
{
	_cleanup_free_ char *name = NULL;
	int fd;

	if (asprintf(&name, "%s/.embargo-import-XXXXXX", directory) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ret_name)
		*ret_name = TAKE_PTR(name);
	else
		unlink(name);
	return fd;
}

static int unnamed(const char *directory, char **ret_name)
{
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	return errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL ? named(directory, ret_name)
									 : -errno;
}

int embargo_import_temporary(const char *directory)
{
	return unnamed(directory, NULL);
}

/* On a disk if there is a choice: a million entries take more than a hundred megabytes. */
static const char *temporary_directory(void)
{
	const char *directory = secure_getenv("TMPDIR");

	if (directory && *directory == '/')
		return directory;
	return access("/var/tmp", W_OK | X_OK) ? "/tmp" : "/var/tmp";
}

static char *output_directory(const char *output)
{
	const char *slash = strrchr(output, '/');

	if (!slash)
		return strdup(".");
	return slash == output ? strdup("/") : strndup(output, slash - output);
}

int embargo_import_spool_open(struct embargo_import *import)
{
	const char *output = import->options.output;
	_cleanup_close_ int fd = -1;

	import->directory = output ? output_directory(output) : strdup(temporary_directory());
	if (!import->directory)
		return embargo_import_fail(import, -ENOMEM, "%s", strerror(ENOMEM));
	fd = unnamed(import->directory, output ? &import->temporary : NULL);
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

/* Gives the file a name that nobody has, if it has none yet. */
static int give_name(struct embargo_import *import)
{
	char self[40];
	unsigned int attempt;

	if (import->temporary)
		return 0;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fileno(import->spool));
	for (attempt = 0; attempt < 100; attempt++) {
		_cleanup_free_ char *name = NULL;

		if (asprintf(&name, "%s/.embargo-import-%d-%u", import->directory, getpid(), attempt) < 0) {
			name = NULL;
			return -ENOMEM;
		}
		if (!linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW)) {
			import->temporary = TAKE_PTR(name);
			return 0;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

int embargo_import_spool_publish(struct embargo_import *import)
{
	const char *output = import->options.output;
	int fd = fileno(import->spool), r;
	mode_t mask = umask(0);

	umask(mask);
	if (fflush(import->spool) || fchmod(fd, 0644 & ~mask) || fsync(fd))
		return embargo_import_fail(import, -errno, "'%s': %s", output, strerror(errno));
	r = give_name(import);
	if (!r && rename(import->temporary, output))
		r = -errno;
	if (r)
		return embargo_import_fail(import, r, "'%s': %s", output, strerror(-r));
	free(TAKE_PTR(import->temporary));
	return 0;
}

void embargo_import_spool_close(struct embargo_import *import)
{
	if (import->temporary)
		unlink(import->temporary);
	free(import->temporary);
	free(import->directory);
	if (import->spool)
		fclose(import->spool);
	import->temporary = NULL;
	import->directory = NULL;
	import->spool = NULL;
}
