// SPDX-License-Identifier: GPL-2.0-or-later
/* The counters of the programs, which every CPU has for itself. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>

#include "loader/internal.h"

int embargo_counter_sum(int fd, uint32_t counter, uint64_t *ret_sum)
{
	_cleanup_free_ uint64_t *values = NULL;
	int cpus = libbpf_num_possible_cpus();
	uint64_t sum = 0;

	if (cpus < 0)
		return cpus;
	values = calloc(cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &counter, values) < 0)
		return -errno;
	for (int cpu = 0; cpu < cpus; cpu++)
		sum += values[cpu];
	*ret_sum = sum;
	return 0;
}
