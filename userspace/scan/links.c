// SPDX-License-Identifier: GPL-2.0-or-later
/* Files with several names, by device and inode: a table that grows to a limit. */
#include <string.h>

#include "userspace/scan/scan.h"

#define LINKS_MAX (1UL << 20) /* 32 MiB; beyond it files are read once for each name */

static size_t slot_of(const struct embargo_scan_links *links, __u64 device, __u64 inode)
{
	size_t at = embargo_mix(inode + embargo_mix(device)) & (links->capacity - 1);

	while (links->slots[at].inode &&
	       (links->slots[at].inode != inode || links->slots[at].device != device))
		at = (at + 1) & (links->capacity - 1);
	return at;
}

static bool grow(struct embargo_scan_links *links)
{
	struct embargo_scan_links larger = {.capacity = links->capacity ? links->capacity * 2 : 1024};
	size_t i;

	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (i = 0; i < links->capacity; i++)
		if (links->slots[i].inode)
			larger.slots[slot_of(&larger, links->slots[i].device, links->slots[i].inode)] =
				links->slots[i];
	larger.count = links->count;
	free(links->slots);
	*links = larger;
	return true;
}

struct embargo_scan_link *embargo_scan_link(struct embargo_scan_links *links, __u64 device, __u64 inode)
{
	struct embargo_scan_link *link;

	if (!inode)
		return NULL;
	if (links->count * 2 >= links->capacity && (links->count >= LINKS_MAX || !grow(links))) {
		if (!links->capacity)
			return NULL;
		link = &links->slots[slot_of(links, device, inode)];
		return link->inode ? link : NULL;
	}
	link = &links->slots[slot_of(links, device, inode)];
	if (!link->inode) {
		link->device = device;
		link->inode = inode;
		links->count++;
	}
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

	for (i = 0; i < links->capacity; i++) {
		if (!links->slots[i].reply)
			continue;
		free((char *)links->slots[i].reply->texts[EMBARGO_SCAN_GROUND]);
		free(links->slots[i].reply);
	}
	free(links->slots);
	*links = (struct embargo_scan_links){0};
}
