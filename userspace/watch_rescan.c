// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was not seen is scanned: a process of its own does what `embargo scan --pin` does, of the file systems
 * that something was missed on. After it there is a pause as long as it took.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "userspace/log.h"
#include "userspace/watch_private.h"

#define NICE 15
#define WORKERS 2
#define PAUSE_LEAST 1000000000LL
#define PAUSE_FAILED 60000000000LL

static void tell_done(struct embargo_watcher *watcher, const struct embargo_scan_totals *totals,
		      size_t places)
{
	struct embargo_note note;

	if (embargo_note_new(
		    &note, LOG_NOTICE, "watch-rescanned",
		    "scanned what was not seen when it came: %llu files on %zu file systems in %.1f s",
		    totals->files, places, totals->seconds))
		return;
	embargo_note_number(&note, "files", totals->files);
	embargo_note_number(&note, "filesystems", places);
	embargo_watch_send(watcher->shared, watcher->socket, &note);
}

/* In a process of its own. */
static int rescan_run(struct embargo_watcher *watcher, char *const *paths, size_t count)
{
	_cleanup_(embargo_watch_found_freep) struct embargo_watch_found *found = NULL;
	_cleanup_(embargo_findings_freep) struct embargo_findings *findings = NULL;
	_cleanup_(embargo_measure_freep) struct embargo_measure *measure = NULL;
	_cleanup_(embargo_scan_totals_clear) struct embargo_scan_totals totals = {.complete = true};
	struct embargo_scan_settings settings = {.workers = WORKERS};
	int r = embargo_measure_in_force(&measure);

	r = r ?: embargo_findings_new(NULL, false, measure, &findings);
	r = r ?: embargo_watch_found_new(measure, &found);
	if (r)
		return r;
	embargo_findings_watch(findings, embargo_watch_found_take, found);
	settings.measure = measure;
	settings.findings = findings;
	/* A file system that is gone is none that must be read. */
	(void)embargo_scan(&settings, paths, &totals);
	if (!totals.complete)
		return -EIO;
	r = embargo_watch_found_publish(found, watcher->shared, watcher->socket, NULL, NULL);
	if (r < 0)
		return r;
	tell_done(watcher, &totals, count);
	return 0;
}

static void tell_begins(struct embargo_watcher *watcher, size_t count)
{
	struct embargo_note note;

	if (embargo_note_new(&note, LOG_WARNING, "watch-lost",
			     "files on %zu file systems were not seen when they came: scanning", count))
		return;
	embargo_note_number(&note, "filesystems", count);
	embargo_watch_send(watcher->shared, watcher->socket, &note);
}

static void __attribute__((noreturn))
rescan_child(struct embargo_watcher *watcher, char *const *paths, size_t count)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	embargo_watch_events_close(watcher);
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	/* ioprio_set(): the class that takes what others leave */
	(void)syscall(SYS_ioprio_set, 1, 0, 3 << 13);
	_exit(rescan_run(watcher, paths, count) ? 1 : 0);
}

void embargo_watch_rescan(struct embargo_watcher *watcher)
{
	_cleanup_free_ char **paths = NULL;
	size_t count = 0, i;

	if (watcher->rescan || !watcher->shared->lost || !watcher->measure ||
	    (int64_t)embargo_watch_clock() < watcher->rescan_due)
		return;
	paths = calloc(watcher->places.count + 1, sizeof(*paths));
	if (!paths)
		return;
	for (i = 0; i < watcher->places.count; i++)
		if (watcher->places.list[i].lost)
			paths[count++] = watcher->places.list[i].path;
	watcher->rescan_begun = embargo_watch_clock();
	watcher->rescan_due = watcher->rescan_begun + PAUSE_LEAST;
	watcher->rescan = fork();
	if (!watcher->rescan)
		rescan_child(watcher, paths, count);
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
		watcher->places.list[i].lost = false;
	watcher->shared->lost = false;
	tell_begins(watcher, count);
}

void embargo_watch_rescanned(struct embargo_watcher *watcher)
{
	int64_t now = embargo_watch_clock();
	int status = 0;

	while (waitpid(watcher->rescan, &status, 0) < 0 && errno == EINTR)
		;
	close(watcher->rescan_fd);
	watcher->rescan = 0;
	watcher->rescan_fd = -1;
	watcher->rescan_due = now + (now - watcher->rescan_begun);
	if (watcher->rescan_due < now + PAUSE_LEAST)
		watcher->rescan_due = now + PAUSE_LEAST;
	if (!status) {
		embargo_watch_count(watcher->shared, EMBARGO_WATCH_RESCANS, 1);
		return;
	}
	embargo_log_error("scanning again what was not seen failed; it is tried again");
	watcher->rescan_due = now + PAUSE_FAILED;
	embargo_watch_lost(watcher, NULL);
}

int64_t embargo_watch_rescan_wait(const struct embargo_watcher *watcher)
{
	int64_t wait = watcher->rescan_due - (int64_t)embargo_watch_clock();

	if (watcher->rescan || !watcher->shared->lost || !watcher->measure)
		return -1;
	return wait > 0 ? wait : 0;
}
