/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few words that let one source run in the kernel and in userspace: a
 * bounded loop, bytes that are read with their bounds checked, and a result of
 * a lookup. Code that includes this compiles with clang for BPF and with gcc,
 * under ASan and UBSan too.
 */
#ifndef EMBARGO_BPF_SHARED_H
#define EMBARGO_BPF_SHARED_H

#ifdef __bpf__
#include "bpf/kernel.h"
#include <bpf/bpf_helpers.h>
#else
#include <errno.h>
#include <linux/types.h>
#include <stddef.h>
#include <string.h>
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#endif

/*
 * Call @step(index, context) for index 0 … count-1 until it returns non-zero.
 * In BPF this is bpf_loop(): the verifier walks the body once, whatever @count
 * (at most 2^23 rounds). EMBARGO_CALL marks a function that gets a stack frame
 * of its own in BPF: inlined into one, long functions outgrow its 512 bytes;
 * unrolled loops do too, so EMBARGO_ROLLED stands before one that shall stay.
 * EMBARGO_GLOBAL marks one that the verifier looks at once, and not again for each
 * way to each of its calls: that is what keeps a load quick. To such a function any
 * pointer may be NULL, all that its pointers point to is written before the call, and
 * pointers inside that come back as numbers.
 * EMBARGO_TABLE is `static const` without debugging information: clang 14 gives
 * every static variable of .rodata the BTF offset 0, and the kernel refuses two.
 */
#ifdef __bpf__
#define EMBARGO_CALL static __noinline __attribute__((unused))
#define EMBARGO_GLOBAL __weak __noinline
#define EMBARGO_TABLE static const __attribute__((nodebug))
#define EMBARGO_STEP static __noinline long
#define embargo_loop(count, step, context) bpf_loop((count), (step), (context), 0)
#else
#define EMBARGO_CALL static inline
#define EMBARGO_GLOBAL static inline
#define EMBARGO_TABLE static const
#define EMBARGO_STEP static long
static inline long embargo_loop(__u32 count, long (*step)(__u32, void *), void *context)
{
	__u32 i;

	for (i = 0; i < count; i++)
		if (step(i, context))
			return i + 1;
	return i;
}
#endif

#ifdef __clang__
#define EMBARGO_ROLLED _Pragma("clang loop unroll(disable)")
#else
#define EMBARGO_ROLLED
#endif

/*
 * Hide from the compiler what it knows of a number, so that it keeps a test
 * that the verifier needs to see (it does not follow a % b < b).
 */
#define EMBARGO_OPAQUE(number) __asm__ volatile("" : "+r"(number))

/* Untrusted bytes: a module's image in a kernel buffer, or in memory here. */
struct embargo_bytes {
	const __u8 *data;
	__u64 size;
};

/* Copy @size bytes from @offset to @to. Returns 0, or -1 if they are not all inside. */
static __always_inline int embargo_bytes_read(const struct embargo_bytes *bytes, __u64 offset, void *to,
					      __u32 size)
{
	if (offset > bytes->size || bytes->size - offset < size)
		return -1;
#ifdef __bpf__
	return bpf_probe_read_kernel(to, size, bytes->data + offset) ? -1 : 0;
#else
	memcpy(to, bytes->data + offset, size);
	return 0;
#endif
}

#endif
