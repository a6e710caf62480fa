// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The version resource of a PE: a directory of three levels (type, name,
 * language) leads to it, and nested blocks with 16-bit text are in it.
 */
#include <errno.h>
#include <string.h>

#include "policy/identity/private.h"

#define TYPE_VERSION 16
#define ENTRIES_MAX 4096U /* of one directory */
#define VERSION_MAX (64U << 10)
#define TEXT_MAX 4096U /* bytes of a value in UTF-8 */
#define FIXED_SIZE 52
#define FIXED_SIGNATURE 0xfeef04bdU
#define DEEPEST 3 /* VS_VERSION_INFO, StringFileInfo, StringTable, String */

/* Where in the file is what is at @address in memory? 0: nowhere */
static __u64 file_offset(const struct embargo_pe_layout *layout, __u32 address)
{
	const struct embargo_pe_section *section;
	size_t i;

	for (i = 0; i < layout->section_count; i++) {
		section = &layout->sections[i];
		if (address >= section->virtual_at && address - section->virtual_at < section->file_size)
			return (__u64)section->file_at + (address - section->virtual_at);
	}
	return 0;
}

/*
 * In the directory at @directory of the resources at @base: what the entry of
 * number @wanted (0: the first) leads to, its high bit said by @leaf.
 */
static int entry_find(int fd, __u64 base, __u32 directory, __u32 wanted, bool leaf, __u32 *ret_at)
{
	__u8 bytes[16];
	__u32 count, i;
	int r = embargo_pe_bytes(fd, base + directory, bytes, sizeof(bytes));

	if (r)
		return r;
	count = embargo_pe_16(bytes + 12) + embargo_pe_16(bytes + 14);
	for (i = 0; i < count && i < ENTRIES_MAX; i++) {
		r = embargo_pe_bytes(fd, base + directory + 16 + i * 8ULL, bytes, 8);
		if (r)
			return r;
		if (wanted && embargo_pe_32(bytes) != wanted)
			continue;
		if (!(embargo_pe_32(bytes + 4) >> 31) != leaf)
			return -EBADMSG;
		*ret_at = embargo_pe_32(bytes + 4) & 0x7fffffff;
		return 0;
	}
	return -ENOENT;
}

static int resource_read(int fd, const struct embargo_pe_layout *layout, __u8 **ret_bytes, size_t *ret_size)
{
	_cleanup_free_ __u8 *bytes = NULL;
	__u64 base = layout->resources_at ? file_offset(layout, layout->resources_at) : 0, at;
	__u32 directory, leaf;
	__u8 entry[16];
	size_t size;
	int r;

	if (!base)
		return -ENOENT;
	r = entry_find(fd, base, 0, TYPE_VERSION, false, &directory);
	r = r ?: entry_find(fd, base, directory, 0, false, &directory);
	r = r ?: entry_find(fd, base, directory, 0, true, &leaf);
	r = r ?: embargo_pe_bytes(fd, base + leaf, entry, sizeof(entry));
	if (r)
		return r;
	at = file_offset(layout, embargo_pe_32(entry));
	size = embargo_pe_32(entry + 4);
	if (!at || !size)
		return -EBADMSG;
	if (size > VERSION_MAX)
		size = VERSION_MAX;
	bytes = malloc(size);
	if (!bytes)
		return -ENOMEM;
	r = embargo_pe_bytes(fd, at, bytes, size);
	if (r)
		return r;
	*ret_bytes = TAKE_PTR(bytes);
	*ret_size = size;
	return 0;
}

/* A character in UTF-8; what is half of one too, in the bytes that it would have. */
static size_t character_put(char *to, __u32 c)
{
	if (c < 0x80) {
		to[0] = c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = 0xc0 | c >> 6;
		to[1] = 0x80 | (c & 0x3f);
		return 2;
	}
	if (c < 0x10000) {
		to[0] = 0xe0 | c >> 12;
		to[1] = 0x80 | (c >> 6 & 0x3f);
		to[2] = 0x80 | (c & 0x3f);
		return 3;
	}
	to[0] = 0xf0 | c >> 18;
	to[1] = 0x80 | (c >> 12 & 0x3f);
	to[2] = 0x80 | (c >> 6 & 0x3f);
	to[3] = 0x80 | (c & 0x3f);
	return 4;
}

