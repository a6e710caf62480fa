/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an earlier scan read and found clean, so that the next one need not read it again while nothing of it
 * changed: its path, file system, inode, time of birth, size and ctime, by the same policy, version of
 * embargo and databases of packages. Of a file only 16 bytes of a SHA-256 are kept.
 *
 * It is a shortcut for `scan' and nothing else: no verdict of the kernel ever asks it, and there are ways to
 * change a file without a trace (see design of the verdict cache), so `scan --full' does without. When in
 * doubt all of it is dropped: by another policy or version, when the clock was set, when the file is not the
 * one that was written (restored, copied, damaged).
 */
#ifndef EMBARGO_USERSPACE_SCAN_MEMORY_H
#define EMBARGO_USERSPACE_SCAN_MEMORY_H

#include <stdbool.h>

#include "loader/loader.h"
#include "userspace/check/policies.h"
#include "userspace/scan/walk.h"

#define EMBARGO_SCAN_MEMORY EMBARGO_STATE_DIR "/scanned"
#define EMBARGO_SCAN_KEY 16

struct embargo_scan_memory;

/* What is at @path, if it can be trusted; else nothing is remembered yet. @archives: the scan looks into
 * them. NULL: no memory. */
struct embargo_scan_memory *
embargo_scan_memory_open(const char *path, const struct embargo_evaluator *evaluator, bool archives);
void embargo_scan_memory_free(struct embargo_scan_memory *memory);
EMBARGO_CLEANUP(struct embargo_scan_memory, embargo_scan_memory_free);

/* False: it may still change within the tick of its ctime, so it is not remembered. */
bool embargo_scan_memory_key(const struct embargo_scan_memory *memory, const struct embargo_walk_file *file,
			     __u8 ret_key[EMBARGO_SCAN_KEY]);
/* Was it clean? Then it stays remembered. */
bool embargo_scan_memory_has(struct embargo_scan_memory *memory, const __u8 key[EMBARGO_SCAN_KEY]);
/* It was read, and there is nothing to tell of it. -ENOMEM */
int embargo_scan_memory_add(struct embargo_scan_memory *memory, const __u8 key[EMBARGO_SCAN_KEY]);
/* @whole: what this scan did not meet is gone; else it stays. -errno, and @reason says why. */
int embargo_scan_memory_save(struct embargo_scan_memory *memory, bool whole, struct embargo_reason *reason);

#endif
