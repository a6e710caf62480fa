/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filling the open-addressing tables of an image. */
#ifndef EMBARGO_POLICY_IMAGE_TABLE_H
#define EMBARGO_POLICY_IMAGE_TABLE_H

#include <stdint.h>
#include <sys/types.h>

#include "bpf/image.h"

/*
 * The order is that of their home slots (Robin Hood): the longest way to an
 * entry is then as short as it can be, a few dozen slots at a load of 3/4. A
 * lookup may give up after EMBARGO_PROBES_MAX slots, full or not.
 */

/*
 * Would all entries be found within EMBARGO_PROBES_MAX slots? @homes has @slots
 * counters of entries by home slot. Fewer entries than slots.
 */
_Bool embargo_table_fits(const __u8 *homes, __u32 slots);

/* The rules of equal hashes are reduced to the one that decides. @header: the planned one of @image. */
void embargo_table_put_bucket(void *image, const struct embargo_image_header *header,
			      const __u8 sha256[EMBARGO_SHA256_SIZE], embargo_packed_rule rule);
/* Each hash is put once. */
void embargo_table_put_string(void *image, const struct embargo_section *table,
			      const struct embargo_string_slot *string);
void embargo_table_put_size(void *image, const struct embargo_section *filter, __u64 size);

#endif
