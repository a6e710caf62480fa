/* SPDX-License-Identifier: GPL-2.0-only */
/* Every difference between kernels, one accessor each. */
#ifndef EMBARGO_BPF_COMPAT_BPF_H
#define EMBARGO_BPF_COMPAT_BPF_H

#include "bpf/kernel.h"
#include "bpf/shared.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

struct inode___v61 {
	struct timespec64 i_ctime;
};

struct inode___v66 {
	struct timespec64 __i_ctime;
};

struct inode___v611 {
	__s64 i_ctime_sec;
	__u32 i_ctime_nsec;
};

#pragma clang attribute pop

/*
 * From 6.13 (multigrain timestamps, 4e40eff0b573) the top bit of the
 * nanoseconds says that somebody asked for the time: no part of the time.
 */
#define EMBARGO_CTIME_QUERIED (1U << 31)

/*
 * The inode's change time, packed, and whether anybody asked for it since it was set. 13bc24457850 (6.6)
 * renamed i_ctime, 3aa63a569c64 (6.11) split it. The oldest form can go when 6.1 is no longer supported. By
 * value: the compiler must not move the address of a field that is not there out of its branch.
 */
#define EMBARGO_CTIME(sec, nsec) ((__u64)(sec) << 30 | ((nsec) & ((1U << 30) - 1)))

static __always_inline __u64 embargo_inode_ctime(struct inode *inode, __u32 *ret_queried)
{
	__u32 nsec;

	*ret_queried = 0;
	if (bpf_core_field_exists(struct inode___v611, i_ctime_sec)) {
		struct inode___v611 *v611 = (void *)inode;

		nsec = v611->i_ctime_nsec;
		*ret_queried = !!(nsec & EMBARGO_CTIME_QUERIED);
		return EMBARGO_CTIME(v611->i_ctime_sec, nsec);
	}
	if (bpf_core_field_exists(struct inode___v66, __i_ctime)) {
		struct inode___v66 *v66 = (void *)inode;

		return EMBARGO_CTIME(v66->__i_ctime.tv_sec, v66->__i_ctime.tv_nsec);
	}
	struct inode___v61 *v61 = (void *)inode;

	return EMBARGO_CTIME(v61->i_ctime.tv_sec, v61->i_ctime.tv_nsec);
}

/* The same of an inode of which only the address is known. */
static __always_inline __u64 embargo_address_ctime(__u64 inode, __u32 *ret_queried)
{
	__u32 nsec;

	*ret_queried = 0;
	if (bpf_core_field_exists(struct inode___v611, i_ctime_sec)) {
		EMBARGO_OPAQUE(inode);
		nsec = BPF_CORE_READ((struct inode___v611 *)inode, i_ctime_nsec);
		*ret_queried = !!(nsec & EMBARGO_CTIME_QUERIED);
		return EMBARGO_CTIME(BPF_CORE_READ((struct inode___v611 *)inode, i_ctime_sec), nsec);
	}
	if (bpf_core_field_exists(struct inode___v66, __i_ctime)) {
		EMBARGO_OPAQUE(inode);
		return EMBARGO_CTIME(BPF_CORE_READ((struct inode___v66 *)inode, __i_ctime.tv_sec),
				     BPF_CORE_READ((struct inode___v66 *)inode, __i_ctime.tv_nsec));
	}
	EMBARGO_OPAQUE(inode);
	return EMBARGO_CTIME(BPF_CORE_READ((struct inode___v61 *)inode, i_ctime.tv_sec),
			     BPF_CORE_READ((struct inode___v61 *)inode, i_ctime.tv_nsec));
}

/*
 * The file of an mmap_file hook, or NULL. Before 7.0 (94e948b7e684) the verifier
 * holds the argument for non-NULL and removes `if (!file)`, so an anonymous
 * mapping would oops the host; from 7.0 on it demands the test. The raw argument
 * is a number to the verifier, so both tests stay.
 */
#define EMBARGO_MMAP_FILE(ctx, file)                                                                         \
	({                                                                                                   \
		__u64 embargo_raw = 0;                                                                       \
		bpf_get_func_arg((ctx), 0, &embargo_raw);                                                    \
		embargo_raw && (file) ? (file) : NULL;                                                       \
	})

#endif
