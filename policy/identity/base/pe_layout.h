/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Portable Executables: where in the file things are. */
#ifndef EMBARGO_POLICY_IDENTITY_BASE_PE_LAYOUT_H
#define EMBARGO_POLICY_IDENTITY_BASE_PE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi.h"

#define EMBARGO_PE_SECTIONS_MAX 1024U /* that are looked at */

struct embargo_pe_section {
	__u32 virtual_at, virtual_size; /* in memory */
	__u32 file_at, file_size;
};

/* Out of the headers; offsets in the file, none of them checked against its size but .size itself. */
struct embargo_pe_layout {
	__u64 size; /* of the file */
	__u16 machine;
	bool is_64;
	__u64 checksum_at;
	__u64 security_at; /* its entry in the data directory; 0: absent */
	__u32 table_at;	   /* of certificates; 0: there is none */
	__u32 table_size;
	__u32 resources_at; /* in memory; 0: there are none */
	struct embargo_pe_section *sections;
	size_t section_count;
};

/* pe_layout.c: -ENOENT: a DOS program, or something else that begins with MZ. -EBADMSG: cut off. */
int embargo_pe_layout_read(int fd, __u64 size, struct embargo_pe_layout *ret_layout);
void embargo_pe_layout_clear(struct embargo_pe_layout *layout);
/* All of @size bytes, or -EBADMSG where the file ends. */
int embargo_pe_bytes(int fd, __u64 at, void *to, size_t size);
__u16 embargo_pe_16(const void *bytes);
__u32 embargo_pe_32(const void *bytes);

#endif
