// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening libpq. */
#include "policy/library.h"
#include "userspace/store/pq.h"

struct embargo_pq embargo_pq;

int embargo_pq_open(struct embargo_reason *reason)
{
	static const char *const names[] = {"libpq.so.5", NULL};
#define SYMBOL(name) {"PQ" #name, &embargo_pq.name},
	static const struct embargo_library_symbol symbols[] = {EMBARGO_PQ(SYMBOL){0}};

	/* The last of the list is filled last. */
	return embargo_pq.finish ? 0 : embargo_library_open(names, symbols, reason);
}
