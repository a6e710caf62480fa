/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One small file for each thing that a file can say of itself; identity.c asks them in turn. */
#ifndef EMBARGO_POLICY_IDENTITY_PARTS_H
#define EMBARGO_POLICY_IDENTITY_PARTS_H

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "policy/identity/identity.h"

/* hash.c: the hashes side by side; a context is NULL if its hash is not wanted. All zero: may be cleared. */
struct embargo_hasher {
	EVP_MD_CTX *sha256, *sha1, *md5;
};
int embargo_hasher_start(struct embargo_hasher *hasher, unsigned int want);
int embargo_hasher_feed(struct embargo_hasher *hasher, const void *data, size_t size);
/* .size is left alone */
int embargo_hasher_end(struct embargo_hasher *hasher, struct embargo_digests *digests);
void embargo_hasher_clear(struct embargo_hasher *hasher);

/*
 * identity.c: what @identity->want asks of the inside of the file at @fd, whose
 * .path, .digests and .format are known. The first trouble is kept.
 */
int embargo_identity_inside(int fd, struct embargo_identity *identity, struct embargo_reason *reason);
int embargo_identity_warning(struct embargo_identity *identity, const char *text);

/* archive/compressed.c */

/* "xz", "zstd" or "gzip" by the first bytes; NULL: neither. */
const char *embargo_compression_of(const void *start, size_t size);
/*
 * Unfold the file at @fd, one layer, up to EMBARGO_MODULE_MAX bytes. Unless
 * @any, it must decompress to a relocatable ELF file; -ENOENT: it does not.
 */
int embargo_decompress(int fd, const char *compression, int any, unsigned char **ret_bytes, size_t *ret_size,
		       struct embargo_reason *reason);

/* module.c */

/* By its first bytes: a relocatable ELF file, as modules are. */
int embargo_relocatable(const void *start, size_t size);
/* -ENOENT: no module. *@ret_warning: what of it could not be read, or NULL; to be freed. */
int embargo_module_read(const void *bytes, size_t size, struct embargo_module **ret_module,
			char **ret_warning);
void embargo_module_free(struct embargo_module *module);
EMBARGO_CLEANUP(struct embargo_module, embargo_module_free);

/* signature/signature.c: the signers that PKCS#7 in DER names, in its order. -EBADMSG: libcrypto cannot read
 * it. */
int embargo_signers_read(const unsigned char *der, size_t size, struct embargo_signer **ret_signers,
			 size_t *ret_count);
/* The same of what is read already. */
int embargo_signers_of_cms(CMS_ContentInfo *cms, struct embargo_signer **ret_signers, size_t *ret_count);
int embargo_signers_of_pkcs7(PKCS7 *pkcs7, struct embargo_signer **ret_signers, size_t *ret_count);
void embargo_signers_free(struct embargo_signer *signers, size_t count);

/* signature/certificate.c: -ENOENT: there are none in these bytes. */
int embargo_certificates_read(const void *bytes, size_t size, struct embargo_certificate **ret_certificates,
			      size_t *ret_count);
/* One more at the end; @x509 stays the caller's. -EBADMSG: it cannot be hashed, and is not added. */
int embargo_certificate_add(X509 *x509, struct embargo_certificate **certificates, size_t *count);
void embargo_certificates_free(struct embargo_certificate *certificates, size_t count);

/* signature/name.c */

/* RFC 2253 text that a signer rule reads back as the same name, to be freed. */
int embargo_name_text(const X509_NAME *name, char **ret_text);
/* Its most specific common name, or NULL. To be freed. */
char *embargo_common_name(const X509_NAME *name);
/* Content bytes of the INTEGER in hex, as a signer rule has them, to be freed. */
int embargo_serial_text(const ASN1_INTEGER *serial, char **ret_text);
char *embargo_octets_text(const ASN1_OCTET_STRING *octets);
/* RFC 3339 in UTC; NULL: it is no time, or no memory. To be freed. */
char *embargo_time_text(const ASN1_TIME *time);

/* pe.c: .pe and .signatures. Not a PE: nothing, and 0. What is broken in it is trouble. 0 or -ENOMEM. */
int embargo_pe_read(int fd, struct embargo_identity *identity);
/* signature/appended.c: a signature as on modules -> .signatures. 0 or -ENOMEM. */
int embargo_appended_read(int fd, struct embargo_identity *identity);

/* signature/cabinet.c: the signature of a .cab -> .signatures. 0 or -ENOMEM. */
int embargo_cabinet_read(int fd, struct embargo_identity *identity);

/* signature/compound.c: the signature of an .msi -> .signatures. 0 or -ENOMEM. */
int embargo_compound_read(int fd, struct embargo_identity *identity);

/* free.c: what identity.c puts together, NULL and half-made ones too */
void embargo_file_signature_clear(struct embargo_file_signature *signature);
void embargo_file_signatures_free(struct embargo_file_signature *signatures, size_t count);
void embargo_pe_free(struct embargo_pe *pe);
EMBARGO_CLEANUP(struct embargo_pe, embargo_pe_free);
void embargo_elf_free(struct embargo_elf *elf);
EMBARGO_CLEANUP(struct embargo_elf, embargo_elf_free);
void embargo_package_clear(struct embargo_package *package); /* what it points to */
void embargo_package_free(struct embargo_package *package);
EMBARGO_CLEANUP(struct embargo_package, embargo_package_free);

/* elf.c: the build-id in hex, to be freed. -ENOENT: it has none. -EBADMSG: not an ELF file after all. */
int embargo_build_id_read(int fd, char **ret_build_id);
/*
 * A file may say that it has 2^32 sections or program headers and be as large
 * (with holes); libelf would make room for them. No program has more than 65535.
 */
int embargo_elf_modest(int fd);
/* elf_facts.c. -EBADMSG: not an ELF file after all. */
int embargo_elf_read(int fd, struct embargo_elf **ret_elf);

/* signature/openpgp.c: key id of the first signature packet, in hex. -ENOENT: no signature that names one.
 * -EBADMSG */
int embargo_openpgp_key_id(const void *bytes, size_t size, char **ret_key_id);

/* package/fields.c: lines "Name: value" of dpkg; what is set already stays. Only -ENOMEM. */
int embargo_package_field(struct embargo_package *package, const char *line, size_t size);
int embargo_package_fields(struct embargo_package *package, const char *text, size_t size);

/* package/deb.c, package/rpm.c: fill in what can be read, also if they fail */
int embargo_package_deb(int fd, struct embargo_package *package);
int embargo_package_rpm(int fd, struct embargo_package *package);
/* package/file.c: .package, if by its first bytes (@start) the file is one. Only -ENOMEM. */
int embargo_package_inside(int fd, struct embargo_identity *identity, const void *start, size_t size);
int embargo_file_signature_add_key(struct embargo_identity *identity, enum embargo_file_signature_kind kind,
				   const char *digest, const char *key_id);

/* package/owner.c: .owner, by the host's own databases, which are read once */
int embargo_owner_of_host(struct embargo_identity *identity);

/* signature/ima.c: .ima, and a signature if it is a signature. Nothing there is no error, only -ENOMEM is. */
int embargo_ima_read(int fd, struct embargo_identity *identity);
int embargo_ima_parse(struct embargo_identity *identity, const void *bytes, size_t size);
/* signature/verity.c. -ENOENT: none */
int embargo_verity_read(int fd, char **ret_text);

#endif
