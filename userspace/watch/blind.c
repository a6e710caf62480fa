// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * While the kernel gives out no more of fanotify, files are found by scans, again and again; what was used up
 * is asked for again until it is there.
 */
#include "userspace/base/clock.h"
#include "userspace/watch/private.h"

#define RETRY_EACH 5000000000LL

/* Those that nobody watches, or all. */
static void scan_again(struct embargo_watcher *watcher, bool all)
{
	size_t i;

	for (i = 0; i < watcher->places.count; i++) {
		if (!all && watcher->places.list[i].marked)
			continue;
		watcher->places.list[i].lost = true;
		watcher->shared->lost = true;
	}
}

void embargo_watch_blind_look(struct embargo_watcher *watcher)
{
	int64_t now = embargo_now_ns();
	bool had = watcher->by_handle >= 0;

	if (!watcher->shared->blind || !watcher->evaluator)
		return;
	if (now >= watcher->blind_retry) {
		watcher->blind_retry = now + RETRY_EACH;
		if (had || !embargo_watch_events_open(watcher))
			/* Says whether there are marks for all of them, too. */
			embargo_watch_events_mark(watcher);
		/* From here on it is watched; what came before is scanned once more. */
		if (!watcher->shared->blind)
			scan_again(watcher, true);
	}
	if (!watcher->shared->blind || watcher->rescan || now < watcher->blind_due)
		return;
	watcher->blind_due = now + EMBARGO_WATCH_SCAN_EACH;
	scan_again(watcher, !had);
}
