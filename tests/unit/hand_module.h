/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Modules put together by hand: a small relocatable ELF64 with any .modinfo, and
 * signatures made with keys that live as long as the test. Buffers are exactly
 * as long as their contents, so that ASan sees a byte too far. Helpers abort() on
 * what cannot happen in a test.
 */
#ifndef EMBARGO_TESTS_UNIT_HAND_MODULE_H
#define EMBARGO_TESTS_UNIT_HAND_MODULE_H

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "bpf/signer.h"
#include "tests/unit/hand_image.h"

struct hand_bytes {
	unsigned char *data;
	size_t size;
};

#define HAND_FREE __attribute__((cleanup(hand_free), unused))

static inline void hand_free(struct hand_bytes *bytes)
{
	free(bytes->data);
}

static inline void hand_check(int ok)
{
	if (!ok)
		abort();
}

static inline struct hand_bytes hand_copy(const void *data, size_t size)
{
	struct hand_bytes bytes = {malloc(size ?: 1), size};

	hand_check(!!bytes.data);
	memcpy(bytes.data, data, size);
	return bytes;
}

static inline void hand_append(struct hand_bytes *bytes, const void *data, size_t size)
{
	unsigned char *larger = malloc(bytes->size + size ?: 1);

	hand_check(!!larger);
	if (bytes->size)
		memcpy(larger, bytes->data, bytes->size);
	if (size)
		memcpy(larger + bytes->size, data, size);
	free(bytes->data);
	bytes->data = larger;
	bytes->size += size;
}

static inline struct embargo_bytes hand_view(const struct hand_bytes *bytes)
{
	return (struct embargo_bytes){bytes->data, bytes->size};
}

#define HAND_NAMES "\0.modinfo\0.shstrtab\0.text"
#define HAND_MODINFO_NAME 1
#define HAND_SHSTRTAB_NAME 10
#define HAND_TEXT_NAME 20

/*
 * @count sections of .modinfo, one behind the other, each with the bytes of
 * @modinfo; layout: header, names, contents, section headers (null, .shstrtab, .text, .modinfo…).
 */
static inline struct hand_bytes hand_elf(const struct hand_bytes *modinfo, int count)
{
	struct hand_bytes file = {};
	Elf64_Ehdr header = {
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_REL,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(header),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = 3 + count,
		.e_shstrndx = 1,
	};
	Elf64_Shdr section = {};
	size_t at = sizeof(header);
	int i;

	header.e_shoff = sizeof(header) + sizeof(HAND_NAMES);
	for (i = 0; i < count; i++)
		header.e_shoff += modinfo[i].size;
	header.e_shoff = (header.e_shoff + 7) & ~7ULL;
	hand_append(&file, &header, sizeof(header));
	hand_append(&file, HAND_NAMES, sizeof(HAND_NAMES));
	for (i = 0; i < count; i++)
		hand_append(&file, modinfo[i].data, modinfo[i].size);
	hand_append(&file, &section, header.e_shoff - file.size);
	hand_append(&file, &section, sizeof(section));
	section = (Elf64_Shdr){.sh_name = HAND_SHSTRTAB_NAME,
			       .sh_type = SHT_STRTAB,
			       .sh_offset = at,
			       .sh_size = sizeof(HAND_NAMES),
			       .sh_addralign = 1};
	hand_append(&file, &section, sizeof(section));
	at += sizeof(HAND_NAMES);
	section = (Elf64_Shdr){
		.sh_name = HAND_TEXT_NAME, .sh_type = SHT_PROGBITS, .sh_offset = at, .sh_addralign = 1};
	hand_append(&file, &section, sizeof(section));
	for (i = 0; i < count; i++) {
		section = (Elf64_Shdr){.sh_name = HAND_MODINFO_NAME,
				       .sh_type = SHT_PROGBITS,
				       .sh_flags = SHF_ALLOC,
				       .sh_offset = at,
				       .sh_size = modinfo[i].size,
				       .sh_addralign = 1};
		hand_append(&file, &section, sizeof(section));
		at += modinfo[i].size;
	}
	return file;
}

/* A module with these .modinfo bytes. */
static inline struct hand_bytes hand_elf_of(const void *modinfo, size_t size)
{
	HAND_FREE struct hand_bytes bytes = hand_copy(modinfo, size);

	return hand_elf(&bytes, 1);
}

static const char hand_modinfo[] = "license=GPL\0author=A. Uthor <a@example.org>\0author=B\0name=hand\0"
				   "description=Made by hand\0srcversion=0123456789ABCDEF0123456\0"
				   "alias=pci:v00001234d*\0vermagic=6.1.0 SMP mod_unload \0depends=";

/* Behind @file: @signature, the trailer that gives it @size bytes, the marker. */
static inline void hand_trailer(struct hand_bytes *file, const void *signature, size_t real, __u32 size)
{
	struct embargo_trailer trailer = {.id_type = EMBARGO_TRAILER_PKCS7,
					  .size = {size >> 24, size >> 16, size >> 8, size}};

	hand_append(file, signature, real);
	hand_append(file, &trailer, sizeof(trailer));
	hand_append(file, EMBARGO_TRAILER_MARKER, EMBARGO_TRAILER_MARKER_SIZE);
}

struct hand_signer {
	EVP_PKEY *key;
	X509 *certificate;
};

