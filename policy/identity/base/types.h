/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a file, as all folders of identity/ fill it in. Others include policy/identity/identity.h.
 */
#ifndef EMBARGO_POLICY_IDENTITY_BASE_TYPES_H
#define EMBARGO_POLICY_IDENTITY_BASE_TYPES_H

#include <stddef.h>

#include "bpf/abi.h"
#include "bpf/signature.h"
#include "policy/cleanup.h"
#include "policy/reason.h"

#define EMBARGO_SHA1_SIZE 20
#define EMBARGO_MD5_SIZE 16

/* What embargo_identity_read() is asked for beyond size, format and SHA-256. */
enum embargo_want {
	EMBARGO_WANT_SHA1 = 1 << 0,
	EMBARGO_WANT_MD5 = 1 << 1,
	EMBARGO_WANT_INSIDE = 1 << 2,	/* module, ELF, PE, certificates, JAR, package: parse the contents */
	EMBARGO_WANT_BYTES = 1 << 3,	/* keep the plain bytes of what could be loaded as a module */
	EMBARGO_WANT_OWNER = 1 << 4,	/* ask the host's package databases who owns the file */
	EMBARGO_WANT_VERIFY = 1 << 5,	/* check the signatures; a ban does not need it */
	EMBARGO_WANT_AS_NAMED = 1 << 6, /* @path is the real path; a sandboxed reader can ask for none */
	EMBARGO_WANT_AUTHENTICODE = 1 << 7, /* the Authenticode hashes of a PE: reads it once more */
	EMBARGO_WANT_UNHASHED = 1 << 8,	    /* of .digests the size alone: reads only what is needed */
};

struct embargo_digests {
	__u64 size; /* bytes hashed */
	__u8 sha256[EMBARGO_SHA256_SIZE];
	__u8 sha1[EMBARGO_SHA1_SIZE]; /* if EMBARGO_WANT_SHA1 */
	__u8 md5[EMBARGO_MD5_SIZE];   /* if EMBARGO_WANT_MD5 */
};

/* One SignerInfo. Without certificates only these name the signer. */
struct embargo_signer {
	char *issuer;	   /* RFC 2253, as a signer rule has it; NULL: named by key id */
	char *common_name; /* of the issuer, or NULL */
	char *serial;	   /* hex, or NULL: named by key id */
	char *key_id;	   /* hex, or NULL */
	char *digest;	   /* "sha256" */
};

/* Lists of strings end with NULL; an absent field is NULL. Any byte but NUL may stand in them. */
struct embargo_module {
	char *name;
	char *description;
	char *license;
	char *srcversion;
	char *vermagic;
	char **authors;
	char **aliases;
	enum embargo_signature signature;
	struct embargo_signer *signers;
	size_t signer_count;
};

struct embargo_certificate {
	char *subject;			       /* RFC 2253 */
	char *issuer;			       /* RFC 2253 */
	char *serial;			       /* hex */
	char *key_id;			       /* hex, of the subjectKeyIdentifier extension, or NULL */
	__u8 sha256[EMBARGO_SHA256_SIZE];      /* of the whole certificate in DER */
	__u8 tbs_sha256[EMBARGO_SHA256_SIZE];  /* of its TBSCertificate */
	__u8 spki_sha256[EMBARGO_SHA256_SIZE]; /* of its SubjectPublicKeyInfo */
	__u8 sha1[EMBARGO_SHA1_SIZE];	       /* of the whole certificate: its "thumbprint" */
	char *not_before;		       /* RFC 3339 in UTC, or NULL */
	char *not_after;
};

/* How a signature was put on the file. */
enum embargo_file_signature_kind {
	EMBARGO_FILE_SIGNATURE_AUTHENTICODE, /* PE, MSI, CAB */
	EMBARGO_FILE_SIGNATURE_APPENDED,     /* as on modules, on any file */
	EMBARGO_FILE_SIGNATURE_IMA,	     /* security.ima; names only a key id */
	EMBARGO_FILE_SIGNATURE_JAR,	     /* META-INF of a JAR or APK */
	EMBARGO_FILE_SIGNATURE_PACKAGE,	     /* OpenPGP, of a deb or rpm; names only a key id */
};

enum embargo_verified {
	EMBARGO_VERIFIED_NOT_TRIED,
	EMBARGO_VERIFIED_YES, /* the signature fits the file and the signer's certificate; says nothing of
				 trust */
	EMBARGO_VERIFIED_NO,
};

