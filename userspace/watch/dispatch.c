// SPDX-License-Identifier: GPL-2.0-or-later
/* What the watch found, on its way to the logs. */
#include <errno.h>

#include "userspace/daemon/daemon.h"
#include "userspace/base/log.h"

int embargo_daemon_tell_watch(struct embargo_daemon *daemon)
{
	struct embargo_note note;
	int r;

	while ((r = embargo_watch_hear(&daemon->new_files, &note)) == 1) {
		r = embargo_daemon_tell_note(daemon, &note);
		embargo_note_clear(&note);
		if (r)
			return r;
		embargo_watch_told(&daemon->new_files);
	}
	if (r == -EPIPE)
		embargo_log_error(
			"what watches for new files has ended; start the daemon again to have it back");
	return 0;
}
