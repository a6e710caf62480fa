// SPDX-License-Identifier: GPL-2.0-or-later
/* The socket of syslog. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "userspace/sink/syslog.h"

void embargo_syslog_close(struct embargo_syslog *syslog)
{
	if (syslog->fd >= 0)
		close(syslog->fd);
	syslog->fd = -1;
}

static int syslog_connect(struct embargo_syslog *syslog)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = -1;

	if (syslog->fd >= 0)
		return 0;
	if (strlen(syslog->path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, syslog->path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	syslog->fd = TAKE_FD(fd);
	return 0;
}

static int syslog_send(struct embargo_syslog *syslog, const char *datagram)
{
	int r = datagram ? syslog_connect(syslog) : -ENOMEM;

	if (r)
		return r;
	if (send(syslog->fd, datagram, strlen(datagram), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	r = -errno;
	/* Full: the socket tells when it is not. Too long: another try with less. The rest: connect anew. */
	if (r != -EAGAIN && r != -EMSGSIZE && r != -EINTR)
		embargo_syslog_close(syslog);
	return r;
}

int embargo_syslog_take(struct embargo_syslog *syslog, struct embargo_entry *entry)
{
	size_t limit;
	int r = -EMSGSIZE;

	for (limit = EMBARGO_SYSLOG_SIZE; r == -EMSGSIZE && limit >= EMBARGO_SYSLOG_SIZE_MIN; limit /= 2) {
		_cleanup_free_ char *datagram = embargo_syslog_format(syslog, entry, limit);

		r = syslog_send(syslog, datagram);
		if (!entry->record)
			break; /* only events are cut */
	}
	return r;
}
