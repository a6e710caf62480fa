// SPDX-License-Identifier: GPL-2.0-or-later
/* One sysctl ends all enforcement, and no event of the kernel tells of it: it is looked at. */
#include <syslog.h>

#include "loader/loader.h"
#include "userspace/base/clock.h"
#include "userspace/daemon/daemon.h"

#define LOOK_MS 1000 /* less than the daemon sleeps at most, so that each waking after a sleep looks */

int embargo_daemon_dispatch_tracing(struct embargo_daemon *daemon)
{
	struct embargo_log_message message;
	struct embargo_entry entry;
	int64_t now = embargo_now_ms();
	bool off;
	int r;

	/* Not at every event. */
	if (now < daemon->tracing_due)
		return 0;
	daemon->tracing_due = now + LOOK_MS;
	off = daemon->ring && embargo_ftrace_is_off();
	if (off == daemon->tracing_off)
		return 0;
	r = off ? embargo_log_message_new(
			  &message, LOG_ALERT, "enforcement",
			  "NOTHING IS ENFORCED: kernel.ftrace_enabled is 0, so the kernel calls no "
			  "program of embargo; sysctl kernel.ftrace_enabled=1, and find who set it")
		: embargo_log_message_new(&message, LOG_NOTICE, "enforcement",
					  "kernel.ftrace_enabled is not 0 any more: enforced again");
	if (r)
		return 0; /* no memory: at the next look */
	embargo_log_message_number(&message, "enforced", !off);
	embargo_entry_message(&entry, &message);
	r = embargo_sinks_take(&daemon->sinks, &entry, false);
	embargo_entry_clear(&entry);
	embargo_log_message_clear(&message);
	if (!r)
		daemon->tracing_off = off;
	else
		daemon->tracing_due = now;
	return r;
}
