/* SPDX-License-Identifier: GPL-2.0-only */
/* What a hook asks, and what is found. */
#ifndef EMBARGO_BPF_CONTEXT_BPF_H
#define EMBARGO_BPF_CONTEXT_BPF_H

#include "bpf/match.h"
#include "bpf/stamp.bpf.h"

/*
 * The policy in force and its first page. NULL: none is published. Whoever has slept asks again: on a sealed
 * host two updates later another policy is in the same place.
 */
static __always_inline void *embargo_image(const struct embargo_image_header **header)
{
	__u32 zero = 0;
	const struct embargo_control *control = bpf_map_lookup_elem(&embargo_control, &zero);
	__u32 slot = control ? control->slot : 0;
	void *image = bpf_map_lookup_elem(&embargo_policy, &slot);

	*header = image ? embargo_image_page(image, 0) : NULL;
	if (!*header) {
		embargo_count(EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_NO_POLICY));
		return NULL;
	}
	return image;
}

/* Where a file's data is, and how much of it. */
struct embargo_eval_data {
	__u64 real; /* address of the inode below overlayfs that has the data; 0: the file's own has, or not
		       known */
	__u64 address;	/* of that inode, or else of the file's own */
	__u64 size;	/* of the data */
	__u64 any_size; /* .size is what a server has not said yet */
};

/* Who asks for what: filled in by a hook. */
struct embargo_eval_context {
	struct file *file;   /* NULL: from memory */
	struct inode *inode; /* of .file */
	struct embargo_eval_data data;
	__u32 formats;
	__u32 hook;
	__u32 unclassified;	    /* rules ask for signers, and its own cannot be read: the cause */
	embargo_packed_rule signer; /* for who signed it; 0: none */
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

/* The same for what is found of a file, whichever file system it is on. */
EMBARGO_GLOBAL int embargo_join_data(struct embargo_eval_data *data)
{
	return data ? 0 : -1;
}

/* The same for a number that would else be one for each way that led to it. */
EMBARGO_GLOBAL __u32 embargo_unknown(__u32 number)
{
	return number;
}

static __always_inline void embargo_eval_file(struct embargo_eval_context *eval, struct file *file)
{
	eval->file = file;
	eval->inode = file->f_inode;
	eval->data.real = embargo_real_inode(eval->inode);
	eval->data.address = eval->data.real ?: embargo_address(eval->inode);
	eval->data.size = embargo_inode_size(eval->inode, eval->data.real);
	eval->data.any_size = embargo_size_unknown(eval->inode, eval->data.size);
	embargo_join_data(&eval->data);
}

/* Does some hash rule for one of @formats give the size of the file? */
static __always_inline int embargo_eval_sized(void *image, const struct embargo_image_header *header,
					      const struct embargo_eval_context *eval, __u32 formats)
{
	return eval->data.any_size ? !!(header->sized_formats & formats)
				   : embargo_size_listed(image, header, eval->data.size, formats);
}

#endif
