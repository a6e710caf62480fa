// SPDX-License-Identifier: GPL-2.0-or-later
/* The signature of a cabinet: behind its end, where an area of the header that is left to others says. */
#include <errno.h>
#include <string.h>

#include "policy/identity/base/pe_layout.h"
#include "policy/identity/signature/file_signature.h"

#define HEADER_SIZE 52
#define FLAG_RESERVE 4
#define RESERVE_SIZE 20 /* as signers have it: two numbers, then place and size of the signature, … */

int embargo_cabinet_read(int fd, struct embargo_identity *identity)
{
	_cleanup_free_ unsigned char *der = NULL;
	__u64 size = identity->digests.size;
	unsigned char header[HEADER_SIZE];
	struct embargo_file_signature *signature;
	__u32 at, length;
	int r;

	if (identity->format != EMBARGO_FORMAT_OTHER || size < sizeof(header) ||
	    embargo_pe_bytes(fd, 0, header, sizeof(header)) || memcmp(header, "MSCF", 4) ||
	    !(embargo_pe_16(header + 30) & FLAG_RESERVE) || embargo_pe_16(header + 36) != RESERVE_SIZE)
		return 0;
	at = embargo_pe_32(header + 44);
	length = embargo_pe_32(header + 48);
	if (!at || !length)
		return 0;
	if (at >= size || length > size - at || length > EMBARGO_FILE_SIGNATURE_SIZE_MAX) {
		r = embargo_file_signature_add(identity, EMBARGO_FILE_SIGNATURE_AUTHENTICODE, &signature);
		return r
			       ?: embargo_file_signature_warning(signature,
								 "the cabinet's signature cannot be read");
	}
	der = malloc(length);
	if (!der)
		return -ENOMEM;
	r = embargo_pe_bytes(fd, at, der, length);
	if (r)
		return embargo_identity_warning(identity, "the cabinet's signature cannot be read");
	/* What of a cabinet is hashed is not gone into: whether the signature fits is not said. */
	return embargo_file_signatures_read(identity, EMBARGO_FILE_SIGNATURE_AUTHENTICODE, der, length, NULL);
}
