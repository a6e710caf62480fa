/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line on a terminal that says how far something has come; where stderr is no terminal, nothing. */
#ifndef EMBARGO_USERSPACE_BASE_PROGRESS_H
#define EMBARGO_USERSPACE_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Times are seconds of CLOCK_MONOTONIC. */
struct embargo_bar {
	const char *label; /* what is being done, not owned */
	const char *unit;  /* of what is counted, "hosts", not owned; NULL: bytes */
	double begun;
	double drawn; /* 0: never */
	bool terminal;
};

void embargo_bar_begin(struct embargo_bar *bar, const char *label);
/* @done of @total bytes, or of .unit. Draws a few times in a second, however often it is called. */
void embargo_bar_show(struct embargo_bar *bar, uint64_t done, uint64_t total);
/* Take the line away again. */
void embargo_bar_end(struct embargo_bar *bar);

#endif
