// SPDX-License-Identifier: GPL-2.0-or-later
/* The digest or signature that IMA keeps with a file, in security.ima. */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#include "policy/identity/base/parts.h"
#include "policy/identity/signature/signature.h"

#define XATTR "security.ima"
#define XATTR_MAX 4096 /* the largest signature is of 1024 bytes */

/* First byte */
enum {
	DIGEST = 1,	      /* of 20 bytes: SHA-1, of 16: MD5 */
	SIGNATURE = 3,	      /* version 2, of the file's hash */
	DIGEST_NAMED = 4,     /* algorithm, digest */
	SIGNATURE_VERITY = 6, /* version 3, of the fs-verity digest */
};

/* As the kernel numbers them; NULL: no IMA digest */
static const char *const algorithms[] = {
	"md4",	  "md5",    "sha1",	   "rmd160",	  "sha256",   "sha384",	  "sha512",   "sha224",
	"rmd128", "rmd256", "rmd320",	   "wp256",	  "wp384",    "wp512",	  "tgr128",   "tgr160",
	"tgr192", "sm3",    "streebog256", "streebog512", "sha3-256", "sha3-384", "sha3-512",
};

static const char *algorithm_name(unsigned int number)
{
	return number < sizeof(algorithms) / sizeof(algorithms[0]) ? algorithms[number] : NULL;
}

static int digest_tell(struct embargo_identity *identity, const char *algorithm, const unsigned char *digest,
		       size_t size)
{
	_cleanup_free_ char *hex = embargo_hex(digest, size);

	if (!hex || asprintf(&identity->ima, "digest %s:%s", algorithm, hex) < 0) {
		identity->ima = NULL;
		return -ENOMEM;
	}
	return 0;
}

/* After the first byte: version, algorithm, 4 bytes of the key id, the signature's size in 2 */
static int signature_tell(struct embargo_identity *identity, const unsigned char *bytes, size_t size)
{
	const char *algorithm = size >= 9 ? algorithm_name(bytes[2]) : NULL;
	_cleanup_free_ char *key_id = NULL;
	__u16 stated;

	if (!algorithm || (bytes[1] != 2 && bytes[1] != 3))
		return -EBADMSG;
	memcpy(&stated, bytes + 7, sizeof(stated));
	if (be16toh(stated) != size - 9)
		return -EBADMSG;
	key_id = embargo_hex(bytes + 3, 4);
	if (!key_id || asprintf(&identity->ima, "v%u %s", bytes[1], key_id) < 0) {
		identity->ima = NULL;
		return -ENOMEM;
	}
	return embargo_file_signature_add_key(identity, EMBARGO_FILE_SIGNATURE_IMA, algorithm, key_id);
}

static int parse(struct embargo_identity *identity, const unsigned char *bytes, size_t size)
{
	const char *algorithm;

	switch (size ? bytes[0] : 0) {
	case DIGEST:
		if (size != 1 + EMBARGO_SHA1_SIZE && size != 1 + EMBARGO_MD5_SIZE)
			return -EBADMSG;
		return digest_tell(identity, size == 1 + EMBARGO_SHA1_SIZE ? "sha1" : "md5", bytes + 1,
				   size - 1);
	case DIGEST_NAMED:
		algorithm = size > 2 ? algorithm_name(bytes[1]) : NULL;
		return algorithm ? digest_tell(identity, algorithm, bytes + 2, size - 2) : -EBADMSG;
	case SIGNATURE:
	case SIGNATURE_VERITY:
		return signature_tell(identity, bytes, size);
	}
	return -EBADMSG;
}

int embargo_ima_parse(struct embargo_identity *identity, const void *bytes, size_t size)
{
	int r = parse(identity, bytes, size);

	return r == -EBADMSG ? embargo_identity_warning(identity, XATTR " cannot be read") : r;
}

int embargo_ima_read(int fd, struct embargo_identity *identity)
{
	unsigned char bytes[XATTR_MAX];
	ssize_t got = fgetxattr(fd, XATTR, bytes, sizeof(bytes));

	/* Not there, or a file system that has none. */
	if (got < 0)
		return errno == ERANGE ? embargo_identity_warning(identity, XATTR " is too large") : 0;
	return embargo_ima_parse(identity, bytes, got);
}
