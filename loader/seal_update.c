// SPDX-License-Identifier: GPL-2.0-or-later
/* A signed policy for a sealed host: handed to the kernel, which alone decides. See bpf/seal/update.bpf.c. */
#include <bpf/bpf.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loader/internal.h"
#include "loader/seal.h"

/* As long as it may take until the slot is free that the last but one update left. */
#define TRIES 150
#define PAUSE_MS 100

int embargo_seal_request(const struct embargo_seal_request *request)
{
	union bpf_attr attr = {0};

	memcpy(&attr, request, sizeof(*request));
	if (syscall(SYS_bpf, EMBARGO_SEAL_UPDATE, &attr, sizeof(attr)) < 0)
		return errno == EALREADY ? 0 : -errno;
	return -ENOSYS;
}

static int patient(const struct embargo_seal_request *request)
{
	int r = -EAGAIN;

	for (int i = 0; i < TRIES && (r == -EAGAIN || r == -EBUSY); i++) {
		if (i)
			poll(NULL, 0, PAUSE_MS);
		r = embargo_seal_request(request);
	}
	return r;
}

static int explain(int r, const struct embargo_seal_manifest *manifest,
		   const struct embargo_seal_status *seal, struct embargo_error *error)
{
	switch (r) {
	case -EINVAL:
		return embargo_fail(error, r, "this host was sealed without updates: reboot");
	case -EFBIG:
		return embargo_fail(error, r,
				    "its image of %u KiB is larger than the %u KiB that were kept when this "
				    "host was sealed: reboot, and seal with --room",
				    manifest->pages * (EMBARGO_PAGE_SIZE / 1024),
				    seal->config.room * (EMBARGO_PAGE_SIZE / 1024));
	case -EPROTONOSUPPORT:
		return embargo_fail(error, r,
				    "it is made for ABI %u, and this host was sealed with another one",
				    manifest->abi);
	case -EXDEV:
		return embargo_fail(error, r,
				    "it is policy '%.*s', and this host was sealed with policy '%s'",
				    (int)sizeof(manifest->name), manifest->name, seal->config.policy);
	case -ESTALE:
		return embargo_fail(
			error, r, "its version %llu is not newer than version %llu, which is in force",
			(unsigned long long)manifest->version, (unsigned long long)seal->policy_version);
	case -EILSEQ:
		return embargo_fail(error, r, "its image is not what was signed: damaged or changed");
	case -EBADMSG:
		return embargo_fail(error, r, "its signature or its image is damaged");
	case -EOPNOTSUPP:
		return embargo_fail(error, r,
				    "it names interpreters, and what was sealed does not look at what they "
				    "open: reboot");
	case -ENOKEY:
	case -EKEYREJECTED:
		return embargo_fail(error, r,
				    "it is not signed by a certificate that this host was sealed with");
	case -ENOPKG:
		return embargo_fail(error, r,
				    "this kernel cannot verify a signature of that kind: before 6.12 it must "
				    "be RSA");
	case -EAGAIN:
	case -EBUSY:
		return embargo_fail(error, r, "other updates are tried all the time: who does that?");
	default:
		return embargo_fail(error, r, "the kernel refuses the update: %s", strerror(-r));
	}
}

/* The image as it will be in the kernel, for who reads the policy database. */
static int store(const struct embargo_seal_update *update, const struct embargo_policy *policy,
		 const struct embargo_image_header *now, char **ret_policydb, struct embargo_error *error)
{
	size_t size = update->manifest->pages * (size_t)EMBARGO_PAGE_SIZE;
	_cleanup_free_ char *image = malloc(size);
	struct embargo_image_header *header = (void *)image;

	if (!image)
		return embargo_fail(error, -ENOMEM, "%s", strerror(ENOMEM));
	memcpy(image, update->image, size);
	header->generation = now->generation + 1;
	header->interpreters_since = now->interpreters_since;
	header->signers_unread = now->signers_unread;
	return embargo_policydb_store(policy, image, header->generation, ret_policydb, error);
}

int embargo_seal_update(const struct embargo_seal_update *update, const struct embargo_policy *policy,
			uint64_t *ret_generation, struct embargo_error *error)
{
	struct embargo_seal_request request = {
		.manifest = (uintptr_t)update->manifest,
		.signature = (uintptr_t)update->signature,
		.image = (uintptr_t)update->image,
		.signature_size = update->signature_size,
		.pages = update->manifest->pages,
	};
	_cleanup_close_ int locked = embargo_loader_lock(error);
	_cleanup_free_ char *policydb = NULL;
	struct embargo_seal_status seal;
	struct embargo_status status;
	int r;

	if (locked < 0)
		return locked;
	embargo_seal_read(&seal);
	if (!seal.sealed)
		return embargo_fail(error, -ENOENT, "this host is not sealed");
	r = embargo_get_status(&status, error);
	if (r == 0)
		r = store(update, policy, &status.header, &policydb, error);
	if (r < 0)
		return r;
	r = patient(&request);
	if (r < 0) {
		unlink(policydb);
		return explain(r, update->manifest, &seal, error);
	}
	/* From here on it is in force, whatever fails. */
	if (error)
		error->text[0] = 0;
	*ret_generation = status.header.generation + 1;
	embargo_policydb_publish(policydb, error);
	return 0;
}
