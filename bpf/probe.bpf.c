// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `embargo doctor` tries for real: does a BPF LSM program run at all, and
 * what does the kernel's hash helper give? It acts on one process only, and
 * never denies anything.
 *
 *   mmap_file  hashes the file that the probing process maps (at file_open the
 *              kernel cannot read the file yet)
 *   (syscall)  looks whether IMA has a policy in force
 */
#include "bpf/compat.bpf.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

__u32 embargo_probe_tgid; /* who is probing; 0: nobody */
__u32 embargo_probe_ran;
__s64 embargo_probe_algorithm; /* of the helper: the algorithm's number or a negative errno */
__u8 embargo_probe_sha256[64]; /* room for the longest digest */
__u32 embargo_probe_ima_known;
__u32 embargo_probe_ima_policy; /* not 0: what a policy of IMA wants hashes for */

SEC("lsm.s/mmap_file")
int BPF_PROG(embargo_probe_mmap_file, struct file *file, unsigned long reqprot, unsigned long prot,
	     unsigned long flags, int ret)
{
	if (!embargo_probe_tgid || bpf_get_current_pid_tgid() >> 32 != embargo_probe_tgid)
		return ret;
	file = EMBARGO_MMAP_FILE(ctx, file);
	if (!file)
		return ret;
	embargo_probe_algorithm = bpf_ima_file_hash(file, embargo_probe_sha256, sizeof(embargo_probe_sha256));
	embargo_probe_ran++;
	return ret;
}

/* See bpf/symbols.bpf.c. */
SEC("syscall")
int embargo_probe_ima(void *context)
{
	char name[] = "ima_policy_flag";
	__u64 address = 0;
	__u32 flag = 0;

	if (bpf_kallsyms_lookup_name(name, sizeof(name), 0, &address) ||
	    bpf_probe_read_kernel(&flag, sizeof(flag), (void *)address))
		return 0;
	embargo_probe_ima_policy = flag;
	embargo_probe_ima_known = 1;
	return 0;
}
