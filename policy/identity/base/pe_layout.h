/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Portable Executables: where in the file things are, and what is read from there. */
#ifndef EMBARGO_POLICY_IDENTITY_PE_H
#define EMBARGO_POLICY_IDENTITY_PE_H

#include <stdbool.h>

#include "policy/identity/signature/file_signature.h"

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
	__u64 security_at; /* its entry in the data directory; 0: there is none */
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

/* pe_version.c: -ENOENT: no version resource. -EBADMSG: it cannot be read. */
int embargo_pe_version_read(int fd, const struct embargo_pe_layout *layout, struct embargo_pe *pe);

/* signature/authenticode.c: what is hashed: all but the checksum and the signatures. */
void embargo_authenticode_signed_bytes(int fd, const struct embargo_pe_layout *layout,
				       struct embargo_signed_bytes *ret_signed_bytes);
/* All entries of the table of certificates -> signatures. */
int embargo_authenticode_read(int fd, const struct embargo_pe_layout *layout,
			      struct embargo_identity *identity);

#endif
