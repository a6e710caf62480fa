// SPDX-License-Identifier: GPL-2.0-or-later
/* Somebody has used up what the kernel gives out of fanotify: which limit it is, and that it is said once. */
#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "userspace/watch/private.h"

bool embargo_watch_is_limit(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOSPC || error == -ENOMEM;
}

const char *embargo_watch_limit_name(int error)
{
	switch (error) {
	case -EMFILE:
		return "fs.fanotify.max_user_groups is used up: raise it by sysctl";
	case -ENOSPC:
		return "fs.fanotify.max_user_marks is used up: raise it by sysctl";
	case -ENFILE:
		return "fs.file-max is used up: raise it by sysctl";
	case -ENOMEM:
		return "there is no memory for it";
	}
	return strerror(-error);
}

static void tell(struct embargo_watcher *watcher, int error)
{
	struct embargo_log_message message;

	if (embargo_log_message_new(&message, LOG_WARNING, "watch-lost",
				    "new files are found by a scan each %d minutes, not when they come: %s",
				    (int)(EMBARGO_WATCH_SCAN_EACH / 60000000000LL),
				    embargo_watch_limit_name(error)))
		return;
	embargo_watch_send(watcher->shared, watcher->socket, &message);
}

void embargo_watch_blind(struct embargo_watcher *watcher, int error)
{
	if (error && watcher->shared->blind != error)
		tell(watcher, error);
	if (error && !watcher->shared->blind)
		watcher->blind_due = 0;
	watcher->shared->blind = error;
}
