/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signed policies. Beside a policy file lies FILE.p7s, a detached CMS signature
 * (DER) of the file's bytes; certificates in a directory say whose count.
 *
 * A signature is verified against the SHA-256 that embargo_policy_read() took of
 * the very bytes it parsed (EMBARGO_READ_DIGEST), so nobody can change the file
 * in between. Hence the digest must be SHA-256, and be a signed attribute, as
 * `openssl cms -sign' makes it too.
 *
 * A chain of certificates ends at any certificate of the directory: a root, an
 * intermediate, or the signer's own. All of it must be valid at present, and may
 * be used for signing code; CRLs in the directory are heeded.
 *
 * Functions return 0 or -errno, and say in a struct embargo_reason what a person
 * should read; nothing here prints.
 */
#ifndef EMBARGO_POLICY_SIGN_SIGN_H
#define EMBARGO_POLICY_SIGN_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "policy/identity/identity.h"

#define EMBARGO_SIGN_SUFFIX ".p7s"
#define EMBARGO_SIGN_SIZE_MAX (1UL << 20)     /* bytes of a signature, with its certificates */
#define EMBARGO_SIGN_TRUSTED_MAX (64UL << 20) /* bytes of a file of certificates; CRLs can be large */
#define EMBARGO_SIGN_NAME_SIZE 128

/* file.c */
/* A whole regular file. @any_owner: else it must be root's or ours, and nobody else's to write. -EFBIG: >
 * @limit */
int embargo_sign_file_read(const char *path, size_t limit, bool any_owner, void **ret_data, size_t *ret_size,
			   struct embargo_reason *reason);
/* Write and fsync a file beside @path, that rename() can put in its place. */
int embargo_sign_file_prepare(const char *path, const void *data, size_t size, char **ret_temporary,
			      struct embargo_reason *reason);
/* Put it there for good. @temporary is gone then, and also when that fails. */
int embargo_sign_file_replace(const char *temporary, const char *path, struct embargo_reason *reason);

/* trust.c: the certificates */
struct embargo_trusted;

struct embargo_trusted *embargo_trusted_new(void); /* NULL: no memory */
void embargo_trusted_free(struct embargo_trusted *trusted);
EMBARGO_CLEANUP(struct embargo_trusted, embargo_trusted_free);
/* Certificates and CRLs, PEM (any number) or DER (one). @name: what to call the file. */
int embargo_trusted_add(struct embargo_trusted *trusted, const char *name, const void *data, size_t size,
			struct embargo_reason *reason);
/*
 * All *.pem, *.crt, *.cer, *.der and *.crl of @directory. None there, or no
 * directory: 0, and an empty one. What cannot be understood is an error, and so
 * is a directory that holds other files only (README… aside): half a
 * configuration must not turn the protection off.
 */
int embargo_trusted_read(const char *directory, bool any_owner, struct embargo_trusted **ret_trusted,
			 struct embargo_reason *reason);
size_t embargo_trusted_count(const struct embargo_trusted *trusted); /* certificates */
/*
 * Certificate number @index as DER, to be freed, and its subject. -ENOMEM. *@ret_rsa: it has an RSA key,
 * which every kernel can verify with.
 */
int embargo_trusted_certificate(const struct embargo_trusted *trusted, size_t index, void **ret_data,
				size_t *ret_size, char subject[EMBARGO_SIGN_NAME_SIZE], bool *ret_rsa);

/* verify.c */
struct embargo_signed {
	char signer[EMBARGO_SIGN_NAME_SIZE];  /* subject of the signer's certificate */
	char trusted[EMBARGO_SIGN_NAME_SIZE]; /* file of the certificate that the chain ends at */
	time_t time;			      /* when it was signed, says the signer; 0: does not say */
	time_t expires;			      /* when the first certificate of the chain does */
};

/*
 * Is @data a signature, by someone trusted, of bytes with this SHA-256?
 * -EBADMSG: not a signature, or a wrong one. -EKEYREJECTED: not of this file, or
 * by nobody that is trusted. -EKEYEXPIRED: not valid at @now. -EKEYREVOKED.
 */
int embargo_sign_verify(const struct embargo_trusted *trusted, const void *data, size_t size,
			const __u8 sha256[EMBARGO_SHA256_SIZE], time_t now, struct embargo_signed *ret_signed,
			struct embargo_reason *reason);

/* sign.c: making them */
struct embargo_sign_key;

/* Asked for the passphrase of an encrypted key: returns its length in @text, or -1. */
typedef int (*embargo_passphrase_fn)(char *text, int size, int twice, void *context);

/* A PEM key, its certificate, and PEM certificates between that and a root (@chain may be NULL). */
int embargo_sign_key_read(const char *key, const char *certificate, const char *chain,
			  embargo_passphrase_fn passphrase, void *context, struct embargo_sign_key **ret_key,
			  struct embargo_reason *reason);
void embargo_sign_key_free(struct embargo_sign_key *key);
EMBARGO_CLEANUP(struct embargo_sign_key, embargo_sign_key_free);
/* Would every host refuse what it signs: expired, not for signing, too weak? */
int embargo_sign_key_check(const struct embargo_sign_key *key, time_t now, struct embargo_reason *reason);
const char *embargo_sign_key_subject(const struct embargo_sign_key *key);
/* The detached signature of @size bytes of @content, to be freed. */
int embargo_sign_make(const struct embargo_sign_key *key, const void *content, size_t size, void **ret_data,
		      size_t *ret_size, struct embargo_reason *reason);
/* The same without any certificate in it: the kernel of a sealed host takes no other (bpf/seal/update.bpf.c).
 */
int embargo_sign_make_bare(const struct embargo_sign_key *key, const void *content, size_t size,
			   void **ret_data, size_t *ret_size, struct embargo_reason *reason);

#endif
