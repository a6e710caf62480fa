// SPDX-License-Identifier: GPL-2.0-or-later
/* A line on a terminal: how far a scan has come, how fast, and how long it will take. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "userspace/scan/scan.h"

#define DRAW_SECONDS 0.2
#define GUESS_SECONDS 2.0 /* below this the remaining time cannot be estimated */

double embargo_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* A whole file system tells how much there is; of a directory nobody knows. */
void embargo_progress_begin(struct embargo_progress *progress, char *const *paths)
{
	struct statvfs st;
	struct statx root;

	*progress = (struct embargo_progress){.begun = embargo_seconds()};
	for (; *paths; paths++) {
		if (statx(AT_FDCWD, *paths, 0, STATX_TYPE, &root) || statvfs(*paths, &st) ||
		    !(root.stx_attributes & STATX_ATTR_MOUNT_ROOT)) {
			progress->files_all = progress->bytes_all = 0;
			return;
		}
		progress->files_all += st.f_files - st.f_ffree;
		progress->bytes_all += (st.f_blocks - st.f_bfree) * st.f_frsize;
	}
}

static void amount(char text[32], double bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
	size_t unit = 0;

	for (; bytes >= 1000 && unit < sizeof(units) / sizeof(*units) - 1; unit++)
		bytes /= 1000;
	snprintf(text, 32, "%.*f %s", unit && bytes < 100, bytes, units[unit]);
}

/* The part that is done, 0: not known. What is behind decides: files, or their bytes. */
static double part_done(const struct embargo_progress *progress, __u64 files, __u64 bytes)
{
	double by_files = progress->files_all ? (double)files / progress->files_all : 0;
	double by_bytes = progress->bytes_all ? (double)bytes / progress->bytes_all : 0;
	double part = by_files && by_bytes && by_bytes < by_files ? by_bytes : by_files ?: by_bytes;

	return part > 0.99 ? 0.99 : part;
}

void embargo_progress_show(struct embargo_progress *progress, __u64 files, __u64 bytes)
{
	double now = embargo_seconds(), elapsed = now - progress->begun, part;
	char size[32], rate[32], left[48] = "";

	if (now - progress->drawn < DRAW_SECONDS)
		return;
	part = part_done(progress, files, bytes);
	if (part > 0 && elapsed > GUESS_SECONDS) {
		double seconds = elapsed / part - elapsed;

		snprintf(left, sizeof(left), ", %.0f %%, %.0f %s left", part * 100,
			 seconds < 120 ? seconds : seconds / 60, seconds < 120 ? "s" : "min");
	}
	amount(size, bytes);
	amount(rate, elapsed > 0 ? bytes / elapsed : 0);
	fprintf(stderr, "\r%llu files, %s, %s/s%s\033[K", files, size, rate, left);
	fflush(stderr);
	progress->drawn = now;
	progress->shown = true;
}

void embargo_progress_hide(void *context)
{
	struct embargo_progress *progress = context;

	if (!progress->shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress->shown = false;
}
