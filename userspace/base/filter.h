/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters of system calls, as tables. Any call that is not in them kills the process. */
#ifndef EMBARGO_USERSPACE_BASE_FILTER_H
#define EMBARGO_USERSPACE_BASE_FILTER_H

#include <seccomp.h>
#include <stddef.h>

/* A call that is decided by one of its arguments; any of several conditions of one call will do. */
struct embargo_filter_condition {
	int call;
	struct scmp_arg_cmp argument;
	int error; /* that it fails with; 0: it is allowed */
};

struct embargo_filter {
	const int *allowed;
	size_t allowed_count;
	const int *refused; /* they fail with EACCES */
	size_t refused_count;
	const struct embargo_filter_condition *conditions;
	size_t condition_count;
};

/* Nothing holds before seccomp_load(). Calls of another architecture kill. To be freed; -errno. */
int embargo_filter_make(const struct embargo_filter *table, scmp_filter_ctx *ret_filter);
void embargo_filter_free(scmp_filter_ctx *filter); /* for _cleanup_ */
/* For good, with no_new_privs. -errno: the caller must not go on. */
int embargo_filter_load(const struct embargo_filter *table);

#endif
