// SPDX-License-Identifier: GPL-2.0-or-later
/* What a PE says of itself. Only what is needed is read of it, however large it is. */
#include <errno.h>
#include <string.h>

#include "policy/identity/private.h"
#include "policy/identity/signature/file_signature.h"

static int hashes_read(int fd, const struct embargo_pe_layout *layout, struct embargo_pe *pe)
{
	_cleanup_(embargo_hasher_clear) struct embargo_hasher hasher = {};
	_cleanup_free_ unsigned char *chunk = malloc(64 << 10);
	struct embargo_digests digests;
	struct embargo_signed_bytes signed_bytes;
	BIO *bio;
	int got = 0, r = chunk ? embargo_hasher_start(&hasher, EMBARGO_WANT_SHA1) : -ENOMEM;

	embargo_authenticode_signed_bytes(fd, layout, &signed_bytes);
	bio = embargo_signed_bytes_bio(&signed_bytes);
	if (!bio)
		return -ENOMEM;
	while (!r && (got = BIO_read(bio, chunk, 64 << 10)) > 0)
		r = embargo_hasher_feed(&hasher, chunk, got);
	BIO_free(bio);
	if (!r)
		r = got < 0 ? -EBADMSG : embargo_hasher_end(&hasher, &digests);
	if (r)
		return r;
	memcpy(pe->authenticode_sha256, digests.sha256, EMBARGO_SHA256_SIZE);
	memcpy(pe->authenticode_sha1, digests.sha1, EMBARGO_SHA1_SIZE);
	return 0;
}

/* Only the end of memory ends the reading; what the file lacks is told. */
static int told(struct embargo_identity *identity, int r, const char *warning)
{
	if (!r || r == -ENOMEM)
		return r;
	return embargo_identity_warning(identity, warning);
}

static int parts_read(int fd, const struct embargo_pe_layout *layout, struct embargo_identity *identity)
{
	struct embargo_pe *pe = identity->pe;
	int r = 0;

	pe->machine = layout->machine;
	pe->is_64 = layout->is_64;
	if (identity->want & EMBARGO_WANT_AUTHENTICODE)
		r = told(identity, hashes_read(fd, layout, pe), "its Authenticode hash cannot be had");
	if (!r)
		r = told(identity, embargo_authenticode_read(fd, layout, identity),
			 "its table of certificates cannot be read");
	if (!r) {
		r = embargo_pe_version_read(fd, layout, pe);
		r = r == -ENOENT ? 0 : told(identity, r, "its version resource cannot be read");
	}
	return r;
}

int embargo_pe_read(int fd, struct embargo_identity *identity)
{
	_cleanup_(embargo_pe_layout_clear) struct embargo_pe_layout layout = {};
	int r = embargo_pe_layout_read(fd, identity->digests.size, &layout);

	if (r == -ENOENT)
		return 0;
	if (r)
		return told(identity, r, "its PE headers cannot be read");
	identity->pe = calloc(1, sizeof(*identity->pe));
	if (!identity->pe)
		return -ENOMEM;
	return parts_read(fd, &layout, identity);
}
