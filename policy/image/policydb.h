/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layout of a policy database on disk: the image's pages, this header, and the
 * sections it names, each beginning at a multiple of 8 bytes.
 */
#ifndef EMBARGO_POLICY_IMAGE_POLICYDB_H
#define EMBARGO_POLICY_IMAGE_POLICYDB_H

#include "policy/policy.h"

#define EMBARGO_POLICYDB_MAGIC 0x4b424245U /* "EBBK" */
#define EMBARGO_POLICYDB_VERSION 1

enum embargo_policydb_part {
	EMBARGO_POLICYDB_IMAGE,
	EMBARGO_POLICYDB_RULES,	   /* struct embargo_rule */
	EMBARGO_POLICYDB_FILES,	   /* struct embargo_file */
	EMBARGO_POLICYDB_RESOLVED, /* struct embargo_resolved */
	EMBARGO_POLICYDB_STRINGS,
	EMBARGO_POLICYDB_PARTS,
};

struct embargo_policydb_section {
	__u64 at; /* from the beginning of the file */
	__u64 size;
	__u64 checksum;
};

struct embargo_policydb_header {
	__u32 magic;
	__u32 version;
	__u64 checksum; /* of the header, with 0 here */
	__u64 file_size;
	struct embargo_policydb_section parts[EMBARGO_POLICYDB_PARTS];
	__u64 spare;
};

_Static_assert(sizeof(struct embargo_policydb_header) == 152, "the book is read by other builds");

struct embargo_policydb_state {
	void *mapped; /* NULL: the caller's memory */
	size_t size;
};

/*
 * policydb_write.c. Finds what a torn write, a bad disk or a bad copy does; it is
 * no defence against anybody, and needs none: only root writes policy databases.
 */
__u64 embargo_policydb_checksum(const void *bytes, size_t size,
				bool mapped); /* lets go of pages of a mapped file */
__u64 embargo_policydb_header_checksum(const struct embargo_policydb_header *header);

#endif
