/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this kernel can do for embargo, what it cannot, and the line that changes it. */
#ifndef EMBARGO_LOADER_PROBE_H
#define EMBARGO_LOADER_PROBE_H

#include <stdbool.h>
#include <stddef.h>

enum embargo_finding_level {
	EMBARGO_PROBE_OK,
	EMBARGO_PROBE_NOTE,    /* works, with a limit */
	EMBARGO_PROBE_MISSING, /* enforcement cannot work */
	EMBARGO_PROBE_UNKNOWN, /* could not be tried, e.g. not root */
};

struct embargo_probe_result {
	const char *name; /* stable, e.g. "bpf-lsm", "ima-hash" */
	enum embargo_finding_level level;
	char found[160];  /* what is there, one line */
	char remedy[256]; /* what to change; "" when there is nothing */
};

#define EMBARGO_PROBES_COUNT 20

/*
 * Try everything; without root what needs root is UNKNOWN. Returns how many of
 * @results (EMBARGO_PROBES_COUNT) were filled in. Takes some tens of
 * milliseconds; leaves nothing behind.
 */
size_t embargo_probe(struct embargo_probe_result *results);

/* The first result that makes enforcement impossible, or NULL. */
const struct embargo_probe_result *embargo_probe_obstacle(const struct embargo_probe_result *results,
							  size_t count);

#endif
