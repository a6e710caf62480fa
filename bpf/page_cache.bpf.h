/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes of a file out of the page cache, for kernels before 6.19, which give no program a file's bytes
 * (x86-64 only: elsewhere the kernel's memory map has other constants).
 *
 * The tree of pages is walked without a lock, so a page may be taken away and given to another file while it
 * is read. Therefore each is looked up before and after it is copied: the same page, of this file, at this
 * place, up to date. Whatever is not so is no answer.
 */
#ifndef EMBARGO_BPF_PAGE_CACHE_BPF_H
#define EMBARGO_BPF_PAGE_CACHE_BPF_H

#include "bpf/context.bpf.h"
#include "bpf/program.h"
#include <bpf/bpf_core_read.h>

#define EMBARGO_CACHE_LEVELS 12	    /* of a tree with 64 branches over all 64 bits */
#define EMBARGO_CACHE_FOLIO 1024ULL /* pages in one piece, at most */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct xa_node {
	unsigned char shift;
	void *slots[64];
};

struct xarray {
	void *xa_head;
};

struct address_space {
	struct xarray i_pages;
};

struct inode___mapped {
	struct address_space *i_mapping;
};

struct page {
	unsigned long flags;
	struct address_space *mapping;
	unsigned long index;
};

#pragma clang attribute pop

enum pageflags {
	PG_uptodate = 2,
};

/* Where a page was found, and what it said of itself. */
struct embargo_cached {
	__u64 entry; /* its address in the tree */
	__u64 index; /* of the first page of its piece */
	__u64 bytes; /* address of the wanted byte */
};

struct embargo_cache_walk {
	__u64 entry;
	__u64 index;
};

/* From a node to the one below, or to the page: 1 ends the walk. Entries of the tree are told by their lowest
 * bits. */
EMBARGO_STEP embargo_cache_step(__u32 step, void *context)
{
	struct embargo_cache_walk *walk = context;
	struct xa_node *node;
	unsigned char shift;
	__u64 next = 0, slots;

	if ((walk->entry & 3) != 2 || walk->entry <= 4096)
		return 1;
	node = (void *)(walk->entry - 2);
	slots = walk->entry - 2 + bpf_core_field_offset(struct xa_node, slots);
	shift = BPF_CORE_READ(node, shift);
	walk->entry = 0;
	if (bpf_probe_read_kernel(&next, sizeof(next),
				  (void *)(slots + (walk->index >> (shift & 63) & 63) * 8)))
		return 1;
	/* A piece of several pages has its address in its first slot, and the others name that. */
	if ((next & 3) == 2 && next < 64 << 2 &&
	    bpf_probe_read_kernel(&next, sizeof(next), (void *)(slots + (next >> 2) * 8)))
		return 1;
	walk->entry = next;
	return 0;
}

/* The byte at @offset of the file with the address space @mapping. 0, or -1: it is not in memory. */
EMBARGO_GLOBAL int embargo_cache_find(__u64 mapping, __u64 offset, struct embargo_cached *found)
{
	struct embargo_cache_walk walk = {};
	__u32 zero = 0, size = bpf_core_type_size(struct page);
	struct embargo_files *files = bpf_map_lookup_elem(&embargo_files, &zero);
	struct page *page;
	__u64 number;

	if (!found || !files || !files->vmemmap || !files->page_offset || !size)
		return -1;
	walk.index = offset >> 12;
	walk.entry = (__u64)BPF_CORE_READ((struct address_space *)mapping, i_pages.xa_head);
	bpf_loop(EMBARGO_CACHE_LEVELS, embargo_cache_step, &walk, 0);
	if (!walk.entry || walk.entry & 3)
		return -1; /* nothing, or a mark where a page was */
	page = (void *)walk.entry;
	if ((__u64)BPF_CORE_READ(page, mapping) != mapping)
		return -1;
	if (!(BPF_CORE_READ(page, flags) >> bpf_core_enum_value(enum pageflags, PG_uptodate) & 1))
		return -1;
	found->entry = walk.entry;
	found->index = BPF_CORE_READ(page, index);
	if (found->index > walk.index || walk.index - found->index >= EMBARGO_CACHE_FOLIO)
		return -1;
	number = (walk.entry - files->vmemmap) / size + (walk.index - found->index);
	found->bytes = files->page_offset + (number << 12) + (offset & 4095);
	return 0;
}

/* What @program wants, out of memory: 0, or -1, and nothing that was copied counts. */
EMBARGO_GLOBAL int embargo_cache_copy(struct embargo_program *program, __u64 mapping)
{
	struct embargo_cached before = {}, after = {};
	__u32 done = 0, size, part, i;
	__u64 at;

	if (!program)
		return -1;
	size = program->size;
	at = program->at;
	EMBARGO_ROLLED
	for (i = 0; i < EMBARGO_SIGNATURE_MAX / EMBARGO_PAGE_SIZE + 1; i++) {
		if (done >= size)
			return 0;
		part = EMBARGO_PAGE_SIZE - (at + done) % EMBARGO_PAGE_SIZE;
		if (part > size - done)
			part = size - done;
		EMBARGO_OPAQUE(part);
		EMBARGO_OPAQUE(done);
		if (done > EMBARGO_SIGNATURE_MAX || part > EMBARGO_PAGE_SIZE)
			return -1;
		if (embargo_cache_find(mapping, at + done, &before) ||
		    bpf_probe_read_kernel(program->bytes + done, part, (void *)before.bytes) ||
		    embargo_cache_find(mapping, at + done, &after) || before.entry != after.entry ||
		    before.index != after.index)
			return -1;
		done += part;
	}
	return done >= size ? 0 : -1;
}

static __always_inline __u64 embargo_cache_of(__u64 inode)
{
	return (__u64)BPF_CORE_READ((struct inode___mapped *)inode, i_mapping);
}

#endif
