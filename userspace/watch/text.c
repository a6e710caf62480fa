// SPDX-License-Identifier: GPL-2.0-or-later
/* The state of the watch, for people and programs. */
#include <inttypes.h>

#include "policy/plural.h"
#include "userspace/watch/watch.h"

void embargo_watch_text(const struct embargo_watch_shared *shared, FILE *out)
{
	if (!shared->active) {
		fprintf(out, "watch       nothing to watch for%s\n",
			shared->mode == EMBARGO_WATCH_OFF ? ": off" : "");
		return;
	}
	if (shared->blind)
		fprintf(out, "watch       not watching: %s; until then new files are found by scans\n",
			embargo_watch_limit_name(shared->blind));
	fprintf(out,
		"watch       %" PRIu32 " file %s; %" PRIu64 " new %s looked at, %" PRIu64 " pinned, %" PRIu32
		" wait; overflows %" PRIu64 ", rescans %" PRIu64 "%s\n",
		shared->filesystems, embargo_plural(shared->filesystems, "system", "systems"),
		shared->counts[EMBARGO_WATCH_CLASSIFIED],
		embargo_plural(shared->counts[EMBARGO_WATCH_CLASSIFIED], "file", "files"),
		shared->counts[EMBARGO_WATCH_PINNED], shared->queued, shared->counts[EMBARGO_WATCH_OVERFLOWS],
		shared->counts[EMBARGO_WATCH_RESCANS], shared->lost ? ", one is due" : "");
	if (shared->force_count)
		fprintf(out, "            from close to refused %.1f ms on average, %.1f ms at most\n",
			shared->force_ns / 1e6 / shared->force_count, shared->force_ns_max / 1e6);
}

json_t *embargo_watch_json(const struct embargo_watch_shared *shared)
{
	return json_pack("{s:b, s:s?, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:I, s:f, s:f}", "active",
			 shared->active, "not_watching",
			 shared->blind ? embargo_watch_limit_name(shared->blind) : NULL, "filesystems",
			 (json_int_t)shared->filesystems, "generation", (json_int_t)shared->generation,
			 "seen", (json_int_t)shared->counts[EMBARGO_WATCH_SEEN], "classified",
			 (json_int_t)shared->counts[EMBARGO_WATCH_CLASSIFIED], "pinned",
			 (json_int_t)shared->counts[EMBARGO_WATCH_PINNED], "queued",
			 (json_int_t)shared->queued, "overflows",
			 (json_int_t)shared->counts[EMBARGO_WATCH_OVERFLOWS], "rescans",
			 (json_int_t)shared->counts[EMBARGO_WATCH_RESCANS], "rescan_due", shared->lost,
			 "in_force_count", (json_int_t)shared->force_count, "in_force_seconds",
			 shared->force_ns / 1e9, "in_force_seconds_most", shared->force_ns_max / 1e9);
}
