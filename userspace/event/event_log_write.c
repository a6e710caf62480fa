// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing the events that were delivered. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "policy/cleanup.h"
#include "userspace/event/event_log.h"
#include "userspace/base/confine.h"
#include "userspace/base/log.h"

void embargo_event_log_close(struct embargo_event_log *event_log)
{
	if (event_log->fd >= 0)
		close(event_log->fd);
	event_log->fd = -1;
}

/* Its members may read what was denied. Where there is none, root alone may. */
static void give_to_group(int fd)
{
	gid_t readers = embargo_confine_readers();

	/* Not fchown(): the daemon may not call it. */
	if (readers != (gid_t)-1 && fchownat(fd, "", -1, readers, AT_EMPTY_PATH))
		embargo_log_errno(-errno, "the history cannot be given to the group " EMBARGO_GROUP);
}

static int event_log_open(struct embargo_event_log *event_log, struct stat *ret_st)
{
	/* Someone else may have moved or removed the file. */
	if (event_log->fd >= 0 && (fstat(event_log->fd, ret_st) || !ret_st->st_nlink))
		embargo_event_log_close(event_log);
	if (event_log->fd >= 0)
		return 0;
	event_log->fd = open(event_log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (event_log->fd < 0 || fstat(event_log->fd, ret_st))
		return -errno;
	if (!ret_st->st_size)
		give_to_group(event_log->fd);
	return 0;
}

static int event_log_rotate(struct embargo_event_log *event_log, struct stat *ret_st)
{
	_cleanup_free_ char *rotated = NULL;

	if (asprintf(&rotated, "%s.1", event_log->path) < 0)
		return -ENOMEM;
	if (rename(event_log->path, rotated))
		return -errno;
	embargo_event_log_close(event_log);
	return event_log_open(event_log, ret_st);
}

static int event_log_add(struct embargo_event_log *event_log, const char *line)
{
	struct iovec parts[] = {{.iov_base = (void *)line, .iov_len = strlen(line)},
				{.iov_base = "\n", .iov_len = 1}};
	ssize_t size = parts[0].iov_len + 1, done;
	struct stat st = {0};
	int r;

	r = event_log_open(event_log, &st);
	if (!r && st.st_size && st.st_size + size > (event_log->limit ?: EMBARGO_EVENT_LOG_SIZE))
		r = event_log_rotate(event_log, &st);
	if (r)
		return r;
	done = writev(event_log->fd, parts, 2);
	if (done == size)
		return 0;
	r = done < 0 ? -errno : -ENOSPC;
	/* Half a line would spoil the next one. */
	if (done > 0 && ftruncate(event_log->fd, st.st_size))
		embargo_event_log_close(event_log);
	return r;
}

void embargo_event_log_write(struct embargo_event_log *event_log, const char *line)
{
	int r = line ? event_log_add(event_log, line) : -ENOMEM;

	if (r && !event_log->failing)
		embargo_log_errno(r, "cannot keep events in '%s', syslog still gets them", event_log->path);
	else if (!r && event_log->failing)
		embargo_log_note("events are kept in '%s' again", event_log->path);
	event_log->failing = r;
}
