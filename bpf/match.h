/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lookups in a policy image (bpf/image.h), the same in the kernel and in
 * `embargo check`. Nothing here knows a hook or a file: sizes, formats, hashes
 * and strings go in, a packed rule or 0 comes out.
 */
#ifndef EMBARGO_BPF_MATCH_H
#define EMBARGO_BPF_MATCH_H

#include "bpf/image.h"

static __always_inline int embargo_filter_has(void *image, const struct embargo_section *filter, __u64 size)
{
	const __u64 *words;
	__u32 bit;
	int i;

	for (i = 0; i < 2; i++) {
		bit = embargo_filter_bit(size, filter->slots, i);
		words = embargo_image_page(image, filter->page + bit / EMBARGO_FILTER_BITS_PER_PAGE);
		if (!words)
			return 1; /* never a silent miss */
		bit %= EMBARGO_FILTER_BITS_PER_PAGE;
		if (!(words[bit / 64] >> bit % 64 & 1))
			return 0;
	}
	return 1;
}

/* Does some hash rule for one of @formats give this size? (Rarely: yes though none does.) */
static __always_inline int embargo_size_listed(void *image, const struct embargo_image_header *header,
					       __u64 size, __u32 formats)
{
	return (header->sized_formats & formats) && header->filter.slots &&
	       embargo_filter_has(image, &header->filter, size);
}

/* Could a hash rule match a file of this size and one of these formats? */
static __always_inline int embargo_hash_possible(void *image, const struct embargo_image_header *header,
						 __u64 size, __u32 formats)
{
	return (header->unsized_formats & formats) || embargo_size_listed(image, header, size, formats);
}

static __always_inline int embargo_sha256_equal(const __u8 *a, const __u8 *b)
{
	__u64 x[4], y[4];

	__builtin_memcpy(x, a, sizeof(x));
	__builtin_memcpy(y, b, sizeof(y));
	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2] && x[3] == y[3];
}

struct embargo_probe {
	void *image;
	struct embargo_section table;
	__u32 slot;
	__u32 found;	    /* packed rule or target, 0: none */
	__u32 at;	    /* of what was found in .strings: embargo_string_slot.at */
	const __u8 *sha256; /* sought in .buckets */
	__u64 hash;	    /* sought in .strings */
};

EMBARGO_STEP embargo_bucket_step(__u32 index, void *context)
{
	struct embargo_probe *probe = context;
	const struct embargo_bucket *bucket;
	__u32 slot = probe->slot, in_page = slot % EMBARGO_BUCKETS_PER_PAGE;

	(void)index;
	bucket = embargo_image_page(probe->image, probe->table.page + slot / EMBARGO_BUCKETS_PER_PAGE);
	EMBARGO_OPAQUE(in_page);
	if (!bucket || in_page >= EMBARGO_BUCKETS_PER_PAGE)
		return 1;
	bucket += in_page;
	if (!bucket->rule)
		return 1;
	if (embargo_sha256_equal(bucket->sha256, probe->sha256)) {
		probe->found = bucket->rule;
		return 1;
	}
	probe->slot = slot + 1 == probe->table.slots ? 0 : slot + 1;
	return 0;
}

/* The rule for a file with this SHA-256, or 0. */
EMBARGO_CALL embargo_packed_rule embargo_find_hash(void *image, const struct embargo_image_header *header,
						   const __u8 sha256[EMBARGO_SHA256_SIZE])
{
	struct embargo_probe probe = {.image = image, .table = header->buckets, .sha256 = sha256};

	if (!header->buckets.slots)
		return 0;
	probe.slot = embargo_bucket_home(sha256, header->seed, probe.table.slots);
	embargo_loop(EMBARGO_PROBES_MAX, embargo_bucket_step, &probe);
	return probe.found;
}

