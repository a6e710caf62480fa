// SPDX-License-Identifier: GPL-2.0-or-later
/* A signature behind the end of a file, as modules have it: on any file. */
#include <errno.h>
#include <string.h>

#include "bpf/module.h"
#include "policy/identity/base/pe_layout.h"
#include "policy/identity/signature/file_signature.h"

static int signature_unreadable(struct embargo_identity *identity, const char *why)
{
	struct embargo_file_signature *signature;
	int r = embargo_file_signature_add(identity, EMBARGO_FILE_SIGNATURE_APPENDED, &signature);

	return r ?: embargo_file_signature_warning(signature, why);
}

/* A module's signers are told with it. Its signature is of use only for certificates, which few have. */
static void module_signature_drop(struct embargo_identity *identity)
{
	struct embargo_file_signature *signature = &identity->signatures[identity->signature_count - 1];

	if (!identity->module || signature->certificate_count)
		return;
	embargo_file_signature_clear(signature);
	identity->signature_count--;
}

int embargo_appended_read(int fd, struct embargo_identity *identity)
{
	_cleanup_free_ unsigned char *der = NULL;
	__u64 size = identity->digests.size;
	struct embargo_signed_bytes signed_bytes = {.fd = fd, .extent_count = 1};
	struct {
		struct embargo_trailer trailer;
		char marker[EMBARGO_TRAILER_MARKER_SIZE];
	} end;
	__u32 length;
	int r;

	_Static_assert(sizeof(end) == EMBARGO_TRAILER_SIZE, "the end of the file is read into it");
	if (size < sizeof(end) || embargo_pe_bytes(fd, size - sizeof(end), &end, sizeof(end)) ||
	    memcmp(end.marker, embargo_trailer_marker, sizeof(end.marker)))
		return 0;
	size -= sizeof(end);
	length = (__u32)end.trailer.size[0] << 24 | end.trailer.size[1] << 16 | end.trailer.size[2] << 8 |
		 end.trailer.size[3];
	if (identity->module && identity->module->signature != EMBARGO_SIGNATURE_READ)
		return 0; /* told already */
	if (end.trailer.id_type != EMBARGO_TRAILER_PKCS7 || !length || length > size)
		return signature_unreadable(identity, "the appended signature cannot be read");
	if (length > EMBARGO_FILE_SIGNATURE_SIZE_MAX)
		return signature_unreadable(identity, "the signature is too large to be read");
	signed_bytes.extents[0].end = size - length;
	der = malloc(length);
	if (!der)
		return -ENOMEM;
	r = embargo_pe_bytes(fd, size - length, der, length);
	if (r)
		return signature_unreadable(identity, "the appended signature cannot be read");
	r = embargo_file_signatures_read(identity, EMBARGO_FILE_SIGNATURE_APPENDED, der, length,
					 &signed_bytes);
	if (!r)
		module_signature_drop(identity);
	return r;
}
