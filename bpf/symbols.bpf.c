// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel keeps variables that no type information leads to. The loader runs this once, before the
 * other programs are attached: the kernel looks a name up at once, while /proc/kallsyms would have to be
 * written out and read whole.
 */
#include "bpf/maps.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* Where a variable of the kernel is; 0: there is none, or addresses are not shown. */
static __always_inline __u64 embargo_where(const char *name, int size)
{
	__u64 address = 0;

	return bpf_kallsyms_lookup_name(name, size, 0, &address) ? 0 : address;
}

/* What a variable of the kernel holds; 0: there is none, or addresses are not shown. */
static __always_inline __u64 embargo_variable(const char *name, int size)
{
	__u64 address = 0, value = 0;

	if (bpf_kallsyms_lookup_name(name, size, 0, &address) ||
	    bpf_probe_read_kernel(&value, sizeof(value), (void *)address))
		return 0;
	return value;
}

/* Where all memory is, and what is known of each page of it: variables of x86-64 alone. */
static __always_inline void embargo_memory_map(void)
{
	char pages[] = "vmemmap_base", memory[] = "page_offset_base";
	__u32 zero = 0;
	struct embargo_files *files = bpf_map_lookup_elem(&embargo_files, &zero);

	if (!files)
		return;
	files->vmemmap = embargo_variable(pages, sizeof(pages));
	files->page_offset = embargo_variable(memory, sizeof(memory));
}

SEC("syscall")
int embargo_symbols(void *context)
{
	char name[] = "ima_policy_flag", rename_lock[] = "rename_lock", mount_lock[] = "mount_lock";
	__u32 zero = 0;
	struct embargo_changes *changes = bpf_map_lookup_elem(&embargo_changes, &zero);
	__u64 address = 0;

	embargo_memory_map();
	if (!changes)
		return 0;
	changes->rename_lock = embargo_where(rename_lock, sizeof(rename_lock));
	changes->mount_lock = embargo_where(mount_lock, sizeof(mount_lock));
	if (bpf_kallsyms_lookup_name(name, sizeof(name), 0, &address))
		return 0; /* there is none, or addresses are not shown (kptr_restrict=2) */
	changes->ima_policy_flag = address;
	return 0;
}