EMBARGO_STEP embargo_string_step(__u32 index, void *context)
{
	struct embargo_probe *probe = context;
	const struct embargo_string_slot *entry;
	__u32 slot = probe->slot;

	(void)index;
	entry = embargo_image_page(probe->image, probe->table.page + slot / EMBARGO_STRINGS_PER_PAGE);
	if (!entry)
		return 1;
	entry += slot % EMBARGO_STRINGS_PER_PAGE;
	if (!entry->hash)
		return 1;
	if (entry->hash == probe->hash) {
		probe->found = entry->target;
		probe->at = entry->at;
		return 1;
	}
	probe->slot = slot + 1 == probe->table.slots ? 0 : slot + 1;
	return 0;
}

/*
 * The target of the string whose running hash is @hash (domain byte first), or 0.
 * A pattern's target is its number + 1. @ret_at: where its bytes are.
 */
static __always_inline __u32 embargo_find_string_at(void *image, const struct embargo_section *strings,
						    __u64 hash, __u32 *ret_at)
{
	struct embargo_probe probe = {.image = image, .table = *strings, .hash = embargo_fnv_end(hash)};

	if (!strings->slots)
		return 0;
	probe.slot = embargo_string_home(probe.hash, strings->slots);
	embargo_loop(EMBARGO_PROBES_MAX, embargo_string_step, &probe);
	*ret_at = probe.at;
	return probe.found;
}

static __always_inline __u32 embargo_find_string(void *image, const struct embargo_section *strings,
						 __u64 hash)
{
	__u32 at;

	return embargo_find_string_at(image, strings, hash, &at);
}

/* The one of two rules that decides: more specific first, then allow, audit, ban. */
static __always_inline embargo_packed_rule embargo_stronger(embargo_packed_rule a, embargo_packed_rule b)
{
	return EMBARGO_PACKED_RANK(b) > EMBARGO_PACKED_RANK(a) ? b : a;
}

/* As types: a global function is told how much memory its pointers mean. */
struct embargo_page_bytes {
	char bytes[EMBARGO_PAGE_SIZE];
};

struct embargo_path_bytes {
	char bytes[EMBARGO_PATH_SIZE];
};

/* The first .length bytes of a path beside the bytes that an image has. */
struct embargo_spelling {
	const struct embargo_page_bytes *page;
	const struct embargo_path_bytes *path;
	__u32 at; /* in .page */
	__u32 length;
	__u32 same; /* so many bytes */
};

EMBARGO_STEP embargo_spelling_step(__u32 index, void *context)
{
	struct embargo_spelling *spelling = context;
	__u32 at = spelling->at + index;

	EMBARGO_OPAQUE(at);
	if (index >= EMBARGO_PATH_SIZE || index >= spelling->length || at >= EMBARGO_PAGE_SIZE ||
	    spelling->page->bytes[at] != spelling->path->bytes[index])
		return 1;
	spelling->same = index + 1;
	return 0;
}

/* Are the first @length bytes of @path, all of them, the string at @at of @page? */
EMBARGO_GLOBAL int embargo_spelled_in(const struct embargo_page_bytes *page, __u32 at,
				      const struct embargo_path_bytes *path, __u32 length)
{
	struct embargo_spelling spelling = {.page = page, .path = path, .length = length};
	__u32 end;

	if (!page || !path)
		return 0;
	spelling.at = at % EMBARGO_PAGE_SIZE;
	embargo_loop(EMBARGO_PATH_SIZE, embargo_spelling_step, &spelling);
	end = spelling.at + length;
	EMBARGO_OPAQUE(end);
	return spelling.same == length && end < EMBARGO_PAGE_SIZE && !page->bytes[end];
}

/* The same of an image. @path has room for EMBARGO_PATH_SIZE bytes, to the verifier. */
static __always_inline int embargo_spelled(void *image, __u32 at, const char *path, __u32 length)
{
	const struct embargo_page_bytes *page = embargo_image_page(image, at / EMBARGO_PAGE_SIZE);

	return page && embargo_spelled_in(page, at, (const struct embargo_path_bytes *)path, length);
}

