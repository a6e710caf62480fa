/* SPDX-License-Identifier: GPL-2.0-only */
/* Pointers as numbers. */
#ifndef EMBARGO_BPF_ADDRESS_BPF_H
#define EMBARGO_BPF_ADDRESS_BPF_H

#include "bpf/kernel.h"

/*
 * A pointer as the number that it is. The verifier lets nobody calculate with one that it knows, and nothing
 * be handed to a function that wants a number; what an atomic exchange leaves on the stack it does not know.
 */
static __always_inline __u64 embargo_address(const void *pointer)
{
	volatile __u64 cell = 0;

	__sync_lock_test_and_set(&cell, (__u64)pointer);
	return cell;
}

#endif
