// SPDX-License-Identifier: GPL-2.0-or-later
/* Authenticode: the signatures at the end of a PE, and what of the file they are over. */
#include <errno.h>
#include <stdio.h>

#include "policy/identity/base/pe_layout.h"
#include "policy/identity/signature/file_signature.h"

#define ENTRY_HEADER 8 /* of WIN_CERTIFICATE: length, revision, type */
#define TYPE_PKCS7 2

static void extent_add(struct embargo_signed_bytes *signed_bytes, __u64 at, __u64 end)
{
	if (at < end)
		signed_bytes->extents[signed_bytes->extent_count++] = (struct embargo_extent){at, end};
}

void embargo_authenticode_signed_bytes(int fd, const struct embargo_pe_layout *layout,
				       struct embargo_signed_bytes *ret_signed_bytes)
{
	__u64 end = layout->size, after = layout->size, headers = layout->checksum_at + 4;

	*ret_signed_bytes = (struct embargo_signed_bytes){.fd = fd};
	if (layout->table_at && layout->table_size && layout->table_at < end) {
		end = layout->table_at;
		if (layout->table_size < layout->size - end)
			after = end + layout->table_size;
	}
	extent_add(ret_signed_bytes, 0, layout->checksum_at);
	if (layout->security_at) {
		extent_add(ret_signed_bytes, headers, layout->security_at);
		headers = layout->security_at + 8;
	}
	extent_add(ret_signed_bytes, headers, end);
	extent_add(ret_signed_bytes, after, layout->size);
	/* A signer pads the file so before the signatures follow. */
	if (end == layout->size && end % 8)
		ret_signed_bytes->zeros = 8 - end % 8;
}

/* One entry. Returns what it takes of the table, with padding; 0: the table ends; -errno. */
static long entry_read(int fd, __u64 at, __u64 left, struct embargo_identity *identity,
		       const struct embargo_signed_bytes *signed_bytes)
{
	_cleanup_free_ unsigned char *der = NULL;
	__u8 header[ENTRY_HEADER];
	struct embargo_file_signature *signature;
	__u32 length, size;
	int r;

	if (left < ENTRY_HEADER)
		return 0;
	r = embargo_pe_bytes(fd, at, header, sizeof(header));
	length = embargo_pe_32(header);
	if (r || !length)
		return r;
	size = length < left ? length : left;
	size = size < ENTRY_HEADER ? 0 : size - ENTRY_HEADER;
	/* Longer data cannot be a PE's signature and is not read in part. */
	if (size > EMBARGO_FILE_SIGNATURE_SIZE_MAX || embargo_pe_16(header + 6) != TYPE_PKCS7 || !size) {
		r = embargo_file_signature_add(identity, EMBARGO_FILE_SIGNATURE_AUTHENTICODE, &signature);
		r = r
			    ?: embargo_file_signature_warning(
				       signature, size > EMBARGO_FILE_SIGNATURE_SIZE_MAX
							  ? "the signature is too large to be read"
						  : !size ? "the signature is cut off"
							  : "the signature is not PKCS#7");
	} else {
		der = malloc(size);
		r = der ? embargo_pe_bytes(fd, at + ENTRY_HEADER, der, size) : -ENOMEM;
		r = r
			    ?: embargo_file_signatures_read(identity, EMBARGO_FILE_SIGNATURE_AUTHENTICODE,
							    der, size, signed_bytes);
	}
	return r ?: (long)(((__u64)length + 7) & ~7ULL);
}

int embargo_authenticode_read(int fd, const struct embargo_pe_layout *layout,
			      struct embargo_identity *identity)
{
	__u64 at = layout->table_at, left = layout->table_size;
	struct embargo_signed_bytes signed_bytes;
	long taken;

	if (!at || !left)
		return 0;
	if (at >= layout->size)
		return -EBADMSG;
	/* What lies outside of the file nobody can read; what lies within still names its signer. */
	if (left > layout->size - at)
		left = layout->size - at;
	embargo_authenticode_signed_bytes(fd, layout, &signed_bytes);
	while (identity->signature_count < EMBARGO_FILE_SIGNATURES_MAX) {
		taken = entry_read(fd, at, left, identity, &signed_bytes);
		if (taken <= 0)
			return taken;
		if ((__u64)taken >= left)
			break;
		at += taken;
		left -= taken;
	}
	return layout->table_size > layout->size - layout->table_at ? -EBADMSG : 0;
}
