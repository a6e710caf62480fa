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

void embargo_event_log_close(struct embargo_event_log *spool)
{
	if (spool->fd >= 0)
		close(spool->fd);
	spool->fd = -1;
}

/* Its members may read what was denied. Where there is none, root alone may. */
static void give_to_group(int fd)
{
	gid_t readers = embargo_confine_readers();

	/* Not fchown(): the daemon may not call it. */
	if (readers != (gid_t)-1 && fchownat(fd, "", -1, readers, AT_EMPTY_PATH))
		embargo_log_errno(-errno, "the history cannot be given to the group " EMBARGO_GROUP);
}

static int spool_open(struct embargo_event_log *spool, struct stat *ret_st)
{
	/* Someone else may have moved or removed the file. */
	if (spool->fd >= 0 && (fstat(spool->fd, ret_st) || !ret_st->st_nlink))
		embargo_event_log_close(spool);
	if (spool->fd >= 0)
		return 0;
	spool->fd = open(spool->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (spool->fd < 0 || fstat(spool->fd, ret_st))
		return -errno;
	if (!ret_st->st_size)
		give_to_group(spool->fd);
	return 0;
}

static int spool_rotate(struct embargo_event_log *spool, struct stat *ret_st)
{
	_cleanup_free_ char *rotated = NULL;

	if (asprintf(&rotated, "%s.1", spool->path) < 0)
		return -ENOMEM;
	if (rename(spool->path, rotated))
		return -errno;
	embargo_event_log_close(spool);
	return spool_open(spool, ret_st);
}

static int spool_add(struct embargo_event_log *spool, const char *line)
{
	struct iovec parts[] = {{.iov_base = (void *)line, .iov_len = strlen(line)},
				{.iov_base = "\n", .iov_len = 1}};
	ssize_t size = parts[0].iov_len + 1, done;
	struct stat st = {0};
	int r;

	r = spool_open(spool, &st);
	if (!r && st.st_size && st.st_size + size > (spool->limit ?: EMBARGO_EVENT_LOG_SIZE))
		r = spool_rotate(spool, &st);
	if (r)
		return r;
	done = writev(spool->fd, parts, 2);
	if (done == size)
		return 0;
	r = done < 0 ? -errno : -ENOSPC;
	/* Half a line would spoil the next one. */
	if (done > 0 && ftruncate(spool->fd, st.st_size))
		embargo_event_log_close(spool);
	return r;
}

void embargo_event_log_write(struct embargo_event_log *spool, const char *line)
{
	int r = line ? spool_add(spool, line) : -ENOMEM;

	if (r && !spool->failing)
		embargo_log_errno(r, "cannot keep events in '%s', syslog still gets them", spool->path);
	else if (!r && spool->failing)
		embargo_log_note("events are kept in '%s' again", spool->path);
	spool->failing = r;
}
