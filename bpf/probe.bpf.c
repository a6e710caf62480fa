// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `embargo doctor` tries for real: does a BPF LSM program run at all, and
 * what does the kernel's hash helper give? It acts on one process only, and
 * never denies anything.
 *
 *   file_open  hashes the file that the probing process opens
 */
#include "bpf/kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

__u32 embargo_probe_tgid;	/* who is probing; 0: nobody */
__u32 embargo_probe_ran;
__s64 embargo_probe_algorithm;	/* of the helper: the algorithm's number or a negative errno */
__u8 embargo_probe_sha256[64];	/* room for the longest digest */

SEC("lsm.s/file_open")
int BPF_PROG(embargo_probe_file_open, struct file *file, int ret)
{
	if (!embargo_probe_tgid || bpf_get_current_pid_tgid() >> 32 != embargo_probe_tgid)
		return ret;
	embargo_probe_algorithm =
		bpf_ima_file_hash(file, embargo_probe_sha256, sizeof(embargo_probe_sha256));
	embargo_probe_ran++;
	return ret;
}
