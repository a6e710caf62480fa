// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policy databases, for reading. Whoever made the file, nothing in it leads out of it:
 * sections are checked here, offsets and numbers where they are used.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "policy/image/policydb.h"

void embargo_policydb_close(struct embargo_policydb *policydb)
{
	if (!policydb)
		return;
	if (policydb->state && policydb->state->mapped)
		munmap(policydb->state->mapped, policydb->state->size);
	free(policydb->state);
	free(policydb);
}

static bool section_is_inside(const struct embargo_image_header *header,
			      const struct embargo_section *section, __u64 per_page)
{
	__u64 pages = (section->slots + per_page - 1) / per_page;

	return !section->slots || (section->page && section->page + pages <= header->pages);
}

static bool image_is_sound(const struct embargo_image_header *header, __u64 size)
{
	return header->magic == EMBARGO_IMAGE_MAGIC && header->version == EMBARGO_ABI_VERSION &&
	       header->pages && (__u64)header->pages * EMBARGO_PAGE_SIZE == size &&
	       !(header->filter.slots & (header->filter.slots - 1)) &&
	       section_is_inside(header, &header->filter, EMBARGO_FILTER_BITS_PER_PAGE) &&
	       section_is_inside(header, &header->buckets, EMBARGO_BUCKETS_PER_PAGE) &&
	       section_is_inside(header, &header->strings, EMBARGO_STRINGS_PER_PAGE) &&
	       section_is_inside(header, &header->modules, EMBARGO_MODULES_PER_PAGE) &&
	       section_is_inside(header, &header->spellings, EMBARGO_PAGE_SIZE);
}

/* The whole of a file or of somebody's memory, while it is evaluated. */
struct candidate {
	const char *data;
	size_t size;
	bool mapped;
	bool kept; /* it may be of an older version */
};

static bool is_older(const struct embargo_image_header *header)
{
	return header->version != EMBARGO_ABI_VERSION && EMBARGO_ABI_IS_KEPT(header->version);
}

static bool part_is_sound(const struct candidate *candidate, const struct embargo_policydb_section *part,
			  size_t record, __u64 most)
{
	return part->at % 8 == 0 && part->at <= candidate->size && part->size <= candidate->size - part->at &&
	       part->size % record == 0 && part->size / record <= most &&
	       embargo_policydb_checksum(candidate->data + part->at, part->size, candidate->mapped) ==
		       part->checksum;
}

/* Offset 0 is "", and no string goes on behind the end. */
static bool pool_is_sound(const char *strings, __u64 size)
{
	return size && !strings[0] && !strings[size - 1];
}

static bool policydb_is_sound(const struct candidate *candidate, const struct embargo_policydb_header *header)
{
	const struct embargo_policydb_section *parts = header->parts;

	return header->magic == EMBARGO_POLICYDB_MAGIC && header->version == EMBARGO_POLICYDB_VERSION &&
	       header->file_size == candidate->size &&
	       header->checksum == embargo_policydb_header_checksum(header) &&
	       parts[EMBARGO_POLICYDB_IMAGE].at == 0 &&
	       part_is_sound(candidate, &parts[EMBARGO_POLICYDB_IMAGE], EMBARGO_PAGE_SIZE, UINT32_MAX) &&
	       part_is_sound(candidate, &parts[EMBARGO_POLICYDB_RULES], sizeof(struct embargo_rule),
			     EMBARGO_RULES_MAX) &&
	       part_is_sound(candidate, &parts[EMBARGO_POLICYDB_FILES], sizeof(struct embargo_file),
			     EMBARGO_FILES_MAX) &&
	       part_is_sound(candidate, &parts[EMBARGO_POLICYDB_RESOLVED], sizeof(struct embargo_resolved),
			     EMBARGO_RULES_MAX) &&
	       part_is_sound(candidate, &parts[EMBARGO_POLICYDB_STRINGS], 1, UINT32_MAX) &&
	       pool_is_sound(candidate->data + parts[EMBARGO_POLICYDB_STRINGS].at,
			     parts[EMBARGO_POLICYDB_STRINGS].size);
}

