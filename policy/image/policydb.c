// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Books, for reading. Whoever made the file, nothing in it leads out of it:
 * sections are checked here, offsets and numbers where they are used.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "policy/image/policydb.h"

void embargo_book_close(struct embargo_book *book)
{
	if (!book)
		return;
	if (book->state && book->state->mapped)
		munmap(book->state->mapped, book->state->size);
	free(book->state);
	free(book);
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
	       section_is_inside(header, &header->modules, EMBARGO_MODULES_PER_PAGE);
}

/* The whole of a file or of somebody's memory, while it is judged. */
struct candidate {
	const char *data;
	size_t size;
	bool mapped;
};

static bool part_is_sound(const struct candidate *candidate, const struct embargo_book_section *part,
			  size_t record, __u64 most)
{
	return part->at % 8 == 0 && part->at <= candidate->size && part->size <= candidate->size - part->at &&
	       part->size % record == 0 && part->size / record <= most &&
	       embargo_book_checksum(candidate->data + part->at, part->size, candidate->mapped) ==
		       part->checksum;
}

/* Offset 0 is "", and no string goes on behind the end. */
static bool pool_is_sound(const char *pool, __u64 size)
{
	return size && !pool[0] && !pool[size - 1];
}

static bool book_is_sound(const struct candidate *candidate, const struct embargo_book_header *header)
{
	const struct embargo_book_section *parts = header->parts;

	return header->magic == EMBARGO_BOOK_MAGIC && header->version == EMBARGO_BOOK_VERSION &&
	       header->file_size == candidate->size &&
	       header->checksum == embargo_book_header_checksum(header) &&
	       parts[EMBARGO_BOOK_IMAGE].at == 0 &&
	       part_is_sound(candidate, &parts[EMBARGO_BOOK_IMAGE], EMBARGO_PAGE_SIZE, UINT32_MAX) &&
	       part_is_sound(candidate, &parts[EMBARGO_BOOK_RULES], sizeof(struct embargo_rule),
			     EMBARGO_RULES_MAX) &&
	       part_is_sound(candidate, &parts[EMBARGO_BOOK_FILES], sizeof(struct embargo_file),
			     EMBARGO_FILES_MAX) &&
	       part_is_sound(candidate, &parts[EMBARGO_BOOK_RESOLVED], sizeof(struct embargo_resolved),
			     EMBARGO_RULES_MAX) &&
	       part_is_sound(candidate, &parts[EMBARGO_BOOK_POOL], 1, UINT32_MAX) &&
	       pool_is_sound(candidate->data + parts[EMBARGO_BOOK_POOL].at, parts[EMBARGO_BOOK_POOL].size);
}

static void fill_set(struct embargo_ruleset *set, const char *data, const struct embargo_book_section *parts)
{
	set->rules = (const void *)(data + parts[EMBARGO_BOOK_RULES].at);
	set->rule_count = parts[EMBARGO_BOOK_RULES].size / sizeof(*set->rules);
	set->files = (const void *)(data + parts[EMBARGO_BOOK_FILES].at);
	set->file_count = parts[EMBARGO_BOOK_FILES].size / sizeof(*set->files);
	set->resolved = (const void *)(data + parts[EMBARGO_BOOK_RESOLVED].at);
	set->resolved_count = parts[EMBARGO_BOOK_RESOLVED].size / sizeof(*set->resolved);
	set->pool = data + parts[EMBARGO_BOOK_POOL].at;
	set->pool_size = parts[EMBARGO_BOOK_POOL].size;
}

static int book_new(const struct candidate *candidate, struct embargo_book **ret_book)
{
	_cleanup_(embargo_book_closep) struct embargo_book *book = NULL;
	const struct embargo_image_header *image = (const void *)candidate->data;
	const struct embargo_book_header *header;
	__u64 image_size;

	if (candidate->size < EMBARGO_PAGE_SIZE || image->magic != EMBARGO_IMAGE_MAGIC)
		return -EBADMSG;
	image_size = (__u64)image->pages * EMBARGO_PAGE_SIZE;
	if (image_size > candidate->size || candidate->size - image_size < sizeof(*header))
		return -EBADMSG;
	header = (const void *)(candidate->data + image_size);
	if (header->parts[EMBARGO_BOOK_IMAGE].size != image_size || !book_is_sound(candidate, header) ||
	    !image_is_sound(image, image_size))
		return -EBADMSG;
	book = calloc(1, sizeof(*book));
	if (!book)
		return -ENOMEM;
	book->state = calloc(1, sizeof(*book->state));
	if (!book->state)
		return -ENOMEM;
	fill_set(&book->set, candidate->data, header->parts);
	book->image = candidate->data;
	book->image_pages = image->pages;
	book->generation = image->generation;
	*ret_book = TAKE_PTR(book);
	return 0;
}

int embargo_book_from_memory(const void *data, size_t size, struct embargo_book **ret_book)
{
	const struct candidate candidate = {.data = data, .size = size};

	return book_new(&candidate, ret_book);
}

/* A book is written under another name and moved in place, so it never shrinks below the mapping. */
int embargo_book_open(const char *path, struct embargo_book **ret_book)
{
	struct candidate candidate = {.mapped = true};
	struct embargo_book *book;
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
	r = book_new(&candidate, &book);
	if (r < 0) {
		munmap(mapped, st.st_size);
		return r;
	}
	book->state->mapped = mapped;
	book->state->size = st.st_size;
	*ret_book = book;
	return 0;
}

const struct embargo_rule *embargo_book_rule(const struct embargo_book *book, __u32 number)
{
	return number < book->set.rule_count ? &book->set.rules[number] : NULL;
}
