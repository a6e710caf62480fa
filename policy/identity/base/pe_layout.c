// SPDX-License-Identifier: GPL-2.0-or-later
/* The headers of a PE: DOS, COFF, optional header, data directories, sections. */
#include <errno.h>
#include <string.h>

#include "policy/identity/base/pe_layout.h"
#include "policy/cleanup.h"

#define COFF_SIZE 24 /* with its "PE\0\0" */
#define OPTIONAL_MAX 240
#define SECTION_SIZE 40

#define DIRECTORY_RESOURCES 2
#define DIRECTORY_SECURITY 4

__u16 embargo_pe_16(const void *bytes)
{
	const __u8 *b = bytes;

	return b[0] | b[1] << 8;
}

__u32 embargo_pe_32(const void *bytes)
{
	const __u8 *b = bytes;

	return b[0] | b[1] << 8 | b[2] << 16 | (__u32)b[3] << 24;
}

int embargo_pe_bytes(int fd, __u64 at, void *to, size_t size)
{
	size_t done = 0;
	ssize_t got;

	while (done < size) {
		got = pread(fd, (char *)to + done, size - done, at + done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			return -EBADMSG;
		done += got;
	}
	return 0;
}

void embargo_pe_layout_clear(struct embargo_pe_layout *layout)
{
	free(layout->sections);
	layout->sections = NULL;
}

static int sections_read(int fd, __u64 at, size_t count, struct embargo_pe_layout *layout)
{
	__u8 header[SECTION_SIZE];
	size_t i;
	int r = 0;

	if (count > EMBARGO_PE_SECTIONS_MAX)
		count = EMBARGO_PE_SECTIONS_MAX;
	layout->sections = calloc(count ?: 1, sizeof(*layout->sections));
	if (!layout->sections)
		return -ENOMEM;
	for (i = 0; i < count && !r; i++) {
		r = embargo_pe_bytes(fd, at + i * SECTION_SIZE, header, sizeof(header));
		if (r)
			break;
		layout->sections[layout->section_count++] = (struct embargo_pe_section){
			.virtual_size = embargo_pe_32(header + 8),
			.virtual_at = embargo_pe_32(header + 12),
			.file_size = embargo_pe_32(header + 16),
			.file_at = embargo_pe_32(header + 20),
		};
	}
	return r;
}

/* Entry @number of the data directories, if the header has so many. */
static const __u8 *directory(const __u8 *optional, size_t size, bool is_64, unsigned int number)
{
	size_t start = is_64 ? 112 : 96, at = start + number * 8;

	if (size < at + 8 || embargo_pe_32(optional + start - 4) <= number)
		return NULL;
	return optional + at;
}

static int optional_read(const __u8 *optional, size_t size, __u64 at, struct embargo_pe_layout *layout)
{
	__u16 magic = size >= 2 ? embargo_pe_16(optional) : 0;
	const __u8 *entry;

	if ((magic != 0x10b && magic != 0x20b) || size < 68)
		return -EBADMSG;
	layout->is_64 = magic == 0x20b;
	layout->checksum_at = at + 64;
	entry = directory(optional, size, layout->is_64, DIRECTORY_SECURITY);
	if (entry) {
		layout->security_at = at + (entry - optional);
		layout->table_at = embargo_pe_32(entry);
		layout->table_size = embargo_pe_32(entry + 4);
	}
	entry = directory(optional, size, layout->is_64, DIRECTORY_RESOURCES);
	if (entry)
		layout->resources_at = embargo_pe_32(entry);
	return 0;
}

int embargo_pe_layout_read(int fd, __u64 size, struct embargo_pe_layout *ret_layout)
{
	_cleanup_(embargo_pe_layout_clear) struct embargo_pe_layout layout = {.size = size};
	__u8 dos[64], coff[COFF_SIZE], optional[OPTIONAL_MAX];
	size_t optional_size, got;
	__u64 at;
	int r;

	if (size < sizeof(dos) || embargo_pe_bytes(fd, 0, dos, sizeof(dos)) || memcmp(dos, "MZ", 2))
		return -ENOENT;
	at = embargo_pe_32(dos + 60);
	if (at > size || size - at < COFF_SIZE || embargo_pe_bytes(fd, at, coff, sizeof(coff)) ||
	    memcmp(coff, "PE\0\0", 4))
		return -ENOENT;
	layout.machine = embargo_pe_16(coff + 4);
	optional_size = embargo_pe_16(coff + 20);
	got = optional_size < OPTIONAL_MAX ? optional_size : OPTIONAL_MAX;
	at += COFF_SIZE;
	r = embargo_pe_bytes(fd, at, optional, got);
	r = r ?: optional_read(optional, got, at, &layout);
	r = r ?: sections_read(fd, at + optional_size, embargo_pe_16(coff + 6), &layout);
	if (r)
		return r;
	*ret_layout = layout;
	layout.sections = NULL;
	return 0;
}
