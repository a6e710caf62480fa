/* SPDX-License-Identifier: GPL-2.0-only */
/* What a hook asks, and what is found. */
#ifndef EMBARGO_BPF_CONTEXT_BPF_H
#define EMBARGO_BPF_CONTEXT_BPF_H

#include "bpf/match.h"
#include "bpf/stamp.bpf.h"

/* Who asks for what: filled in by a hook. */
struct embargo_eval_context {
	struct file *file;   /* NULL: from memory */
	struct inode *inode; /* of .file */
	__u64 real; /* address of the inode below overlayfs that has the data; 0: .inode has, or not known */
	__u64 address; /* of that inode, or else of .inode */
	__u64 size;    /* of the data */
	__u32 formats;
	__u32 hook;
	__u32 unclassified; /* its signer cannot be read here, and rules ask for signers */
	__u32 any_size;	    /* .size is what a server has not said yet */
};

/* What is known of a file, and what follows for it. */
struct embargo_match {
	embargo_packed_rule rule; /* 0: none */
	__u32 cause;		  /* enum embargo_cause */
	__s32 error;
	__u32 hashed; /* .sha256 is filled in */
	__u8 sha256[EMBARGO_SHA256_SIZE];
};

/*
 * Nothing, to the processor. The verifier forgets what it knew of @match, so
 * that the many ways that led here are one from here on, and looked at once.
 */
EMBARGO_GLOBAL int embargo_join(struct embargo_match *match)
{
	return match ? 0 : -1;
}

static __always_inline void embargo_eval_file(struct embargo_eval_context *eval, struct file *file)
{
	eval->file = file;
	eval->inode = file->f_inode;
	eval->real = embargo_real_inode(eval->inode);
	eval->address = eval->real ?: embargo_address(eval->inode);
	eval->size = embargo_inode_size(eval->inode, eval->real);
	eval->any_size = embargo_size_unknown(eval->inode, eval->size);
}

/* Does some hash rule for one of @formats give the size of the file? */
static __always_inline int embargo_eval_sized(void *image, const struct embargo_image_header *header,
					      const struct embargo_eval_context *eval, __u32 formats)
{
	return eval->any_size ? !!(header->sized_formats & formats)
			      : embargo_size_listed(image, header, eval->size, formats);
}

#endif
