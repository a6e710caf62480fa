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
		return 1;
	}
	probe->slot = slot + 1 == probe->table.slots ? 0 : slot + 1;
	return 0;
}

/*
 * The target of the string whose running hash is @hash (domain byte first), or 0.
 * A pattern's target is its number + 1.
 */
static __always_inline __u32 embargo_find_string(void *image, const struct embargo_section *strings,
						 __u64 hash)
{
	struct embargo_probe probe = {.image = image, .table = *strings, .hash = embargo_fnv_end(hash)};

	if (!strings->slots)
		return 0;
	probe.slot = embargo_string_home(probe.hash, strings->slots);
	embargo_loop(EMBARGO_PROBES_MAX, embargo_string_step, &probe);
	return probe.found;
}

/* The one of two rules that decides: more specific first, then allow, audit, ban. */
static __always_inline embargo_packed_rule embargo_stronger(embargo_packed_rule a, embargo_packed_rule b)
{
	return EMBARGO_PACKED_RANK(b) > EMBARGO_PACKED_RANK(a) ? b : a;
}

/*
 * The search for the rules of a path. One loop does all of it, one thing a step: take a byte of the path, or
 * look at a slot of .strings, or compare a byte of what lies there. Loops inside of loops are what a verifier
 * loses itself in; and as all that a step changes is in memory that it knows nothing of, each step begins
 * like any other.
 */
enum embargo_path_phase {
	EMBARGO_PATH_BYTE,
	EMBARGO_PATH_PROBE,
	EMBARGO_PATH_SPELL,
};

enum embargo_path_stage {
	EMBARGO_PATH_PREFIXES,
	EMBARGO_PATH_DIRECTORY,
	EMBARGO_PATH_WHOLE,
	EMBARGO_PATH_DONE,
};

struct embargo_path_state {
	__u64 prefix;	 /* running hash, of a prefix */
	__u64 whole;	 /* the same, of an interpreter's path */
	__u64 below;	 /* the same, of a directory in which a rule names something */
	__u64 directory; /* .below, up to the last slash */
	__u64 sought;	 /* in .strings */
	__u32 begin;	 /* where the path begins in its room */
	__u32 end;	 /* where its NUL is */
	__u32 at;	 /* the next byte */
	__u32 phase;
	__u32 slot;
	__u32 probes;
	embargo_packed_rule target; /* what is sought stands for */
	__u32 spelled;		    /* the same as bytes: embargo_string_slot.at */
	__u32 compared;		    /* so many of them are the same */
	__u32 trusted;		    /* root has mounted all that the path goes through */
	__u32 stage;		    /* enum embargo_path_stage: what is sought */
	__u32 naming;		    /* is it an interpreter's? */
	__u32 quiet;		    /* 1: no rule is for a part of a name in the directory */
	__u32 done;		    /* 1: to the end */
	embargo_packed_rule rule;   /* the strongest of all prefixes that match; 0: none */
	embargo_packed_rule named;  /* the rule that names the file as an interpreter, 0: none */
};

struct embargo_path_search {
	void *image;
	const char *room; /* EMBARGO_PATH_SIZE bytes, to the verifier */
	struct embargo_path_state *state;
};

#define EMBARGO_PATH_STEPS (1U << 23) /* as many as bpf_loop() makes */

static __always_inline void embargo_path_begin(struct embargo_path_state *state, __u32 begin, __u32 end,
					       int trusted, int naming)
{
	__builtin_memset(state, 0, sizeof(*state));
	state->prefix = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_PATH_PREFIX);
	state->whole = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_INTERPRETER);
	state->below = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_DIRECTORY);
	state->directory = state->below;
	state->begin = begin;
	state->end = end;
	state->at = begin;
	state->trusted = trusted;
	state->naming = naming && trusted;
}

static __always_inline void embargo_path_seek(struct embargo_path_state *state,
					      const struct embargo_image_header *header, __u64 hash)
{
	state->sought = embargo_fnv_end(hash);
	state->slot = embargo_string_home(state->sought, header->strings.slots);
	state->probes = 0;
	if (header->strings.slots)
		state->phase = EMBARGO_PATH_PROBE;
}

/*
 * Is it worth comparing? Who makes mounts of their own gives a file any name they like, so a name that not
 * root has given can ban, and do nothing else.
 */
static __always_inline int embargo_path_counts(const struct embargo_path_state *state,
					       embargo_packed_rule target)
{
	if (state->stage == EMBARGO_PATH_DIRECTORY)
		return 0;
	if (state->stage == EMBARGO_PATH_WHOLE)
		return 1;
	return (state->trusted || EMBARGO_PACKED_ACTION(target) == EMBARGO_ACTION_BAN) &&
	       embargo_stronger(state->rule, target) != state->rule;
}