/* A path on its way through the table of strings, byte by byte. */
struct embargo_path_search {
	void *image;
	const char *path;
	__u64 prefix; /* running hash, of a banned prefix */
	__u64 whole;  /* the same, of an interpreter's path */
	__u32 size;
	__u32 trusted;
	embargo_packed_rule rule;
};

/* What the string with this running hash stands for: embargo_string_slot.at << 32 | target. 0: nothing. */
EMBARGO_CALL __u64 embargo_find_spelled(struct embargo_path_search *search, __u64 hash)
{
	const struct embargo_image_header *header = embargo_image_page(search->image, 0);
	__u32 target, at = 0;

	if (!header)
		return 0;
	target = embargo_find_string_at(search->image, &header->strings, hash, &at);
	return (__u64)at << 32 | target;
}

/*
 * The rule for the first @length bytes. Who makes mounts of their own gives a file any name they like, so a
 * name that not root has given (@trusted: 0) can ban, and do nothing else. The stack is short before 6.7: the
 * frame of the search is gone when the bytes are compared.
 */
static __always_inline embargo_packed_rule embargo_find_prefix(struct embargo_path_search *search,
							       __u32 length)
{
	__u64 found = embargo_find_spelled(search, search->prefix);
	embargo_packed_rule rule = found;

	if (!rule || (!search->trusted && EMBARGO_PACKED_ACTION(rule) != EMBARGO_ACTION_BAN))
		return 0;
	return embargo_spelled(search->image, found >> 32, search->path, length) ? rule : 0;
}

EMBARGO_STEP embargo_path_step(__u32 index, void *context)
{
	struct embargo_path_search *search = context;
	const struct embargo_image_header *header = embargo_image_page(search->image, 0);
	__u32 length = index + 1;
	__u8 byte;

	if (!header || index >= EMBARGO_PATH_SIZE - 1 || length >= search->size)
		return 1;
	byte = search->path[index];
	search->whole = embargo_fnv_byte(search->whole, byte);
	search->prefix = embargo_fnv_byte(search->prefix, byte);
	if (header->path_lengths[length / 64 % 64] >> length % 64 & 1)
		search->rule = embargo_stronger(search->rule, embargo_find_prefix(search, length));
	return 0;
}

/*
 * The rule for the path, strongest of all prefixes that match; 0: none.
 * @trusted: root has mounted all that it goes through.
 * @ret_interpreter: the rule that names the file as an interpreter, 0: none. Only a trusted path does.
 */
EMBARGO_CALL embargo_packed_rule embargo_find_path(void *image, const char *path, __u32 size, __u32 trusted,
						   embargo_packed_rule *ret_interpreter)
{
	struct embargo_path_search search = {
		.image = image,
		.path = path,
		.prefix = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_PATH_PREFIX),
		.whole = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_INTERPRETER),
		.size = size,
		.trusted = trusted,
	};
	__u64 found;

	embargo_loop(EMBARGO_PATH_SIZE, embargo_path_step, &search);
	if (!ret_interpreter || !trusted || !size)
		return search.rule;
	found = embargo_find_spelled(&search, search.whole);
	*ret_interpreter = found && embargo_spelled(image, found >> 32, path, size - 1) ? found : 0;
	return search.rule;
}

/*
 * A path rule beside what kept the content from being asked: where the file lies may refuse it, but must not
 * excuse what nobody could hash. The stricter of the two.
 */
static __always_inline embargo_packed_rule embargo_excused(const struct embargo_image_header *header,
							   embargo_packed_rule by_path, __u32 cause)
{
	return cause && header->on_error[cause % EMBARGO_CAUSE_MAX] < EMBARGO_PACKED_ACTION(by_path)
		       ? 0
		       : by_path;
}

#endif
