// SPDX-License-Identifier: GPL-2.0-or-later
/* The pool of interned strings: reasons and sources repeat on every line of a list. */
#include <errno.h>
#include <string.h>

#include "policy/private.h"

static __u64 pool_hash(const char *text, size_t size)
{
	__u64 hash = EMBARGO_FNV_START;
	size_t i;

	for (i = 0; i < size; i++)
		hash = embargo_fnv_byte(hash, text[i]);
	return embargo_mix(hash);
}

static void pool_put(__u32 *slots, __u32 slot_count, __u64 hash, __u32 offset)
{
	__u32 slot = hash & (slot_count - 1);

	while (slots[slot])
		slot = (slot + 1) & (slot_count - 1);
	slots[slot] = offset;
}

static int pool_grow_slots(struct embargo_string_table *strings)
{
	__u32 count = strings->slot_count ? strings->slot_count * 2 : 256;
	const char *text;
	__u32 *slots;
	__u32 i;

	if (strings->used < strings->slot_count / 4 * 3)
		return 0;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (i = 0; i < strings->slot_count; i++) {
		if (!strings->slots[i])
			continue;
		text = strings->bytes + strings->slots[i];
		pool_put(slots, count, pool_hash(text, strlen(text)), strings->slots[i]);
	}
	free(strings->slots);
	strings->slots = slots;
	strings->slot_count = count;
	return 0;
}

static int pool_grow_bytes(struct embargo_string_table *strings, size_t more)
{
	__u64 needed = (__u64)strings->size + more;
	__u64 wanted = (__u64)strings->capacity + strings->capacity / 2;
	char *bytes;

	if (needed <= strings->capacity)
		return 0;
	if (needed > UINT32_MAX)
		return -E2BIG;
	if (wanted < needed)
		wanted = needed;
	if (wanted < 4096)
		wanted = 4096;
	if (wanted > UINT32_MAX)
		wanted = UINT32_MAX;
	bytes = realloc(strings->bytes, wanted);
	if (!bytes)
		return -ENOMEM;
	strings->bytes = bytes;
	strings->capacity = wanted;
	return 0;
}

/* @text holds no NUL in its @size bytes. */
int embargo_string_table_add(struct embargo_string_table *strings, const char *text, size_t size,
			     __u32 *ret_offset)
{
	__u64 hash;
	__u32 slot;
	int r;

	if (!strings->size) {
		r = pool_grow_bytes(strings, 1);
		if (r < 0)
			return r;
		strings->bytes[strings->size++] = 0;
	}
	if (!size) {
		*ret_offset = 0;
		return 0;
	}
	r = pool_grow_slots(strings);
	if (r < 0)
		return r;
	hash = pool_hash(text, size);
	for (slot = hash & (strings->slot_count - 1); strings->slots[slot];
	     slot = (slot + 1) & (strings->slot_count - 1)) {
		const char *known = strings->bytes + strings->slots[slot];

		if (!strncmp(known, text, size) && !known[size]) {
			*ret_offset = strings->slots[slot];
			return 0;
		}
	}
	r = pool_grow_bytes(strings, size + 1);
	if (r < 0)
		return r;
	memcpy(strings->bytes + strings->size, text, size);
	strings->bytes[strings->size + size] = 0;
	strings->slots[slot] = strings->size;
	strings->used++;
	*ret_offset = strings->size;
	strings->size += size + 1;
	return 0;
}

int embargo_string_table_load(struct embargo_string_table *strings, const char *bytes, __u32 size)
{
	__u32 at;
	int r;

	embargo_string_table_free(strings);
	r = pool_grow_bytes(strings, size);
	if (r < 0)
		return r;
	memcpy(strings->bytes, bytes, size);
	strings->size = size;
	for (at = 1; at < size; at += strlen(bytes + at) + 1) {
		r = pool_grow_slots(strings);
		if (r < 0)
			return r;
		pool_put(strings->slots, strings->slot_count, pool_hash(bytes + at, strlen(bytes + at)), at);
		strings->used++;
	}
	return 0;
}

void embargo_string_table_free(struct embargo_string_table *strings)
{
	free(strings->bytes);
	free(strings->slots);
	*strings = (struct embargo_string_table){};
}
