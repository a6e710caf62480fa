/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Libraries that few commands need are opened when one does, so that no other start pays for them and no host
 * has to have them. Their functions are called through pointers of the types of their own header.
 */
#ifndef EMBARGO_POLICY_LIBRARY_H
#define EMBARGO_POLICY_LIBRARY_H

#include "policy/reason.h"

struct embargo_library_symbol {
	const char *name; /* as the library exports it; NULL ends a list */
	void *place;	  /* of the pointer to it */
};

/*
 * Open the first of @names (a NULL at the end) that is here, for as long as this process runs, and fill the
 * places of all @symbols. -ENOENT: none of them is here; -ENOSYS: it lacks a symbol; @reason (may be NULL)
 * names it. The places are as they were then, or some of them set.
 */
int embargo_library_open(const char *const *names, const struct embargo_library_symbol *symbols,
			 struct embargo_reason *reason);

#endif