/* All bytes are taken, and there is more to seek. */
static __always_inline long embargo_path_end(struct embargo_path_state *state,
					     const struct embargo_image_header *header)
{
	switch (state->stage) {
	case EMBARGO_PATH_PREFIXES:
		state->stage = EMBARGO_PATH_DIRECTORY;
		state->quiet = 1;
		embargo_path_seek(state, header, state->directory);
		return 0;
	case EMBARGO_PATH_DIRECTORY:
		state->stage = EMBARGO_PATH_WHOLE;
		if (state->naming)
			embargo_path_seek(state, header, state->whole);
		return 0;
	}
	state->stage = EMBARGO_PATH_DONE;
	state->done = 1;
	return 1;
}

static __always_inline long embargo_path_byte(struct embargo_path_search *search,
					      const struct embargo_image_header *header)
{
	struct embargo_path_state *state = search->state;
	__u32 at = state->at, length;
	__u8 byte;

	if (at >= EMBARGO_PATH_SIZE)
		return 1;
	if (at >= state->end)
		return embargo_path_end(state, header);
	byte = search->room[at];
	state->at = at + 1;
	length = at + 1 - state->begin;
	state->whole = embargo_fnv_byte(state->whole, byte);
	state->prefix = embargo_fnv_byte(state->prefix, byte);
	state->below = embargo_fnv_byte(state->below, byte);
	if (byte == '/')
		state->directory = state->below;
	if (header->path_lengths[length / 64 % 64] >> length % 64 & 1)
		embargo_path_seek(state, header, state->prefix);
	return 0;
}

static __always_inline long embargo_path_probe(struct embargo_path_search *search,
					       const struct embargo_image_header *header)
{
	struct embargo_path_state *state = search->state;
	const struct embargo_string_slot *entry;
	__u32 slot = state->slot;

	entry = embargo_image_page(search->image, header->strings.page + slot / EMBARGO_STRINGS_PER_PAGE);
	if (!entry)
		return 1;
	entry += slot % EMBARGO_STRINGS_PER_PAGE;
	if (!entry->hash || ++state->probes > EMBARGO_PROBES_MAX) {
		state->phase = EMBARGO_PATH_BYTE;
		return 0;
	}
	if (entry->hash != state->sought) {
		state->slot = slot + 1 >= header->strings.slots ? 0 : slot + 1;
		return 0;
	}
	if (state->stage == EMBARGO_PATH_DIRECTORY)
		state->quiet = 0;
	state->target = entry->target;
	state->spelled = entry->at;
	state->compared = 0;
	state->phase = embargo_path_counts(state, entry->target) ? EMBARGO_PATH_SPELL : EMBARGO_PATH_BYTE;
	return 0;
}

/* Hashes can be forged: the bytes decide. */
static __always_inline long embargo_path_spell(struct embargo_path_search *search)
{
	struct embargo_path_state *state = search->state;
	__u32 from = state->begin + state->compared,
	      at = state->spelled % EMBARGO_PAGE_SIZE + state->compared;
	const char *spelling = embargo_image_page(search->image, state->spelled / EMBARGO_PAGE_SIZE);

	EMBARGO_OPAQUE(from);
	EMBARGO_OPAQUE(at);
	if (!spelling || at >= EMBARGO_PAGE_SIZE || from >= EMBARGO_PATH_SIZE)
		return 1;
	if (from >= state->at) {
		state->phase = EMBARGO_PATH_BYTE;
		if (spelling[at])
			return 0;
		if (state->stage == EMBARGO_PATH_WHOLE)
			state->named = state->target;
		else
			state->rule = state->target;
		return 0;
	}
	state->compared++;
	if (spelling[at] != search->room[from])
		state->phase = EMBARGO_PATH_BYTE;
	return 0;
}

EMBARGO_STEP embargo_path_step(__u32 index, void *context)
{
	struct embargo_path_search *search = context;
	const struct embargo_image_header *header = embargo_image_page(search->image, 0);

	(void)index;
	if (!header)
		return 1;
	if (search->state->phase == EMBARGO_PATH_PROBE)
		return embargo_path_probe(search, header);
	if (search->state->phase == EMBARGO_PATH_SPELL)
		return embargo_path_spell(search);
	return embargo_path_byte(search, header);
}

/* Search on from what embargo_path_begin() set. .done: 0 if it was given up. */
static __always_inline void embargo_find_path(void *image, const char *room, struct embargo_path_state *state)
{
	struct embargo_path_search search = {.image = image, .room = room, .state = state};

	embargo_loop(EMBARGO_PATH_STEPS, embargo_path_step, &search);
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
