/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a module says of itself: the NUL-separated "key=value" strings of its
 * .modinfo, each asked for in the policy's patterns, and the module rules whose
 * patterns have all matched.
 *
 * Every section of that name is walked, whatever its type and flags: which of
 * several the kernel takes differs between kernels. The bytes are taken for ELF64 in
 * this machine's byte order, as the kernel takes them: it asks neither EI_CLASS nor
 * EI_DATA. A lie does not end the walk, or it would be a way around a ban.
 */
#ifndef EMBARGO_BPF_MODINFO_H
#define EMBARGO_BPF_MODINFO_H

#include "bpf/facts.h"

/* <elf.h> is not for BPF; these are its Elf64_Ehdr and Elf64_Shdr. */
struct embargo_elf_header {
	__u8 ident[16];
	__u16 type, machine;
	__u32 version;
	__u64 entry, program_headers, section_headers;
	__u32 flags;
	__u16 header_size, program_header_size, program_header_count;
	__u16 section_header_size, section_count, names_index;
};

struct embargo_elf_section {
	__u32 name, type;
	__u64 flags, address, offset, size;
	__u32 link, info;
	__u64 alignment, entry_size;
};

_Static_assert(sizeof(struct embargo_elf_header) == 64, "Elf64_Ehdr");
_Static_assert(sizeof(struct embargo_elf_section) == 64, "Elf64_Shdr");

#define EMBARGO_ELF_RELOCATABLE 1

EMBARGO_TABLE char embargo_modinfo_section[] = ".modinfo";

/* The string that just ended was "name=…", and it is the first: keep it for the event. */
EMBARGO_GLOBAL int embargo_modinfo_name(const struct embargo_bytes *bytes, struct embargo_module_state *state,
					__u64 end)
{
	__u32 size;
	char key[5];

	if (!bytes || !state)
		return -1;
	size = state->length - 5;
	if (embargo_bytes_read(bytes, end - state->length, key, sizeof(key)) || key[0] != 'n' ||
	    key[1] != 'a' || key[2] != 'm' || key[3] != 'e' || key[4] != '=')
		return 0;
	if (size > sizeof(state->facts.name) - 1)
		size = sizeof(state->facts.name) - 1;
	return embargo_bytes_read(bytes, end - state->length + 5, state->facts.name, size);
}

static __always_inline void embargo_modinfo_start(struct embargo_module_state *state)
{
	state->exact = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_MODINFO);
	state->prefix = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_MODINFO_PREFIX);
	state->length = 0;
}

static __always_inline int embargo_modinfo_prefix_possible(const struct embargo_image_header *header,
							   __u32 length)
{
	return length < 256 && header->modinfo_lengths[length / 64 & 3] >> length % 64 & 1;
}

/* One byte of .modinfo; the end of the section ends its last string like a NUL. */
EMBARGO_STEP embargo_modinfo_step(__u32 index, void *context)
{
	struct embargo_walk *walk = context;
	struct embargo_module_state *state = walk->state;
	__u32 size = state->size - index, target;
	__u64 hash;
	__u8 byte = 0;

	if (size) {
		if (!(index % EMBARGO_MODINFO_CHUNK)) {
			if (size > EMBARGO_MODINFO_CHUNK)
				size = EMBARGO_MODINFO_CHUNK;
			if (embargo_bytes_read(&walk->bytes, state->section + index, state->chunk, size)) {
				state->failed = 1;
				return 1;
			}
		}
		byte = state->chunk[index % EMBARGO_MODINFO_CHUNK];
	}
	if (byte) {
		state->exact = embargo_fnv_byte(state->exact, byte);
		state->prefix = embargo_fnv_byte(state->prefix, byte);
		state->length++;
		if (!embargo_modinfo_prefix_possible(walk->header, state->length))
			return 0;
		hash = state->prefix;
	} else {
		if (state->length > 5 && !state->facts.name[0])
			embargo_modinfo_name(&walk->bytes, state, state->section + index);
		hash = state->exact;
		embargo_modinfo_start(state);
	}
	target = embargo_find_string(walk->image, &walk->header->strings, hash);
	if (target) {
		target = (target - 1) % EMBARGO_PATTERNS_MAX;
		state->patterns[target / 64] |= 1ULL << target % 64;
	}
	return 0;
}

