/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who signed a file, wherever its format keeps that. */
#ifndef EMBARGO_POLICY_IDENTITY_SIGNATURE_SIGNATURE_H
#define EMBARGO_POLICY_IDENTITY_SIGNATURE_SIGNATURE_H

#include <openssl/cms.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "policy/identity/base/pe_layout.h"
#include "policy/identity/base/types.h"

struct embargo_signed_bytes;
struct embargo_zip;

/* signature.c: the signers that PKCS#7 in DER names, in its order. -EBADMSG: libcrypto cannot read it. */
int embargo_signers_read(const unsigned char *der, size_t size, struct embargo_signer **ret_signers,
			 size_t *ret_count);
/* The same of what is read already. */
int embargo_signers_of_cms(CMS_ContentInfo *cms, struct embargo_signer **ret_signers, size_t *ret_count);
int embargo_signers_of_pkcs7(PKCS7 *pkcs7, struct embargo_signer **ret_signers, size_t *ret_count);

/* certificate.c: -ENOENT: there are none in these bytes. */
int embargo_certificates_read(const void *bytes, size_t size, struct embargo_certificate **ret_certificates,
			      size_t *ret_count);
/* One more at the end; @x509 stays the caller's. -EBADMSG: it cannot be hashed, and is not added. */
int embargo_certificate_add(X509 *x509, struct embargo_certificate **certificates, size_t *count);

/* name.c */

/* RFC 2253 text that a signer rule reads back as the same name, to be freed. */
int embargo_name_text(const X509_NAME *name, char **ret_text);
/* Its most specific common name, or NULL. To be freed. */
char *embargo_common_name(const X509_NAME *name);
/* Content bytes of the INTEGER in hex, as a signer rule has them, to be freed. */
int embargo_serial_text(const ASN1_INTEGER *serial, char **ret_text);
char *embargo_octets_text(const ASN1_OCTET_STRING *octets);
/* RFC 3339 in UTC, to be freed; NULL: not a valid time, or no memory. */
char *embargo_time_text(const ASN1_TIME *time);

/* These fill in .signatures, and say in a warning what is broken. A file that is not theirs: nothing, and 0.
 * 0 or -ENOMEM. */

/* appended.c: a signature as on modules */
int embargo_appended_read(int fd, struct embargo_identity *identity);
/* authenticode.c: what is hashed of a PE: all but the checksum and the signatures */
void embargo_authenticode_signed_bytes(int fd, const struct embargo_pe_layout *layout,
				       struct embargo_signed_bytes *ret_signed_bytes);
/* All entries of its table of certificates. */
int embargo_authenticode_read(int fd, const struct embargo_pe_layout *layout,
			      struct embargo_identity *identity);
/* cabinet.c: of a .cab */
int embargo_cabinet_read(int fd, struct embargo_identity *identity);
/* compound.c: of an .msi */
int embargo_compound_read(int fd, struct embargo_identity *identity);
/* jar.c: of a JAR, and its .vendor */
int embargo_jar_read(int fd, struct embargo_identity *identity);
/* apk.c: the signing block of an APK */
int embargo_apk_read(const struct embargo_zip *zip, struct embargo_identity *identity);
/* ima.c: .ima, and a signature if it is a signature. */
int embargo_ima_read(int fd, struct embargo_identity *identity);
int embargo_ima_parse(struct embargo_identity *identity, const void *bytes, size_t size);
/* file_signature.c: one that names nothing but a key; a ban by skid finds it */
int embargo_file_signature_add_key(struct embargo_identity *identity, enum embargo_file_signature_kind kind,
				   const char *digest, const char *key_id);

/* verity.c. -ENOENT: none */
int embargo_verity_read(int fd, char **ret_text);

/* openpgp.c: key id of the first signature packet, in hex. -ENOENT: no signature that names one.
 * -EBADMSG: damaged. */
int embargo_openpgp_key_id(const void *bytes, size_t size, char **ret_key_id);

#endif
