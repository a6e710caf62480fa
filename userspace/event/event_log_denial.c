// SPDX-License-Identifier: GPL-2.0-or-later
/* The last denial that was delivered: the history is read from its end. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "policy/cleanup.h"
#include "userspace/event/event_log.h"

#define MARK "\"denied\""

static json_t *denial_of(const char *line, size_t size)
{
	json_t *event;
	const char *verdict;

	if (!memmem(line, size, MARK, sizeof(MARK) - 1))
		return NULL;
	event = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);
	verdict = json_string_value(json_object_get(event, "verdict"));
	/* What selftest has refused is no denial that anybody must look after. */
	if (verdict && !strcmp(verdict, "denied") && !json_is_true(json_object_get(event, "selftest")))
		return event;
	json_decref(event);
	return NULL;
}

static json_t *last_in(const char *bytes, size_t size)
{
	json_t *event = NULL;

	while (!event && size) {
		const char *newline = memrchr(bytes, '\n', size - 1);
		size_t begin = newline ? newline + 1 - bytes : 0;

		event = denial_of(bytes + begin, size - begin);
		size = begin;
	}
	return event;
}

static json_t *last_of(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	json_t *event;
	struct stat st;
	void *bytes;

	/* The daemon only appends, or renames: what is mapped stays. */
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		return NULL;
	bytes = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return NULL;
	event = last_in(bytes, st.st_size);
	munmap(bytes, st.st_size);
	return event;
}

json_t *embargo_event_log_denial(const char *path)
{
	_cleanup_free_ char *rotated = NULL;
	json_t *event = last_of(path);

	if (!event && asprintf(&rotated, "%s.1", path) > 0)
		event = last_of(rotated);
	return event;
}
