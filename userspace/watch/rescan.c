// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was not seen is scanned: a process of its own does what `embargo scan --enforce` does, of the file
 * systems that something was missed on. After it there is a pause as long as it took.
 */
#include <errno.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "policy/plural.h"
#include "userspace/base/log.h"
#include "userspace/watch/private.h"
#include "userspace/base/clock.h"

#define NICE 15
#define WORKERS 2
#define PAUSE_MIN 1000000000LL
#define PAUSE_FAILED 60000000000LL

static void tell_done(struct embargo_watcher *watcher, const struct embargo_scan_totals *totals,
		      size_t places)
{
	struct embargo_log_message message;

	if (embargo_log_message_new(
		    &message, LOG_NOTICE, "watch-rescanned",
		    "scanned what was not seen when it came: %llu %s on %zu file %s in %.1f s", totals->files,
		    embargo_plural(totals->files, "file", "files"), places,
		    embargo_plural(places, "system", "systems"), totals->seconds))
		return;
	embargo_log_message_number(&message, "files", totals->files);
	embargo_log_message_number(&message, "filesystems", places);
	embargo_watch_send(watcher->shared, watcher->socket, &message);
}

/* Is the time of a file's last change there the kernel's own, which nobody can set? */
static bool tells_changes(const char *path)
{
	static const __u32 kinds[] = {EXT4_SUPER_MAGIC,	    XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
				      F2FS_SUPER_MAGIC,	    TMPFS_MAGIC,     RAMFS_MAGIC,
				      OVERLAYFS_SUPER_MAGIC};
	struct statfs st;
	size_t i;

	if (statfs(path, &st))
		return false;
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if ((__u32)st.f_type == kinds[i])
			return true;
	return false;
}

/* Files changed before this time were already examined; 0: none was. */
static uint64_t since(const struct embargo_watcher *watcher, const struct embargo_watch_place *place)
{
	/* Times of files are behind the clock by some milliseconds; for packages see batch.c. */
	bool packages = embargo_evaluate_wants(watcher->evaluator) & EMBARGO_WANT_OWNER;
	const uint64_t before = (packages ? 1000 : 2) * 1000000000ULL;
	int64_t clock;

	(void)embargo_watch_time(&clock);
	/* The clock was set meanwhile: the times of files say nothing. */
	if (llabs(clock - watcher->shared->clock) > 1000000000LL || watcher->shared->complete < before)
		return 0;
	return place->whole_lost || !tells_changes(place->path) ? 0 : watcher->shared->complete - before;
}

static int place_rescan(struct embargo_watcher *watcher, const struct embargo_watch_place *place,
			struct embargo_scan_totals *totals)
{
	_cleanup_(embargo_watch_found_freep) struct embargo_watch_found *found = NULL;
	_cleanup_(embargo_findings_freep) struct embargo_findings *findings = NULL;
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	char *const paths[] = {place->path, NULL};
	struct embargo_scan_settings settings = {.workers = WORKERS, .since = since(watcher, place)};
	int r = embargo_evaluator_in_force(&evaluator);

	r = r ?: embargo_findings_new(NULL, false, evaluator, &findings);
	r = r ?: embargo_watch_found_new(evaluator, &found);
	if (r)
		return r;
	embargo_findings_watch(findings, embargo_watch_found_take, found);
	settings.evaluator = evaluator;
	settings.findings = findings;
	totals->complete = true;
	/* A file system that was unmounted does not have to be read. */
	(void)embargo_scan(&settings, paths, totals);
	embargo_scan_totals_clear(totals);
	r = embargo_watch_found_publish(found, watcher->shared, watcher->socket, NULL, NULL);
	return r < 0 ? r : totals->complete ? 0 : -EIO;
}

/* In a process of its own. */
static int rescan_run(struct embargo_watcher *watcher)
{
	struct embargo_scan_totals totals = {0};
	size_t i, count = 0;
	int r, error = 0;

	for (i = 0; i < watcher->places.count; i++) {
		if (!watcher->places.list[i].lost)
			continue;
		r = place_rescan(watcher, &watcher->places.list[i], &totals);
		error = error ?: r;
		count++;
	}
	if (!error)
		tell_done(watcher, &totals, count);
	return error;
}

