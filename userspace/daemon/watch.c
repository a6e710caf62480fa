// SPDX-License-Identifier: GPL-2.0-or-later
/* What the watch found, on its way to the logs. */
#include <errno.h>

#include "userspace/daemon/daemon.h"
#include "userspace/base/log.h"

int embargo_daemon_dispatch_watch(struct embargo_daemon *daemon)
{
	struct embargo_log_message message;
	struct embargo_entry entry;
	int r;

	while ((r = embargo_watch_receive(&daemon->new_files, &message)) == 1) {
		embargo_entry_message(&entry, &message);
		r = embargo_sinks_take(&daemon->sinks, &entry, false);
		embargo_entry_clear(&entry);
		embargo_log_message_clear(&message);
		if (r)
			return r;
		embargo_watch_ack(&daemon->new_files);
	}
	if (r == -EPIPE)
		embargo_log_error(
			"what watches for new files has ended; start the daemon again to have it back");
	return 0;
}
