// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzing of what the kernel runs over a module's bytes (bpf/module.h, bpf/sha256.h),
 * and of what userspace reads in the same bytes. The input is the module.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "bpf/module.h"
#include "bpf/sha256.h"
#include "policy/identity/private.h"
#include "tests/unit/hand_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIGNATURE EMBARGO_CAUSE_BIT(EMBARGO_CAUSE_SIGNATURE_UNREADABLE)
#define MODULE EMBARGO_CAUSE_BIT(EMBARGO_CAUSE_MODULE_UNREADABLE)

static void demand(int condition)
{
	if (!condition)
		abort();
}

static void image_fill(struct hand_image *image)
{
	static const char *const one[] = {"name=hand", NULL}, *const two[] = {"author=*", "license=G*", NULL};

	hand_start(image);
	hand_module(image, one, 1, EMBARGO_ACTION_BAN);
	hand_module(image, two, 2, EMBARGO_ACTION_ALLOW);
	hand_signer(image, hand_hash(EMBARGO_FNV_START, "k\1\2\3\4", 5), 3, EMBARGO_ACTION_AUDIT);
	hand_header(image)->unsigned_rule =
		EMBARGO_PACK(4, EMBARGO_ACTION_BAN, EMBARGO_LEVEL_IDENTITY, EMBARGO_KIND_MODULE);
}

static void check_facts(const struct embargo_module_state *state)
{
	const struct embargo_module_facts *facts = &state->facts;

	demand(!facts->name[EMBARGO_NAME_SIZE - 1] && !facts->signer[EMBARGO_SIGNER_SIZE - 1]);
	demand(facts->serial_size <= EMBARGO_SERIAL_SIZE && facts->key_id <= 1);
	demand(!(state->causes & ~(SIGNATURE | MODULE)));
	demand(!(state->causes & SIGNATURE) == (facts->signature != EMBARGO_SIGNATURE_UNREADABLE));
	demand(facts->signature == EMBARGO_SIGNATURE_READ || EMBARGO_PACKED_RULE(state->rule) != 3);
	demand(facts->signature == EMBARGO_SIGNATURE_NONE || EMBARGO_PACKED_RULE(state->rule) != 4);
	/* A broken module is never let off by what it says of itself. */
	demand(!(state->causes & MODULE) || EMBARGO_PACKED_RULE(state->rule) != 2);
}

/* What id shows is what the kernel sees. */
static void check_words(const struct embargo_module_state *state, const uint8_t *data, size_t size)
{
	_cleanup_(embargo_module_freep) struct embargo_module *module = NULL;
	_cleanup_free_ char *warning = NULL;
	const char *name;
	int r = embargo_module_read(data, size, &module, &warning);

	if (r) {
		demand(r == -ENOENT && (state->causes & MODULE));
		return;
	}
	name = module->name ?: "";
	demand(module->signature == (enum embargo_signature)state->facts.signature);
	demand(!strncmp(name, state->facts.name, EMBARGO_NAME_SIZE - 1));
	demand(!(state->causes & MODULE) || warning);
	if (module->signature == EMBARGO_SIGNATURE_READ && module->signer_count == 1)
		demand(!module->signers[0].key_id == !state->facts.key_id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hand_image image;
	static struct embargo_module_state state;
	struct embargo_bytes bytes = {data, size};
	uint8_t theirs[EMBARGO_SHA256_SIZE];
	struct embargo_digest mine;

	if (!image.patterns)
		image_fill(&image);
	embargo_module_match(&image, hand_header(&image), &bytes, &state, 0);
	check_facts(&state);
	check_words(&state, data, size);
	demand(!embargo_buffer_sha256(&bytes, &mine));
	SHA256(data, size, theirs);
	demand(!memcmp(mine.bytes, theirs, sizeof(theirs)));
	return 0;
}
