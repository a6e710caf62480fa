// SPDX-License-Identifier: GPL-2.0-or-later
/* Who signed an APK, schemes 2 and 3: a block before the zip file's directory that holds certificates. */
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "policy/identity/signature/file_signature.h"
#include "policy/identity/base/zip.h"

#define MAGIC "APK Sig Block 42"
#define FOOTER_SIZE 24 /* a size of 8 bytes, the magic */
#define BLOCK_MAX (8U << 20)
#define CERTIFICATES_MAX 64 /* of one signer */

struct span {
	const unsigned char *at;
	size_t size;
};

/* Off the front of @from, after its size in 4 bytes. */
static int span_take(struct span *from, struct span *ret_span)
{
	__u32 size;

	if (from->size < sizeof(size))
		return -EBADMSG;
	memcpy(&size, from->at, sizeof(size));
	size = le32toh(size);
	if (size > from->size - sizeof(size))
		return -EBADMSG;
	*ret_span = (struct span){from->at + sizeof(size), size};
	from->at += sizeof(size) + size;
	from->size -= sizeof(size) + size;
	return 0;
}

static int certificate_take(struct embargo_identity *identity, struct span der)
{
	struct embargo_file_signature *signature = &identity->signatures[identity->signature_count - 1];
	const struct embargo_certificate *certificate;
	struct embargo_signer *signer;
	const unsigned char *at = der.at;
	X509 *x509 = d2i_X509(NULL, &at, der.size);
	int r = x509 ? embargo_file_signature_certificate_add(identity, x509) : -EBADMSG;

	X509_free(x509);
	ERR_clear_error();
	if (r)
		return r == -EBADMSG ? embargo_file_signature_warning(signature,
								      "a certificate in it cannot be read")
				     : r;
	if (signature->signer_count)
		return 0;
	/* The first is the signer's. */
	signer = signature->signers = calloc(1, sizeof(*signer));
	if (!signer)
		return -ENOMEM;
	signature->signer_count = 1;
	certificate = &identity->certificates[signature->first_certificate];
	signer->issuer = certificate->issuer ? strdup(certificate->issuer) : NULL;
	signer->serial = certificate->serial ? strdup(certificate->serial) : NULL;
	signer->key_id = certificate->key_id ? strdup(certificate->key_id) : NULL;
	return 0;
}

/* Signed data, in it digests and then certificates; then what does not matter here */
static int signer_take(struct embargo_identity *identity, struct span signer)
{
	struct span data, digests, certificates, der;
	struct embargo_file_signature *signature;
	int i, r = embargo_file_signature_add(identity, EMBARGO_FILE_SIGNATURE_JAR, &signature);

	if (r)
		return r;
	if (span_take(&signer, &data) || span_take(&data, &digests) || span_take(&data, &certificates))
		return embargo_file_signature_warning(signature, "the signature cannot be read");
	for (i = 0; i < CERTIFICATES_MAX && !r && certificates.size; i++) {
		if (span_take(&certificates, &der))
			return embargo_file_signature_warning(
				&identity->signatures[identity->signature_count - 1],
				"the signature cannot be read");
		r = certificate_take(identity, der);
	}
	return r;
}

static bool is_scheme(__u32 id)
{
	return id == 0x7109871a || id == 0xf05368c0 || id == 0x1b93ad61; /* 2, 3 and 3.1 */
}

/* Pairs: a size in 8 bytes, a number in 4, a value */
static int block_read(struct embargo_identity *identity, struct span block)
{
	struct span value, signers, signer;
	__u64 size;
	__u32 id;
	int r = 0;

	while (!r && block.size >= sizeof(size) + sizeof(id)) {
		memcpy(&size, block.at, sizeof(size));
		size = le64toh(size);
		if (size < sizeof(id) || size > block.size - sizeof(size))
			return embargo_identity_warning(identity, "its signing block cannot be read");
		memcpy(&id, block.at + sizeof(size), sizeof(id));
		value = (struct span){block.at + sizeof(size) + sizeof(id), size - sizeof(id)};
		block.at += sizeof(size) + size;
		block.size -= sizeof(size) + size;
		if (!is_scheme(le32toh(id)) || span_take(&value, &signers))
			continue;
		while (!r && identity->signature_count < EMBARGO_FILE_SIGNATURES_MAX &&
		       !span_take(&signers, &signer))
			r = signer_take(identity, signer);
	}
	return r;
}

int embargo_apk_read(const struct embargo_zip *zip, struct embargo_identity *identity)
{
	unsigned char footer[FOOTER_SIZE];
	_cleanup_free_ unsigned char *block = NULL;
	__u64 size;

	if (zip->at < FOOTER_SIZE ||
	    pread(zip->fd, footer, sizeof(footer), zip->at - sizeof(footer)) != sizeof(footer) ||
	    memcmp(footer + 8, MAGIC, strlen(MAGIC)) != 0)
		return 0;
	memcpy(&size, footer, sizeof(size));
	size = le64toh(size); /* with the footer, without the same size before it */
	if (size < FOOTER_SIZE || size > BLOCK_MAX || size > zip->at)
		return embargo_identity_warning(identity, "its signing block cannot be read");
	size -= FOOTER_SIZE;
	block = malloc(size ?: 1);
	if (!block)
		return -ENOMEM;
	if (pread(zip->fd, block, size, zip->at - FOOTER_SIZE - size) != (ssize_t)size)
		return embargo_identity_warning(identity, "its signing block cannot be read");
	return block_read(identity, (struct span){block, size});
}
