// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzing of FILE.seal: what is found lies within the input, whatever that is. */
#include <stdint.h>
#include <stdlib.h>

#include "policy/sign/sealed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct embargo_reason reason = {""};
	struct embargo_sealed found;
	const uint8_t *signature, *image;

	for (__u32 abi = EMBARGO_ABI_VERSION; abi < EMBARGO_ABI_VERSION + 2; abi++) {
		if (embargo_sealed_find(data, size, abi, &found, &reason)) {
			demand(reason.text[0]);
			continue;
		}
		signature = found.signature;
		image = found.image;
		demand(found.manifest.abi == abi && found.signature_size);
		demand(signature > data && signature + found.signature_size == image);
		demand((size_t)(data + size - image) >= found.manifest.pages * (size_t)EMBARGO_PAGE_SIZE);
	}
	return 0;
}
