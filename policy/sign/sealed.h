/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a sealed host takes a policy by: beside a policy file lies FILE.seal, the image of the policy as the
 * kernel reads it, and a manifest that names and hashes it and is signed. The kernel verifies it
 * (bpf/seal/update.bpf.c), so that here only the file is taken apart.
 *
 * One record for each ABI (EMBARGO_ABI_VERSION), one after the other, little-endian:
 *
 *	struct embargo_seal_manifest
 *	__u32	bytes of the signature
 *	__u32	0
 *	the signature: CMS, DER, detached, without certificates
 *	the image: .pages of EMBARGO_PAGE_SIZE bytes
 */
#ifndef EMBARGO_POLICY_SIGN_SEALED_H
#define EMBARGO_POLICY_SIGN_SEALED_H

#include "bpf/seal.h"
#include "policy/policy.h"
#include "policy/sign/sign.h"

#define EMBARGO_SEALED_SUFFIX ".seal"
#define EMBARGO_SEALED_SIZE_MAX (1UL << 30) /* bytes of a file */

struct embargo_sealed {
	struct embargo_seal_manifest manifest;
	const void *signature; /* in the caller's bytes, as the image is */
	size_t signature_size;
	const void *image;
};

/*
 * The record of @abi in @data. -ENOENT: there is none; -EBADMSG: damaged, @reason says at which byte. Nothing
 * is verified.
 */
int embargo_sealed_find(const void *data, size_t size, __u32 abi, struct embargo_sealed *ret_sealed,
			struct embargo_reason *reason);

/*
 * The bytes of FILE.seal for @policy, which was checked, read with EMBARGO_READ_DIGEST, and whose first file
 * it is. *@ret_data: to be freed.
 */
int embargo_sealed_make(const struct embargo_sign_key *key, struct embargo_policy *policy, void **ret_data,
			size_t *ret_size, struct embargo_reason *reason);

#endif