static void fill_set(struct embargo_ruleset *set, const char *data,
		     const struct embargo_policydb_section *parts)
{
	set->rules = (const void *)(data + parts[EMBARGO_POLICYDB_RULES].at);
	set->rule_count = parts[EMBARGO_POLICYDB_RULES].size / sizeof(*set->rules);
	set->files = (const void *)(data + parts[EMBARGO_POLICYDB_FILES].at);
	set->file_count = parts[EMBARGO_POLICYDB_FILES].size / sizeof(*set->files);
	set->resolved = (const void *)(data + parts[EMBARGO_POLICYDB_RESOLVED].at);
	set->resolved_count = parts[EMBARGO_POLICYDB_RESOLVED].size / sizeof(*set->resolved);
	set->strings = data + parts[EMBARGO_POLICYDB_STRINGS].at;
	set->pool_size = parts[EMBARGO_POLICYDB_STRINGS].size;
}

static int policydb_new(const struct candidate *candidate, struct embargo_policydb **ret_policydb)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;
	const struct embargo_image_header *image = (const void *)candidate->data;
	const struct embargo_policydb_header *header;
	__u64 image_size;

	if (candidate->size < EMBARGO_PAGE_SIZE || image->magic != EMBARGO_IMAGE_MAGIC)
		return -EBADMSG;
	image_size = (__u64)image->pages * EMBARGO_PAGE_SIZE;
	if (image_size > candidate->size || candidate->size - image_size < sizeof(*header))
		return -EBADMSG;
	header = (const void *)(candidate->data + image_size);
	if (header->parts[EMBARGO_POLICYDB_IMAGE].size != image_size ||
	    !policydb_is_sound(candidate, header) ||
	    !(candidate->kept && is_older(image) ? image->pages : image_is_sound(image, image_size)))
		return -EBADMSG;
	policydb = calloc(1, sizeof(*policydb));
	if (!policydb)
		return -ENOMEM;
	policydb->state = calloc(1, sizeof(*policydb->state));
	if (!policydb->state)
		return -ENOMEM;
	fill_set(&policydb->set, candidate->data, header->parts);
	policydb->set.remarkless = image->version < EMBARGO_ABI_REMARKS;
	if (image->version == EMBARGO_ABI_VERSION) {
		policydb->image = candidate->data;
		policydb->image_pages = image->pages;
	}
	policydb->generation = image->generation;
	policydb->max_hash_size = image->max_hash_size;
	policydb->on_error = image->on_error;
	*ret_policydb = TAKE_PTR(policydb);
	return 0;
}

int embargo_policydb_from_memory(const void *data, size_t size, struct embargo_policydb **ret_policydb)
{
	const struct candidate candidate = {.data = data, .size = size};

	return policydb_new(&candidate, ret_policydb);
}

int embargo_policydb_kept_from_memory(const void *data, size_t size, struct embargo_policydb **ret_policydb)
{
	const struct candidate candidate = {.data = data, .size = size, .kept = true};

	return policydb_new(&candidate, ret_policydb);
}

/* A policy database is written under another name and moved in place, so it never shrinks below the mapping.
 */
static int policydb_open(const char *path, bool kept, struct embargo_policydb **ret_policydb)
{
	struct candidate candidate = {.mapped = true, .kept = kept};
	struct embargo_policydb *policydb;
	_cleanup_close_ int fd = -1;
	struct stat st;
	void *mapped;
	int r;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size < (off_t)EMBARGO_PAGE_SIZE)
		return -EBADMSG;
	mapped = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (mapped == MAP_FAILED)
		return -errno;
	candidate.data = mapped;
	candidate.size = st.st_size;
	r = policydb_new(&candidate, &policydb);
	if (r < 0) {
		munmap(mapped, st.st_size);
		return r;
	}
	policydb->state->mapped = mapped;
	policydb->state->size = st.st_size;
	*ret_policydb = policydb;
	return 0;
}

int embargo_policydb_open(const char *path, struct embargo_policydb **ret_policydb)
{
	return policydb_open(path, false, ret_policydb);
}

int embargo_policydb_open_kept(const char *path, struct embargo_policydb **ret_policydb)
{
	return policydb_open(path, true, ret_policydb);
}

const struct embargo_rule *embargo_policydb_rule(const struct embargo_policydb *policydb, __u32 number)
{
	return number < policydb->set.rule_count ? &policydb->set.rules[number] : NULL;
}