static void tell_begins(struct embargo_watcher *watcher, size_t count)
{
	struct embargo_log_message message;

	if (embargo_log_message_new(&message, LOG_WARNING, "watch-lost",
				    "files on %zu file systems were not seen when they came: scanning",
				    count))
		return;
	embargo_log_message_number(&message, "filesystems", count);
	embargo_watch_send(watcher->shared, watcher->socket, &message);
}

static void __attribute__((noreturn)) rescan_child(struct embargo_watcher *watcher)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	embargo_watch_events_close(watcher);
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	/* ioprio_set(): the class that takes what others leave */
	(void)syscall(SYS_ioprio_set, 1, 0, 3 << 13);
	_exit(rescan_run(watcher) ? 1 : 0);
}

void embargo_watch_rescan(struct embargo_watcher *watcher)
{
	size_t count = 0, i;

	if (watcher->rescan || !watcher->shared->lost || !watcher->evaluator ||
	    (int64_t)embargo_now_ns() < watcher->rescan_due)
		return;
	watcher->rescan_whole = false;
	for (i = 0; i < watcher->places.count; i++) {
		count += watcher->places.list[i].lost;
		watcher->rescan_whole |= watcher->places.list[i].whole_lost;
	}
	watcher->rescan_begun = embargo_now_ns();
	watcher->rescan_time = embargo_watch_time(&watcher->rescan_clock);
	watcher->rescan_due = watcher->rescan_begun + PAUSE_MIN;
	watcher->rescan = fork();
	if (!watcher->rescan)
		rescan_child(watcher);
	watcher->rescan_fd = watcher->rescan > 0 ? (int)syscall(SYS_pidfd_open, watcher->rescan, 0) : -1;
	if (watcher->rescan < 0 || watcher->rescan_fd < 0) {
		embargo_log_errno(-errno, "cannot start to scan again");
		if (watcher->rescan > 0) {
			kill(watcher->rescan, SIGKILL);
			waitpid(watcher->rescan, NULL, 0);
		}
		watcher->rescan = 0;
		watcher->rescan_due += PAUSE_FAILED;
		return;
	}
	/* What is missed from now on needs another one. */
	for (i = 0; i < watcher->places.count; i++)
		watcher->places.list[i].lost = watcher->places.list[i].whole_lost = false;
	watcher->shared->lost = false;
	tell_begins(watcher, count);
}

void embargo_watch_rescanned(struct embargo_watcher *watcher)
{
	int64_t now = embargo_now_ns();
	int status = 0;

	while (waitpid(watcher->rescan, &status, 0) < 0 && errno == EINTR)
		;
	close(watcher->rescan_fd);
	watcher->rescan = 0;
	watcher->rescan_fd = -1;
	watcher->rescan_due = now + (now - watcher->rescan_begun);
	if (watcher->rescan_due < now + PAUSE_MIN)
		watcher->rescan_due = now + PAUSE_MIN;
	if (!status) {
		embargo_watch_count(watcher->shared, EMBARGO_WATCH_RESCANS, 1);
		/* Nobody watches: what is known is what the scan has seen. */
		if (watcher->shared->blind) {
			watcher->shared->complete = watcher->rescan_time;
			watcher->shared->clock = watcher->rescan_clock;
		}
		return;
	}
	embargo_log_error("scanning again what was not seen failed; it is tried again");
	watcher->rescan_due = now + PAUSE_FAILED;
	if (watcher->rescan_whole)
		watcher->shared->complete = 0;
	embargo_watch_lost(watcher, NULL);
}

int64_t embargo_watch_rescan_wait(const struct embargo_watcher *watcher)
{
	int64_t wait = watcher->rescan_due - (int64_t)embargo_now_ns();

	if (watcher->rescan || !watcher->shared->lost || !watcher->evaluator)
		return -1;
	return wait > 0 ? wait : 0;
}
