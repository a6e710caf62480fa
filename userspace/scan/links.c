// SPDX-License-Identifier: GPL-2.0-or-later
/* Files with several names, by device and inode: so many at most. */
#include <string.h>

#include "policy/array.h"
#include "userspace/scan/scan.h"

#define LINKS_MAX (1UL << 20) /* 32 MiB; beyond it files are read once for each name */

static uint64_t link_hash(__u64 device, __u64 inode)
{
	return embargo_mix(inode + embargo_mix(device));
}

static uint64_t link_hash_at(const void *context, uint32_t number)
{
	const struct embargo_scan_link *link = (const struct embargo_scan_link *)context + number;

	return link_hash(link->device, link->inode);
}

struct embargo_scan_link *embargo_scan_link(struct embargo_scan_links *links, __u64 device, __u64 inode)
{
	const uint64_t hash = link_hash(device, inode);
	struct embargo_scan_link *link;
	size_t probe = 0;
	uint32_t number;

	if (!inode)
		return NULL;
	while (embargo_hash_table_next(&links->table, hash, &probe, &number)) {
		link = &links->list[number];
		if (link->device == device && link->inode == inode)
			return link;
	}
	if (links->count >= LINKS_MAX || embargo_hash_table_grow(&links->table, link_hash_at, links->list) ||
	    embargo_array_grow(&links->list, &links->capacity, links->count, sizeof(*link)))
		return NULL;
	link = &links->list[links->count];
	*link = (struct embargo_scan_link){.device = device, .inode = inode};
	embargo_hash_table_put(&links->table, hash, links->count++);
	return link;
}

void embargo_scan_link_found(struct embargo_scan_link *link, const struct embargo_scan_reply *reply)
{
	const char *ground = reply->texts[EMBARGO_SCAN_GROUND];
	struct embargo_scan_reply *kept = malloc(sizeof(*kept));

	if (!kept) {
		link->state = EMBARGO_LINK_UNKNOWN;
		return;
	}
	*kept = *reply;
	memset(kept->texts, 0, sizeof(kept->texts));
	kept->texts[EMBARGO_SCAN_GROUND] = ground ? strdup(ground) : NULL;
	link->reply = kept;
	link->state = EMBARGO_LINK_FOUND;
}

void embargo_scan_links_clear(struct embargo_scan_links *links)
{
	size_t i;

	for (i = 0; i < links->count; i++) {
		if (!links->list[i].reply)
			continue;
		free((char *)links->list[i].reply->texts[EMBARGO_SCAN_GROUND]);
		free(links->list[i].reply);
	}
	free(links->list);
	embargo_hash_table_free(&links->table);
	*links = (struct embargo_scan_links){0};
}

bool embargo_scan_link_clean(struct embargo_scan_links *links, __u64 device, __u64 inode)
{
	const struct embargo_scan_link *link = embargo_scan_link(links, device, inode);

	return link && link->state == EMBARGO_LINK_CLEAN;
}
