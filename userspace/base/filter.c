// SPDX-License-Identifier: GPL-2.0-or-later
/* From a table to libseccomp's filter. */
#include <errno.h>

#include "policy/cleanup.h"
#include "userspace/base/filter.h"

void embargo_filter_free(scmp_filter_ctx *filter)
{
	if (*filter)
		seccomp_release(*filter);
}

static int calls_add(scmp_filter_ctx filter, const int *calls, size_t count, uint32_t action)
{
	size_t i;
	int r = 0;

	for (i = 0; !r && i < count; i++)
		r = seccomp_rule_add(filter, action, calls[i], 0);
	return r;
}

int embargo_filter_make(const struct embargo_filter *table, scmp_filter_ctx *ret_filter)
{
	_cleanup_(embargo_filter_free) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	size_t i;
	int r = filter ? seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) : -ENOMEM;

	r = r ?: calls_add(filter, table->allowed, table->allowed_count, SCMP_ACT_ALLOW);
	r = r ?: calls_add(filter, table->refused, table->refused_count, SCMP_ACT_ERRNO(EACCES));
	for (i = 0; !r && i < table->condition_count; i++) {
		const struct embargo_filter_condition *condition = &table->conditions[i];

		r = seccomp_rule_add_array(
			filter, condition->error ? SCMP_ACT_ERRNO(condition->error) : SCMP_ACT_ALLOW,
			condition->call, 1, &condition->argument);
	}
	if (!r)
		*ret_filter = TAKE_PTR(filter);
	return r;
}

int embargo_filter_load(const struct embargo_filter *table)
{
	_cleanup_(embargo_filter_free) scmp_filter_ctx filter = NULL;
	int r = embargo_filter_make(table, &filter);

	return r ?: seccomp_load(filter);
}
