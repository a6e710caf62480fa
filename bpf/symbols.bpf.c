// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel keeps variables that no type information leads to. The loader runs this once, before the
 * other programs are attached: the kernel looks a name up at once, while /proc/kallsyms would have to be
 * written out and read whole.
 */
#include "bpf/maps.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
int embargo_symbols(void *context)
{
	char name[] = "ima_policy_flag";
	__u32 zero = 0;
	struct embargo_changes *changes = bpf_map_lookup_elem(&embargo_changes, &zero);
	__u64 address = 0;

	if (!changes || bpf_kallsyms_lookup_name(name, sizeof(name), 0, &address))
		return 0; /* there is none, or addresses are not shown (kptr_restrict=2) */
	changes->ima_policy_flag = address;
	return 0;
}
