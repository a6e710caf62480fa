// SPDX-License-Identifier: GPL-2.0-or-later
/* The open-addressing tables of an image, written in place: bpf/match.h reads them. */
#include <stdbool.h>
#include <string.h>

#include "bpf/match.h"
#include "policy/image/table.h"

/* Entries wait in a queue for the next free slot; around the end it goes on at the beginning. */
bool embargo_table_fits(const __u8 *homes, __u32 slots)
{
	__u64 waiting = 0, longest = 0;
	int round;
	__u32 i;

	for (round = 0; round < 2; round++) {
		longest = 0;
		for (i = 0; i < slots; i++) {
			if (homes[i] == UINT8_MAX)
				return false;
			waiting += homes[i];
			if (waiting > longest)
				longest = waiting;
			waiting -= !!waiting;
		}
	}
	return longest < EMBARGO_PROBES_MAX;
}

static void *table_slot(void *image, const struct embargo_section *table, __u32 slot, size_t size)
{
	size_t per_page = EMBARGO_PAGE_SIZE / size;

	return (char *)image + (table->page + slot / per_page) * (size_t)EMBARGO_PAGE_SIZE +
	       slot % per_page * size;
}

static __u32 table_distance(__u32 home, __u32 slot, __u32 slots)
{
	return slot >= home ? slot - home : slot + slots - home;
}

/*
 * An interpreter's rule bans nothing, so a ban of the same file must not be
 * hidden by it; anything else must not hide that it is an interpreter.
 */
static embargo_packed_rule table_decide(embargo_packed_rule a, embargo_packed_rule b)
{
	bool a_names = EMBARGO_PACKED_KIND(a) == EMBARGO_KIND_INTERPRETER;
	bool b_names = EMBARGO_PACKED_KIND(b) == EMBARGO_KIND_INTERPRETER;

	if (a_names && !b_names)
		return EMBARGO_PACKED_ACTION(b) == EMBARGO_ACTION_BAN ? b : a;
	if (b_names && !a_names)
		return EMBARGO_PACKED_ACTION(a) == EMBARGO_ACTION_BAN ? a : b;
	return embargo_stronger(a, b);
}

void embargo_table_put_bucket(void *image, const struct embargo_image_header *header,
			      const __u8 sha256[EMBARGO_SHA256_SIZE], embargo_packed_rule rule)
{
	const struct embargo_section *table = &header->buckets;
	struct embargo_bucket wanted = {.rule = rule}, *bucket, swapped;
	__u32 slot, distance = 0, other;

	memcpy(wanted.sha256, sha256, sizeof(wanted.sha256));
	slot = embargo_bucket_home(wanted.sha256, header->seed, table->slots);
	for (;; distance++) {
		bucket = table_slot(image, table, slot, sizeof(*bucket));
		if (!bucket->rule) {
			*bucket = wanted;
			return;
		}
		if (embargo_sha256_equal(bucket->sha256, wanted.sha256)) {
			bucket->rule = table_decide(bucket->rule, wanted.rule);
			return;
		}
		other = table_distance(embargo_bucket_home(bucket->sha256, header->seed, table->slots), slot,
				       table->slots);
		if (other < distance) {
			swapped = *bucket;
			*bucket = wanted;
			wanted = swapped;
			distance = other;
		}
		slot = slot + 1 == table->slots ? 0 : slot + 1;
	}
}

void embargo_table_put_string(void *image, const struct embargo_section *table,
			      const struct embargo_string_slot *string)
{
	struct embargo_string_slot wanted = *string, *entry, swapped;
	__u32 slot = embargo_string_home(wanted.hash, table->slots), distance = 0, other;

	for (;; distance++) {
		entry = table_slot(image, table, slot, sizeof(*entry));
		if (!entry->hash) {
			*entry = wanted;
			return;
		}
		other = table_distance(embargo_string_home(entry->hash, table->slots), slot, table->slots);
		if (other < distance) {
			swapped = *entry;
			*entry = wanted;
			wanted = swapped;
			distance = other;
		}
		slot = slot + 1 == table->slots ? 0 : slot + 1;
	}
}

void embargo_table_put_size(void *image, const struct embargo_section *filter, __u64 size)
{
	__u64 *words;
	__u32 bit;
	int i;

	for (i = 0; i < 2; i++) {
		bit = embargo_filter_bit(size, filter->slots, i);
		words = (__u64 *)((char *)image + (filter->page + bit / EMBARGO_FILTER_BITS_PER_PAGE) *
							  (size_t)EMBARGO_PAGE_SIZE);
		bit %= EMBARGO_FILTER_BITS_PER_PAGE;
		words[bit / 64] |= 1ULL << bit % 64;
	}
}
