// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzing of small things that are kept with a file: security.ima, OpenPGP signatures, fields of dpkg. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/identity/identity.h"
#include "policy/identity/package/package.h"
#include "policy/identity/signature/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = calloc(1, sizeof(*identity));
	_cleanup_(embargo_package_freep) struct embargo_package *package = calloc(1, sizeof(*package));
	_cleanup_free_ char *key_id = NULL;
	/* Of its own size, so that a byte too far is seen. */
	_cleanup_free_ unsigned char *copy = malloc(size ?: 1);

	if (!identity || !package || !copy)
		abort();
	memcpy(copy, data, size);
	if (embargo_ima_parse(identity, copy, size) || (!identity->ima && !identity->warning))
		abort();
	if (!embargo_openpgp_key_id(copy, size, &key_id) && strlen(key_id) != 16)
		abort();
	if (embargo_package_fields(package, (const char *)copy, size))
		abort();
	return 0;
}
