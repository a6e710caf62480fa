/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy image put together by hand, for tests of the code that reads it:
 * page 0 is the header, page 1 the strings, page 2 the module rules, page 3 the
 * hashes, page 4 the filter. No policy text and no compiler stand between test and code.
 */
#ifndef EMBARGO_TESTS_UNIT_HAND_IMAGE_H
#define EMBARGO_TESTS_UNIT_HAND_IMAGE_H

#include <stdlib.h>
#include <string.h>

#include "bpf/match.h"

#define HAND_PAGES 5

struct hand_image {
	unsigned char page[HAND_PAGES][EMBARGO_PAGE_SIZE];
	unsigned int patterns;
};

static inline struct embargo_image_header *hand_header(struct hand_image *image)
{
	return (void *)image->page[0];
}

static inline void hand_start(struct hand_image *image)
{
	struct embargo_image_header *header = hand_header(image);

	memset(image, 0, sizeof(*image));
	header->magic = EMBARGO_IMAGE_MAGIC;
	header->version = EMBARGO_ABI_VERSION;
	header->generation = 1;
	header->pages = HAND_PAGES;
	header->seed = 1;
	header->max_hash_size = 1 << 30;
	memset(header->on_error, EMBARGO_ACTION_BAN, sizeof(header->on_error));
	header->strings = (struct embargo_section){1, EMBARGO_STRINGS_PER_PAGE};
	header->modules = (struct embargo_section){2, 0};
	header->buckets = (struct embargo_section){3, EMBARGO_BUCKETS_PER_PAGE};
	header->filter = (struct embargo_section){4, EMBARGO_FILTER_BITS_PER_PAGE};
}

static inline __u64 hand_hash(__u64 hash, const void *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		hash = embargo_fnv_byte(hash, ((const unsigned char *)bytes)[i]);
	return hash;
}

static inline void hand_string(struct hand_image *image, __u64 hash, __u32 target)
{
	struct embargo_string_slot *slots = (void *)image->page[1];
	__u32 slot;

	hash = embargo_fnv_end(hash);
	for (slot = embargo_string_home(hash, EMBARGO_STRINGS_PER_PAGE); slots[slot].hash;)
		slot = (slot + 1) % EMBARGO_STRINGS_PER_PAGE;
	slots[slot].hash = hash;
	slots[slot].target = target;
}

/* A signer rule: @hash starts with its domain. */
static inline void hand_signer(struct hand_image *image, __u64 hash, __u32 rule, int action)
{
	hand_header(image)->signer_rules++;
	hand_string(image, hash, EMBARGO_PACK(rule, action, EMBARGO_LEVEL_IDENTITY, EMBARGO_KIND_SIGNER));
}

/* A module rule over the patterns in @patterns, each "key=value" or "key=val*", ended by NULL. */
static inline void hand_module(struct hand_image *image, const char *const *patterns, __u32 rule, int action)
{
	struct embargo_image_header *header = hand_header(image);
	struct embargo_module_rule *record = (void *)image->page[2];
	__u64 hash;
	size_t size;

	record += header->modules.slots++;
	header->module_rules++;
	record->rule = EMBARGO_PACK(rule, action, EMBARGO_LEVEL_IDENTITY, EMBARGO_KIND_MODULE);
	for (; *patterns; patterns++) {
		size = strlen(*patterns);
		if ((*patterns)[size - 1] == '*') {
			size--;
			header->modinfo_lengths[size / 64] |= 1ULL << size % 64;
			hash = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_MODINFO_PREFIX);
		} else {
			hash = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_MODINFO);
		}
		record->pattern[record->patterns++] = image->patterns;
		hand_string(image, hand_hash(hash, *patterns, size), ++image->patterns);
	}
}

static inline void hand_sha256(struct hand_image *image, const __u8 *sha256, __u64 size, __u32 formats,
			       __u32 rule, int action)
{
	struct embargo_image_header *header = hand_header(image);
	struct embargo_bucket *buckets = (void *)image->page[3];
	__u64 *filter = (void *)image->page[4];
	__u32 slot = embargo_bucket_home(sha256, header->seed, EMBARGO_BUCKETS_PER_PAGE), bit;
	int i;

	while (buckets[slot].rule)
		slot = (slot + 1) % EMBARGO_BUCKETS_PER_PAGE;
	memcpy(buckets[slot].sha256, sha256, EMBARGO_SHA256_SIZE);
	buckets[slot].rule = EMBARGO_PACK(rule, action, EMBARGO_LEVEL_HASH, EMBARGO_KIND_HASH);
	if (!size) {
		header->unsized_formats |= formats;
		return;
	}
	header->sized_formats |= formats;
	for (i = 0; i < 2; i++) {
		bit = embargo_filter_bit(size, EMBARGO_FILTER_BITS_PER_PAGE, i);
		filter[bit / 64] |= 1ULL << bit % 64;
	}
}

#endif
