/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds elements of an array of one's own by their hash. What is equal is the caller's business:
 *
 *	for (probe = 0; embargo_hash_table_next(&table, hash, &probe, &number);)
 *		if (array[number] is the one)
 *			return it;
 *	embargo_hash_table_put(&table, hash, count);	after embargo_hash_table_grow()
 *
 * Others must not be able to choose hashes that are equal: mix them (embargo_mix()).
 */
#ifndef EMBARGO_POLICY_HASH_TABLE_H
#define EMBARGO_POLICY_HASH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start with all zeroes. */
struct embargo_hash_table {
	uint32_t *slots; /* open addressing; number + 1, 0: free */
	size_t slot_count;
	size_t used;
};

typedef uint64_t (*embargo_hash_fn)(const void *context, uint32_t number);

/* Room for one more. @hash_of: the hash of an element that is in the table. -ENOMEM: it is as it was. */
int embargo_hash_table_grow(struct embargo_hash_table *table, embargo_hash_fn hash_of, const void *context);
/* The next number that may be of @hash; @probe: 0 at first. False: there is none. */
bool embargo_hash_table_next(const struct embargo_hash_table *table, uint64_t hash, size_t *probe,
			     uint32_t *ret_number);
void embargo_hash_table_put(struct embargo_hash_table *table, uint64_t hash, uint32_t number);
void embargo_hash_table_free(struct embargo_hash_table *table);

#endif
