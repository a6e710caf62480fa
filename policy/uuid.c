// SPDX-License-Identifier: GPL-2.0-or-later
/* UUIDs of version 5: SHA-1 of a namespace and a name. */
#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>

#include "policy/uuid.h"

/* Made once at random: 1f6c7f2e-6a0b-4c0a-9d1f-0c3b5d7a9e42. Another one would change every identifier. */
static const unsigned char namespace[16] = {0x1f, 0x6c, 0x7f, 0x2e, 0x6a, 0x0b, 0x4c, 0x0a,
					    0x9d, 0x1f, 0x0c, 0x3b, 0x5d, 0x7a, 0x9e, 0x42};

int embargo_uuid(const void *bytes, size_t size, char ret_text[EMBARGO_UUID_TEXT])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	int i, used = 0;
	bool made;

	made = context && EVP_DigestInit_ex(context, EVP_sha1(), NULL) &&
	       EVP_DigestUpdate(context, namespace, sizeof(namespace)) &&
	       EVP_DigestUpdate(context, bytes, size) && EVP_DigestFinal_ex(context, digest, NULL);
	EVP_MD_CTX_free(context);
	if (!made)
		return -ENOMEM;
	digest[6] = (digest[6] & 0x0f) | 0x50; /* version 5 */
	digest[8] = (digest[8] & 0x3f) | 0x80; /* variant */
	for (i = 0; i < 16; i++)
		used += sprintf(ret_text + used, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
				digest[i]);
	return 0;
}