/* Up to a NUL, or the end. */
static char *text_read(const __u8 *bytes, size_t size)
{
	char text[TEXT_MAX + 4];
	size_t used = 0, i;
	__u32 c, low;

	for (i = 0; i + 2 <= size && used + 4 <= TEXT_MAX; i += 2) {
		c = embargo_pe_16(bytes + i);
		if (!c)
			break;
		low = i + 4 <= size ? embargo_pe_16(bytes + i + 2) : 0;
		if (c >> 10 == 0x36 && low >> 10 == 0x37) {
			c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
			i += 2;
		}
		used += character_put(text + used, c);
	}
	return strndup(text, used);
}

static bool key_is(const __u8 *key, size_t size, const char *name)
{
	size_t i, length = strlen(name);

	if (size < 2 * (length + 1))
		return false;
	for (i = 0; i <= length; i++)
		if (embargo_pe_16(key + 2 * i) != (__u8)name[i])
			return false;
	return true;
}

/* The first language that gives a value. */
static int string_read(const __u8 *key, size_t key_size, const __u8 *value, size_t size,
		       struct embargo_pe *pe)
{
	const struct {
		const char *name;
		char **field;
	} fields[] = {
		{"CompanyName", &pe->company_name},
		{"ProductName", &pe->product_name},
		{"OriginalFilename", &pe->original_filename},
		{"FileVersion", &pe->file_version},
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!key_is(key, key_size, fields[i].name) || *fields[i].field || size < 2 ||
		    !embargo_pe_16(value))
			continue;
		*fields[i].field = text_read(value, size);
		return *fields[i].field ? 0 : -ENOMEM;
	}
	return 0;
}

static size_t aligned(size_t at)
{
	return (at + 3) & ~(size_t)3;
}

/*
 * The blocks from @at to @end, each: length, length of its value, type, key, value,
 * blocks. The lengths of values are counted in two ways by those who write them,
 * so a text goes on to its NUL.
 */
static int blocks_read(const __u8 *bytes, size_t at, size_t end, int depth, struct embargo_pe *pe)
{
	size_t length, key, value, value_size;
	int r = 0;

	for (at = aligned(at); end > at && end - at >= 6 && !r; at = aligned(at + length)) {
		length = embargo_pe_16(bytes + at);
		value_size = embargo_pe_16(bytes + at + 2);
		if (!length) /* padding */
			break;
		if (length < 6 || length > end - at)
			return -EBADMSG;
		key = at + 6;
		for (value = key; value + 2 <= at + length && embargo_pe_16(bytes + value); value += 2)
			;
		value = aligned(value + 2);
		if (value > at + length)
			value = at + length;
		if (depth == DEEPEST)
			r = string_read(bytes + key, at + length - key, bytes + value, at + length - value,
					pe);
		else if (depth != 1 || key_is(bytes + key, at + length - key, "StringFileInfo"))
			r = blocks_read(bytes, value + (depth ? 0 : value_size), at + length, depth + 1, pe);
	}
	return r;
}

/* Where no text gives the version of the file, its numbers do. */
static int fixed_read(const __u8 *bytes, size_t size, struct embargo_pe *pe)
{
	size_t at = 40; /* behind "VS_VERSION_INFO" */

	if (pe->file_version || size < at + FIXED_SIZE || embargo_pe_32(bytes + at) != FIXED_SIGNATURE)
		return 0;
	if (asprintf(&pe->file_version, "%u.%u.%u.%u", embargo_pe_16(bytes + at + 10),
		     embargo_pe_16(bytes + at + 8), embargo_pe_16(bytes + at + 14),
		     embargo_pe_16(bytes + at + 12)) < 0) {
		pe->file_version = NULL;
		return -ENOMEM;
	}
	return 0;
}

int embargo_pe_version_read(int fd, const struct embargo_pe_layout *layout, struct embargo_pe *pe)
{
	_cleanup_free_ __u8 *bytes = NULL;
	size_t size;
	int r = resource_read(fd, layout, &bytes, &size), fixed;

	if (r)
		return r;
	r = blocks_read(bytes, 0, size, 0, pe);
	fixed = fixed_read(bytes, size, pe);
	return r ?: fixed;
}