/* Section number @index: 1 if it is a .modinfo, which is at state->section then; 0: another; -1: it lies. */
EMBARGO_GLOBAL int embargo_section_find(const struct embargo_bytes *bytes, struct embargo_module_state *state,
					__u32 index)
{
	char name[sizeof(embargo_modinfo_section)];
	__u64 place[2]; /* offset and size, one behind the other */
	__u32 name_at, i;
	__u64 header;

	if (!bytes || !state)
		return -1;
	header = state->sections + (__u64)index * sizeof(struct embargo_elf_section);
	if (header + sizeof(struct embargo_elf_section) > bytes->size ||
	    embargo_bytes_read(bytes, header, &name_at, sizeof(name_at)) || name_at >= state->names_size)
		return -1;
	if (state->names_size - name_at < sizeof(name))
		return 0; /* too near the end to be called .modinfo */
	if (embargo_bytes_read(bytes, state->names + name_at, name, sizeof(name)))
		return -1;
	EMBARGO_ROLLED
	for (i = 0; i < sizeof(name); i++)
		if (name[i] != embargo_modinfo_section[i])
			return 0;
	if (embargo_bytes_read(bytes, header + offsetof(struct embargo_elf_section, offset), place,
			       sizeof(place)) ||
	    place[0] > bytes->size || place[1] > bytes->size - place[0] || place[1] > state->left)
		return -1;
	state->section = place[0];
	state->size = place[1];
	state->left -= state->size;
	return 1;
}

EMBARGO_STEP embargo_section_step(__u32 index, void *context)
{
	struct embargo_walk *walk = context;
	struct embargo_module_state *state = walk->state;
	int found = index ? embargo_section_find(&walk->bytes, state, index) : 0; /* number 0 is no section */

	if (found < 0) {
		state->failed = 1;
	} else if (found) {
		state->found = 1;
		embargo_modinfo_start(state);
		embargo_loop(state->size + 1, embargo_modinfo_step, walk);
	}
	return 0;
}

/* Find the section headers and the section that names them. Returns their number, or -1. */
EMBARGO_GLOBAL int embargo_sections_open(const struct embargo_bytes *bytes,
					 struct embargo_module_state *state)
{
	struct embargo_elf_header header;
	struct embargo_elf_section names;

	if (!bytes || !state)
		return -1;
	if (embargo_bytes_read(bytes, 0, &header, sizeof(header)) || header.ident[0] != 0x7f ||
	    header.ident[1] != 'E' || header.ident[2] != 'L' || header.ident[3] != 'F' ||
	    header.type != EMBARGO_ELF_RELOCATABLE || header.section_header_size != sizeof(names) ||
	    header.names_index >= header.section_count)
		return -1;
	/* The product is below 2^22: the sum cannot pass 2^64 without passing the size first. */
	if (header.section_headers > bytes->size ||
	    embargo_bytes_read(bytes, header.section_headers + (__u64)header.names_index * sizeof(names),
			       &names, sizeof(names)) ||
	    names.offset > bytes->size || names.size > bytes->size - names.offset)
		return -1;
	state->sections = header.section_headers;
	state->names = names.offset;
	state->names_size = names.size;
	return header.section_count;
}

/* One record of .modules: its rule counts if all of its patterns have matched. */
EMBARGO_STEP embargo_module_rule_step(__u32 index, void *context)
{
	struct embargo_walk *walk = context;
	struct embargo_module_state *state = walk->state;
	const struct embargo_module_rule *record;
	__u32 page = walk->header->modules.page + index / EMBARGO_MODULES_PER_PAGE;
	__u32 i, pattern;

	record = embargo_image_page(walk->image, page);
	if (!record)
		return 1;
	record += index % EMBARGO_MODULES_PER_PAGE;
	if (!record->rule || !record->patterns || record->patterns > EMBARGO_MODULE_PATTERNS)
		return 0;
	EMBARGO_ROLLED
	for (i = 0; i < EMBARGO_MODULE_PATTERNS; i++) {
		if (i >= record->patterns)
			break;
		pattern = record->pattern[i] % EMBARGO_PATTERNS_MAX;
		if (!(state->patterns[pattern / 64] >> pattern % 64 & 1))
			return 0;
	}
	state->rule = embargo_stronger(state->rule, record->rule);
	return 0;
}

/* Walk .modinfo: patterns, facts.name and state->rule say what it gave. Returns -1 if it is unreadable. */
static __always_inline int embargo_modinfo_walk(struct embargo_walk *walk)
{
	struct embargo_module_state *state = walk->state;
	int count = embargo_sections_open(&walk->bytes, state), i;

	state->failed = 0;
	state->found = 0;
	state->left = EMBARGO_MODINFO_MAX;
	EMBARGO_ROLLED
	for (i = 0; i < EMBARGO_PATTERNS_MAX / 64; i++)
		state->patterns[i] = 0;
	if (count < 0)
		return -1;
	embargo_loop(count, embargo_section_step, walk);
	embargo_loop(walk->header->modules.slots, embargo_module_rule_step, walk);
	return state->failed || !state->found ? -1 : 0;
}

#endif
