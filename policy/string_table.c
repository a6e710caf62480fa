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

static int pool_grow_slots(struct embargo_pool *pool)
{
	__u32 count = pool->slot_count ? pool->slot_count * 2 : 256;
	const char *text;
	__u32 *slots;
	__u32 i;

	if (pool->used < pool->slot_count / 4 * 3)
		return 0;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (i = 0; i < pool->slot_count; i++) {
		if (!pool->slots[i])
			continue;
		text = pool->bytes + pool->slots[i];
		pool_put(slots, count, pool_hash(text, strlen(text)), pool->slots[i]);
	}
	free(pool->slots);
	pool->slots = slots;
	pool->slot_count = count;
	return 0;
}

static int pool_grow_bytes(struct embargo_pool *pool, size_t more)
{
	__u64 needed = (__u64)pool->size + more;
	__u64 wanted = (__u64)pool->capacity + pool->capacity / 2;
	char *bytes;

	if (needed <= pool->capacity)
		return 0;
	if (needed > UINT32_MAX)
		return -E2BIG;
	if (wanted < needed)
		wanted = needed;
	if (wanted < 4096)
		wanted = 4096;
	if (wanted > UINT32_MAX)
		wanted = UINT32_MAX;
	bytes = realloc(pool->bytes, wanted);
	if (!bytes)
		return -ENOMEM;
	pool->bytes = bytes;
	pool->capacity = wanted;
	return 0;
}

/* @text holds no NUL in its @size bytes. */
int embargo_pool_add(struct embargo_pool *pool, const char *text, size_t size, __u32 *ret_offset)
{
	__u64 hash;
	__u32 slot;
	int r;

	if (!pool->size) {
		r = pool_grow_bytes(pool, 1);
		if (r < 0)
			return r;
		pool->bytes[pool->size++] = 0;
	}
	if (!size) {
		*ret_offset = 0;
		return 0;
	}
	r = pool_grow_slots(pool);
	if (r < 0)
		return r;
	hash = pool_hash(text, size);
	for (slot = hash & (pool->slot_count - 1); pool->slots[slot];
	     slot = (slot + 1) & (pool->slot_count - 1)) {
		const char *known = pool->bytes + pool->slots[slot];

		if (!strncmp(known, text, size) && !known[size]) {
			*ret_offset = pool->slots[slot];
			return 0;
		}
	}
	r = pool_grow_bytes(pool, size + 1);
	if (r < 0)
		return r;
	memcpy(pool->bytes + pool->size, text, size);
	pool->bytes[pool->size + size] = 0;
	pool->slots[slot] = pool->size;
	pool->used++;
	*ret_offset = pool->size;
	pool->size += size + 1;
	return 0;
}

int embargo_pool_load(struct embargo_pool *pool, const char *bytes, __u32 size)
{
	__u32 at;
	int r;

	embargo_pool_free(pool);
	r = pool_grow_bytes(pool, size);
	if (r < 0)
		return r;
	memcpy(pool->bytes, bytes, size);
	pool->size = size;
	for (at = 1; at < size; at += strlen(bytes + at) + 1) {
		r = pool_grow_slots(pool);
		if (r < 0)
			return r;
		pool_put(pool->slots, pool->slot_count, pool_hash(bytes + at, strlen(bytes + at)), at);
		pool->used++;
	}
	return 0;
}

void embargo_pool_free(struct embargo_pool *pool)
{
	free(pool->bytes);
	free(pool->slots);
	*pool = (struct embargo_pool){};
}
