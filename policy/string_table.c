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

static uint64_t pool_hash_at(const void *context, uint32_t offset)
{
	const struct embargo_string_table *strings = context;
	const char *text = strings->bytes + offset;

	return pool_hash(text, strlen(text));
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
	size_t probe = 0;
	uint32_t offset;
	__u64 hash;
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
	r = embargo_hash_table_grow(&strings->table, pool_hash_at, strings);
	if (r < 0)
		return r;
	hash = pool_hash(text, size);
	while (embargo_hash_table_next(&strings->table, hash, &probe, &offset)) {
		const char *known = strings->bytes + offset;

		if (!strncmp(known, text, size) && !known[size]) {
			*ret_offset = offset;
			return 0;
		}
	}
	r = pool_grow_bytes(strings, size + 1);
	if (r < 0)
		return r;
	memcpy(strings->bytes + strings->size, text, size);
	strings->bytes[strings->size + size] = 0;
	embargo_hash_table_put(&strings->table, hash, strings->size);
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
		r = embargo_hash_table_grow(&strings->table, pool_hash_at, strings);
		if (r < 0)
			return r;
		embargo_hash_table_put(&strings->table, pool_hash_at(strings, at), at);
	}
	return 0;
}

void embargo_string_table_free(struct embargo_string_table *strings)
{
	free(strings->bytes);
	embargo_hash_table_free(&strings->table);
	*strings = (struct embargo_string_table){};
}