struct hand_attribute {
	const char *name; /* or NULL: the end */
	int type;	  /* V_ASN1_UTF8STRING, … */
	const char *value;
	int set; /* -1: in one RDN with the attribute before */
};

/* A key and its certificate, issued by @issuer to itself. @serial: big-endian, up to 20 bytes. */
static inline struct hand_signer hand_signer_new(const char *curve, const struct hand_attribute *issuer,
						 const unsigned char *serial, size_t serial_size)
{
	struct hand_signer signer = {curve ? EVP_EC_gen(curve) : EVP_RSA_gen(1024), X509_new()};
	X509_NAME *name = X509_NAME_new();
	BIGNUM *number = BN_bin2bn(serial, serial_size, NULL);
	X509_EXTENSION *extension;
	X509V3_CTX context;

	hand_check(signer.key && signer.certificate && name && number);
	for (; issuer->name; issuer++)
		hand_check(X509_NAME_add_entry_by_txt(name, issuer->name, issuer->type,
						      (const unsigned char *)issuer->value, -1, -1,
						      issuer->set));
	hand_check(X509_set_version(signer.certificate, 2));
	hand_check(!!BN_to_ASN1_INTEGER(number, X509_get_serialNumber(signer.certificate)));
	hand_check(X509_set_issuer_name(signer.certificate, name));
	hand_check(X509_set_subject_name(signer.certificate, name));
	X509_gmtime_adj(X509_getm_notBefore(signer.certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(signer.certificate), 86400);
	hand_check(X509_set_pubkey(signer.certificate, signer.key));
	X509V3_set_ctx(&context, signer.certificate, signer.certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, NID_subject_key_identifier, "hash");
	hand_check(extension && X509_add_ext(signer.certificate, extension, -1));
	hand_check(X509_sign(signer.certificate, signer.key, EVP_sha256()) > 0);
	X509_EXTENSION_free(extension);
	BN_free(number);
	X509_NAME_free(name);
	return signer;
}

static inline void hand_signer_free(struct hand_signer *signer)
{
	EVP_PKEY_free(signer->key);
	X509_free(signer->certificate);
}

/* PKCS#7 in DER over @file by each of @signers, as `openssl cms -sign -binary -noattr -nocerts` makes it. */
static inline struct hand_bytes hand_cms(const struct hand_bytes *file, const struct hand_signer *signers,
					 int count, const EVP_MD *digest, unsigned int more_flags)
{
	unsigned int flags = CMS_NOCERTS | CMS_PARTIAL | CMS_BINARY | CMS_DETACHED | CMS_STREAM;
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	BIO *in = BIO_new_mem_buf(file->data, file->size);
	struct hand_bytes bytes = {};
	unsigned char *der = NULL;
	int i, size;

	hand_check(cms && in);
	for (i = 0; i < count; i++)
		hand_check(!!CMS_add1_signer(cms, signers[i].certificate, signers[i].key, digest,
					     CMS_NOCERTS | CMS_BINARY | CMS_NOSMIMECAP | CMS_NOATTR |
						     more_flags));
	hand_check(CMS_final(cms, in, NULL, CMS_NOCERTS | CMS_BINARY));
	size = i2d_CMS_ContentInfo(cms, &der);
	hand_check(size > 0);
	bytes = hand_copy(der, size);
	OPENSSL_free(der);
	BIO_free(in);
	CMS_ContentInfo_free(cms);
	return bytes;
}

/* The same number as bpf/signer.h makes, out of libcrypto's own reading of the certificate. */
static inline __u64 hand_issuer_hash(X509 *certificate)
{
	__u64 hash = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_ISSUER_SERIAL);
	X509_NAME *issuer = X509_get_issuer_name(certificate);
	unsigned char *der = NULL;
	const unsigned char *at;
	int i, size, tag, class;
	long length;

	for (i = 0; i < X509_NAME_entry_count(issuer); i++) {
		X509_NAME_ENTRY *entry = X509_NAME_get_entry(issuer, i);
		ASN1_OBJECT *oid = X509_NAME_ENTRY_get_object(entry);
		ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
		int type = ASN1_STRING_type(value);

		size = OBJ_length(oid);
		hash = embargo_fnv_byte(hash, size);
		hash = hand_hash(hash, OBJ_get0_data(oid), size);
		if (type == V_ASN1_PRINTABLESTRING || type == V_ASN1_UTF8STRING || type == V_ASN1_IA5STRING ||
		    type == V_ASN1_T61STRING)
			type = 0;
		hash = embargo_fnv_byte(hash, type);
		size = ASN1_STRING_length(value);
		hash = embargo_fnv_byte(hash, size);
		hash = embargo_fnv_byte(hash, size >> 8);
		hash = hand_hash(hash, ASN1_STRING_get0_data(value), size);
	}
	hash = embargo_fnv_byte(hash, 0xff);
	size = i2d_ASN1_INTEGER(X509_get_serialNumber(certificate), &der);
	hand_check(size > 2);
	at = der;
	hand_check(!(ASN1_get_object(&at, &length, &tag, &class, size) & 0x80));
	if (length > 1 && !at[0] && at[1] >= 0x80) {
		at++;
		length--;
	}
	hash = hand_hash(hash, at, length);
	OPENSSL_free(der);
	return hash;
}

static inline __u64 hand_key_id_hash(X509 *certificate)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(certificate);
	__u64 hash = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_KEY_ID);

	return hand_hash(hash, ASN1_STRING_get0_data(id), ASN1_STRING_length(id));
}

#endif