/* One signature that is on the file. Who it names is believed: a ban needs no proof. */
struct embargo_file_signature {
	enum embargo_file_signature_kind kind;
	enum embargo_verified verified;
	char *warning; /* why it could not be verified or read, or NULL */
	char *digest;  /* "sha256", or NULL */
	struct embargo_signer *signers;
	size_t signer_count;
	size_t first_certificate; /* of it, in .certificates of the identity */
	size_t certificate_count;
	char *time; /* of the countersignature, RFC 3339, or NULL */
};

/* PKCS#7 in DER, and what is behind it. */
struct embargo_signature_bytes {
	unsigned char *bytes;
	size_t size;
};

/* What a PE says of itself. Strings of its version resource, or NULL. */
struct embargo_pe {
	unsigned int machine;
	int is_64;
	__u8 authenticode_sha256[EMBARGO_SHA256_SIZE]; /* both if EMBARGO_WANT_AUTHENTICODE */
	__u8 authenticode_sha1[EMBARGO_SHA1_SIZE];
	char *company_name;
	char *product_name;
	char *original_filename;
	char *file_version;
};

/* What an ELF file says of itself; the build-id is .build_id. Absent strings are NULL. */
struct embargo_elf {
	int is_64;
	unsigned int machine;
	unsigned int type; /* ET_EXEC, … */
	char *soname;
	char *rpath; /* RPATH or RUNPATH */
	char *interpreter;
	char **comments; /* of .comment, each once; ends with NULL */
};

/* A deb or rpm: the one that owns the file, or the one that the file is. Absent strings are NULL. */
struct embargo_package {
	char *manager; /* "dpkg", "rpm" */
	char *name;
	char *version; /* as the manager writes it, epoch and release included */
	char *architecture;
	char *vendor;
	char *maintainer; /* of an rpm: its packager */
	char *key_id;	  /* hex, of its OpenPGP signature */
};

struct embargo_identity {
	char *path;			/* as given */
	char *real_path;		/* as the kernel sees it: absolute, without links; NULL: none */
	__u32 format;			/* enum embargo_format, a set, as the kernel's hooks see it */
	__u32 want;			/* what was asked for */
	struct embargo_digests digests; /* of the file as stored */
	char *warning;			/* what of the inside could not be read, or NULL */

	const char *compression;      /* "xz", "zstd", "gzip"; NULL: none that a module may have */
	int decompressed;	      /* 1: .plain is filled in */
	struct embargo_digests plain; /* of a compressed module, decompressed */

	/* With EMBARGO_WANT_BYTES: what the kernel would be given to load. NULL: nobody would try. */
	unsigned char *bytes;
	size_t bytes_size;

	/* With EMBARGO_WANT_BYTES: the signatures that the kernel would read, were the file executed. */
	struct embargo_signature_bytes *program_signatures;
	size_t program_signature_count;
	int program_unreadable; /* 1: one of them it could not read */

	struct embargo_module *module;		  /* NULL: not a module, or not read */
	char *build_id;				  /* hex, of an ELF file, or NULL */
	struct embargo_certificate *certificates; /* of a certificate file, and of all signatures */
	size_t certificate_count;

	struct embargo_file_signature *signatures;
	size_t signature_count;
	struct embargo_pe *pe;		 /* NULL: not a PE, or not read */
	struct embargo_elf *elf;	 /* NULL: not ELF, or not read */
	struct embargo_package *owner;	 /* whose file it is on this host; NULL: nobody's, or not asked */
	struct embargo_package *package; /* that this file is; NULL: none */
	char *vendor;			 /* as a JAR's manifest says, or NULL */
	char *verity;			 /* "sha256:HEX" of fs-verity, or NULL */
	char *ima; /* "v2 KEYID", "v3 KEYID" or "digest sha256:HEX" of security.ima, or NULL */
};

/* free.c: NULL and half-made ones too */
void embargo_identity_free(struct embargo_identity *identity);
EMBARGO_CLEANUP(struct embargo_identity, embargo_identity_free);

/* file_signature.c: "Authenticode", … */
const char *embargo_file_signature_name(enum embargo_file_signature_kind kind);
/* Is the certificate that of one who signed, not that of an authority above? */
int embargo_file_signature_names(const struct embargo_file_signature *signature,
				 const struct embargo_certificate *certificate);

#endif
