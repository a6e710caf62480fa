// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers by hash: open addressing, never more than three quarters full. */
#include <errno.h>
#include <stdlib.h>

#include "policy/hash_table.h"

#define SLOTS_MIN 256 /* a power of two, as their number always is */

static void slot_fill(uint32_t *slots, size_t count, uint64_t hash, uint32_t number)
{
	size_t slot = hash & (count - 1);

	while (slots[slot])
		slot = (slot + 1) & (count - 1);
	slots[slot] = number + 1;
}

int embargo_hash_table_grow(struct embargo_hash_table *table, embargo_hash_fn hash_of, const void *context)
{
	size_t count = table->slot_count ? table->slot_count * 2 : SLOTS_MIN, i;
	uint32_t *slots;

	if (table->used < table->slot_count / 4 * 3)
		return 0;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (i = 0; i < table->slot_count; i++)
		if (table->slots[i])
			slot_fill(slots, count, hash_of(context, table->slots[i] - 1), table->slots[i] - 1);
	free(table->slots);
	table->slots = slots;
	table->slot_count = count;
	return 0;
}

bool embargo_hash_table_next(const struct embargo_hash_table *table, uint64_t hash, size_t *probe,
			     uint32_t *ret_number)
{
	uint32_t number;

	number = table->slot_count ? table->slots[(hash + (*probe)++) & (table->slot_count - 1)] : 0;
	*ret_number = number - 1;
	return number;
}

void embargo_hash_table_put(struct embargo_hash_table *table, uint64_t hash, uint32_t number)
{
	slot_fill(table->slots, table->slot_count, hash, number);
	table->used++;
}

void embargo_hash_table_free(struct embargo_hash_table *table)
{
	free(table->slots);
	*table = (struct embargo_hash_table){0};
}
