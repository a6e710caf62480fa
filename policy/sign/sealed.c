// SPDX-License-Identifier: GPL-2.0-or-later
/* FILE.seal: taken apart, and made. */
#include <errno.h>
#include <string.h>

#include "policy/identity/identity.h"
#include "policy/sign/private.h"
#include "policy/sign/sealed.h"

struct record {
	struct embargo_seal_manifest manifest;
	__u32 signature_size;
	__u32 spare;
};

static int damaged(struct embargo_reason *reason, size_t at, const char *what)
{
	return embargo_sign_refuse(reason, -EBADMSG, "is damaged at byte %zu: %s", at, what);
}

int embargo_sealed_find(const void *data, size_t size, __u32 abi, struct embargo_sealed *ret_sealed,
			struct embargo_reason *reason)
{
	const char *bytes = data;
	struct record record;
	size_t at = 0, image;

	while (at < size) {
		if (size - at < sizeof(record))
			return damaged(reason, at, "it is cut off");
		memcpy(&record, bytes + at, sizeof(record));
		if (memcmp(record.manifest.magic, EMBARGO_SEAL_MAGIC, sizeof(record.manifest.magic)))
			return damaged(reason, at, "no manifest starts here");
		if (!record.manifest.pages || record.manifest.pages > EMBARGO_SEAL_ROOM_MAX)
			return damaged(reason, at, "no image is of that size");
		if (!record.signature_size || record.signature_size > EMBARGO_SEAL_SIGNATURE_MAX)
			return damaged(reason, at, "no signature is of that size");
		image = record.manifest.pages * (size_t)EMBARGO_PAGE_SIZE;
		if (size - at - sizeof(record) < record.signature_size + image)
			return damaged(reason, at, "its end is cut off");
		at += sizeof(record);
		if (record.manifest.abi == abi) {
			*ret_sealed = (struct embargo_sealed){
				.manifest = record.manifest,
				.signature = bytes + at,
				.signature_size = record.signature_size,
				.image = bytes + at + record.signature_size,
			};
			return 0;
		}
		at += record.signature_size + image;
	}
	return embargo_sign_refuse(reason, -ENOENT, "holds nothing for ABI %u", abi);
}

static int describe(const struct embargo_policy *policy, const void *image, __u32 pages,
		    struct embargo_seal_manifest *manifest, struct embargo_reason *reason)
{
	const struct embargo_file *file = &policy->set.files[0];
	const char *name = embargo_string(&policy->set, file->name);
	struct embargo_digests digests;
	int r;

	*manifest = (struct embargo_seal_manifest){
		.abi = EMBARGO_ABI_VERSION, .pages = pages, .version = file->version};
	memcpy(manifest->magic, EMBARGO_SEAL_MAGIC, sizeof(manifest->magic));
	if (strlen(name) >= sizeof(manifest->name))
		return embargo_sign_refuse(
			reason, -ENAMETOOLONG,
			"its name is longer than the %zu bytes that a sealed host has for it",
			sizeof(manifest->name) - 1);
	memcpy(manifest->name, name, strlen(name));
	memcpy(manifest->text, file->sha256, sizeof(manifest->text));
	r = embargo_hash_memory(image, pages * (size_t)EMBARGO_PAGE_SIZE, 0, &digests);
	if (r)
		return embargo_sign_refuse(reason, r, "%s", strerror(-r));
	memcpy(manifest->image, digests.sha256, sizeof(manifest->image));
	return 0;
}

int embargo_sealed_make(const struct embargo_sign_key *key, struct embargo_policy *policy, void **ret_data,
			size_t *ret_size, struct embargo_reason *reason)
{
	_cleanup_free_ void *image = NULL, *signature = NULL;
	_cleanup_free_ char *data = NULL;
	struct record record = {0};
	size_t pages, size;
	int r;

	/* What depends on the host is the host's. */
	policy->signers_unread = false;
	r = embargo_image_pages(policy, &pages);
	if (r == 0 && pages > EMBARGO_SEAL_ROOM_MAX)
		r = -EFBIG;
	image = r ? NULL : calloc(pages, EMBARGO_PAGE_SIZE);
	if (r == 0)
		r = image ? embargo_image_build(policy, image, pages, 0) : -ENOMEM;
	if (r)
		return embargo_sign_refuse(reason, r, "does not fit into an image: %s", strerror(-r));
	r = describe(policy, image, pages, &record.manifest, reason);
	r = r
		    ?: embargo_sign_make_bare(key, &record.manifest, sizeof(record.manifest), &signature,
					      &size, reason);
	if (r)
		return r;
	if (size > EMBARGO_SEAL_SIGNATURE_MAX)
		return embargo_sign_refuse(reason, -EFBIG, "its signature is too large for the kernel");
	record.signature_size = size;
	*ret_size = sizeof(record) + size + pages * EMBARGO_PAGE_SIZE;
	data = malloc(*ret_size);
	if (!data)
		return embargo_sign_refuse(reason, -ENOMEM, "%s", strerror(ENOMEM));
	memcpy(data, &record, sizeof(record));
	memcpy(data + sizeof(record), signature, size);
	memcpy(data + sizeof(record) + size, image, pages * EMBARGO_PAGE_SIZE);
	*ret_data = TAKE_PTR(data);
	return 0;
}
