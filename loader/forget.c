// SPDX-License-Identifier: GPL-2.0-or-later
/* What only policies of before have put into a map makes room. */
#include <bpf/bpf.h>

#include "loader/internal.h"

void embargo_map_forget(int map, uint64_t generation, uint64_t (*of)(int map, const void *key))
{
	union key {
		struct embargo_interpreter_key interpreter;
		struct embargo_place_key place;
	} key, next;
	bool more = bpf_map_get_next_key(map, NULL, &next) == 0;

	/* One is removed when the one behind it is known. */
	while (more) {
		key = next;
		more = bpf_map_get_next_key(map, &key, &next) == 0;
		if (of(map, &key) < generation - 1)
			bpf_map_delete_elem(map, &key);
	}
}
