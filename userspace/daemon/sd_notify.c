// SPDX-License-Identifier: GPL-2.0-or-later
/* What systemd is told (Type=notify, WatchdogSec=); without it nothing happens. */
#include <inttypes.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "userspace/base/clock.h"
#include "userspace/daemon/daemon.h"

void embargo_sd_notify_start(struct embargo_daemon *daemon)
{
	uint64_t usec = 0;

	if (sd_watchdog_enabled(0, &usec) > 0)
		daemon->watchdog = usec / 2000 ?: 1;
	daemon->watchdog_due = embargo_now_ms() + daemon->watchdog;
	sd_notify(0, "READY=1\nSTATUS=Telling of verdicts");
}

void embargo_sd_notify_reload(bool begins)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (begins)
		sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
			   (uint64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	else
		sd_notify(0, "READY=1");
}

void embargo_sd_notify_tick(struct embargo_daemon *daemon)
{
	int64_t now = embargo_now_ms();

	if (!daemon->watchdog || now < daemon->watchdog_due)
		return;
	daemon->watchdog_due = now + daemon->watchdog;
	sd_notify(0, "WATCHDOG=1");
}

void embargo_sd_notify_end(void)
{
	sd_notify(0, "STOPPING=1");
}
