// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzing of PE files, cabinets and appended signatures, with all that is checked and looked up of them, and
 * of the kernel's own walk through the signatures of a program; what begins like DER is a signature by
 * itself.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/der.h"
#include "policy/identity/evaluate.h"
#include "policy/identity/resolve.h"
#include "policy/identity/signature/file_signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules[] =
	"ban signer subject.o=\"Example Lab JSC\" subject.c=XX\nban signer skid=00112233\n"
	"ban signer issuer=\"CN=First\" serial=01\nban vendor \"*\"\n";

static struct embargo_resolver *resolver_get(void)
{
	static struct embargo_resolver *resolver;
	struct embargo_policy *policy;

	if (resolver)
		return resolver;
	policy = embargo_policy_new();
	if (!policy || embargo_policy_read_buffer(policy, "fuzz", rules, strlen(rules), 0) ||
	    embargo_policy_check(policy, 0) || embargo_resolver_new(&policy->set, &resolver))
		abort();
	return resolver;
}

/* As the kernel has it, for every kind of rule for a signer. */
static void *image_get(void)
{
	static const char text[] =
		"ban signer subject.o=\"Example Lab JSC\"\nban signer skid=00112233\n"
		"ban signer issuer=\"CN=First\" serial=01\n"
		"ban signer cert-sha256=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
		"ban signer tbs-sha256=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
		"allow signer spki-sha256=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
	static void *image;
	struct embargo_policy *policy;
	size_t pages;

	if (image)
		return image;
	policy = embargo_policy_new();
	if (!policy || embargo_policy_read_buffer(policy, "fuzz", text, strlen(text), 0) ||
	    embargo_policy_check(policy, 0) || embargo_image_pages(policy, &pages))
		abort();
	image = calloc(pages, EMBARGO_PAGE_SIZE);
	if (!image || embargo_image_build(policy, image, pages, 1))
		abort();
	embargo_policy_free(policy);
	return image;
}

static void run(const struct embargo_identity *identity)
{
	struct embargo_evaluation evaluation;
	const struct embargo_outcome *exec = &evaluation.hooks[EMBARGO_HOOK_EXEC];

	embargo_evaluate(image_get(), identity, &evaluation);
	if (exec->cause && exec->cause != EMBARGO_CAUSE_UNCLASSIFIED)
		abort();
	/* What could not be read whole exempts nobody. */
	if (exec->rule && EMBARGO_PACKED_ACTION(exec->rule) == EMBARGO_ACTION_ALLOW &&
	    identity->program_unreadable)
		abort();
}

static void look_at(const struct embargo_identity *identity)
{
	struct embargo_resolution found[4];
	size_t count = embargo_resolver_match(resolver_get(), identity, found, 4), i;

	if (count > 4)
		abort(); /* there are but four rules */
	if (identity->signature_count > EMBARGO_FILE_SIGNATURES_MAX)
		abort();
	for (i = 0; i < identity->signature_count; i++) {
		const struct embargo_file_signature *signature = &identity->signatures[i];

		if (signature->first_certificate + signature->certificate_count > identity->certificate_count)
			abort();
		if (signature->verified == EMBARGO_VERIFIED_NO && !signature->warning)
			abort();
	}
}

static void signature_fuzz(const uint8_t *data, size_t size)
{
	struct embargo_signed_bytes signed_bytes = {
		.fd = -1, .bytes = "content", .extents = {{0, 7}}, .extent_count = 1};
	struct embargo_identity *identity = calloc(1, sizeof(*identity));

	if (!identity)
		abort();
	identity->want = EMBARGO_WANT_INSIDE | EMBARGO_WANT_VERIFY;
	if (embargo_file_signatures_read(identity, EMBARGO_FILE_SIGNATURE_JAR, data, size, &signed_bytes))
		abort();
	look_at(identity);
	embargo_identity_free(identity);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	_cleanup_close_ int fd = -1;
	struct embargo_reason reason = {};

	if (size && data[0] == EMBARGO_DER_SEQUENCE) {
		signature_fuzz(data, size);
		return 0;
	}
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (embargo_identity_read_fd(fd, "fuzz",
				     EMBARGO_WANT_INSIDE | EMBARGO_WANT_VERIFY | EMBARGO_WANT_AUTHENTICODE |
					     EMBARGO_WANT_BYTES,
				     &identity, &reason))
		abort(); /* what is inside is trouble, never an error */
	look_at(identity);
	run(identity);
	return 0;
}
