// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The signature of an MSI: a stream of its own in a compound file, which is a small
 * file system of sectors in chains (MS-CFB). Only the way to that stream is read.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "policy/identity/base/pe_layout.h"
#include "policy/identity/signature/file_signature.h"

#define HEADER_SIZE 512
#define HEADER_DIFAT 109 /* sectors of the FAT that the header names; further ones are in a chain */
#define ENTRY_SIZE 128
#define ENTRIES_MAX 65536U
#define READS_MAX                                                                                            \
	(1U << 19) /* of parts of sectors: chains may be long, lead to and fro, and bite their tails */
#define SECTOR_LAST 0xfffffffaU /* above: no sector, but a mark */
#define TYPE_STREAM 2

struct compound {
	int fd;
	unsigned int reads;
	unsigned int shift, mini_shift;
	__u8 header[HEADER_SIZE];
	__u32 mini_start;  /* of the stream that small streams are in */
	__u32 difat_index; /* of the sector of the FAT that was asked for last, and its number */
	__u32 difat_sector;
};

/* @size bytes from @at within the sector */
static int sector_read(struct compound *file, __u32 sector, __u32 at, void *to, size_t size)
{
	if (sector >= SECTOR_LAST || ++file->reads > READS_MAX)
		return -EBADMSG;
	return embargo_pe_bytes(file->fd, (((__u64)sector + 1) << file->shift) + at, to, size);
}

/* The sector that holds part @index of the FAT. */
static int fat_sector(struct compound *file, __u32 index, __u32 *ret_sector)
{
	__u32 per_sector = (1U << file->shift) / 4 - 1, sector = embargo_pe_32(file->header + 68), hop;
	__u8 number[4];
	int r;

	if (index < HEADER_DIFAT) {
		*ret_sector = embargo_pe_32(file->header + 76 + 4 * index);
		return 0;
	}
	if (index == file->difat_index) {
		*ret_sector = file->difat_sector;
		return 0;
	}
	for (hop = (index - HEADER_DIFAT) / per_sector; hop; hop--) {
		r = sector_read(file, sector, 4 * per_sector, number, sizeof(number));
		if (r)
			return r;
		sector = embargo_pe_32(number);
	}
	r = sector_read(file, sector, 4 * ((index - HEADER_DIFAT) % per_sector), number, sizeof(number));
	if (r)
		return r;
	file->difat_index = index;
	file->difat_sector = *ret_sector = embargo_pe_32(number);
	return 0;
}

/* What follows @sector in its chain. */
static int sector_next(struct compound *file, __u32 sector, __u32 *ret_next)
{
	__u32 per_sector = (1U << file->shift) / 4, fat = 0;
	__u8 number[4];
	int r = fat_sector(file, sector / per_sector, &fat);

	r = r ?: sector_read(file, fat, 4 * (sector % per_sector), number, sizeof(number));
	if (!r)
		*ret_next = embargo_pe_32(number);
	return r;
}

/* Number @index of the chain from @sector. */
static int chain_at(struct compound *file, __u32 sector, __u32 index, __u32 *ret_sector)
{
	int r = 0;

	for (; index && !r; index--)
		r = sector_next(file, sector, &sector);
	if (!r)
		*ret_sector = sector;
	return r;
}

static int stream_read(struct compound *file, __u32 sector, __u8 *to, size_t size)
{
	size_t part = 1U << file->shift, done, now;
	int r = 0;

	for (done = 0; done < size && !r; done += now) {
		now = size - done < part ? size - done : part;
		r = sector_read(file, sector, 0, to + done, now);
		if (!r && done + now < size)
			r = sector_next(file, sector, &sector);
	}
	return r;
}

/* Small sectors: their FAT is a stream, and they themselves are parts of one. */
static int small_stream_read(struct compound *file, __u32 small, __u8 *to, size_t size)
{
	size_t part = 1U << file->mini_shift, done, now;
	__u32 per_sector = (1U << file->shift) / 4, within = 1U << (file->shift - file->mini_shift), sector;
	__u8 number[4];
	int r = 0;

	for (done = 0; done < size && !r; done += now) {
		now = size - done < part ? size - done : part;
		r = chain_at(file, file->mini_start, small / within, &sector);
		r = r ?: sector_read(file, sector, (small % within) << file->mini_shift, to + done, now);
		r = r ?: chain_at(file, embargo_pe_32(file->header + 60), small / per_sector, &sector);
		r = r ?: sector_read(file, sector, 4 * (small % per_sector), number, sizeof(number));
		if (!r)
			small = embargo_pe_32(number);
	}
	return r;
}

static bool is_signature(const __u8 *entry)
{
	static const char name[] = "\5DigitalSignature"; /* with its NUL */
	size_t i;

	if (entry[66] != TYPE_STREAM || embargo_pe_16(entry + 64) != 2 * sizeof(name))
		return false;
	for (i = 0; i < sizeof(name); i++)
		if (embargo_pe_16(entry + 2 * i) != (__u8)name[i])
			return false;
	return true;
}

/* -ENOENT: there is no signature. */
static int entry_find(struct compound *file, __u8 entry[ENTRY_SIZE])
{
	__u32 sector = embargo_pe_32(file->header + 48), per_sector = (1U << file->shift) / ENTRY_SIZE, i;
	int r;

	for (i = 0; i < ENTRIES_MAX && sector < SECTOR_LAST; i++) {
		r = sector_read(file, sector, i % per_sector * ENTRY_SIZE, entry, ENTRY_SIZE);
		if (r)
			return r;
		if (!i)
			file->mini_start = embargo_pe_32(entry + 116);
		if (is_signature(entry))
			return 0;
		if (i % per_sector == per_sector - 1) {
			r = sector_next(file, sector, &sector);
			if (r)
				return r;
		}
	}
	return -ENOENT;
}

static int signature_read(struct compound *file, struct embargo_identity *identity)
{
	_cleanup_free_ __u8 *der = NULL;
	__u8 entry[ENTRY_SIZE];
	__u32 size, cutoff = embargo_pe_32(file->header + 56);
	int r = entry_find(file, entry);

	if (r)
		return r;
	size = embargo_pe_32(entry + 120);
	if (!size || size > EMBARGO_FILE_SIGNATURE_SIZE_MAX)
		return -EBADMSG;
	der = malloc(size);
	if (!der)
		return -ENOMEM;
	r = size < cutoff ? small_stream_read(file, embargo_pe_32(entry + 116), der, size)
			  : stream_read(file, embargo_pe_32(entry + 116), der, size);
	/* What of the other streams is hashed is not gone into: whether the signature fits is not said. */
	return r
		       ?: embargo_file_signatures_read(identity, EMBARGO_FILE_SIGNATURE_AUTHENTICODE, der,
						       size, NULL);
}

int embargo_compound_read(int fd, struct embargo_identity *identity)
{
	static const __u8 magic[] = {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1};
	struct compound file = {.fd = fd, .difat_index = UINT32_MAX};
	int r;

	if (identity->format != EMBARGO_FORMAT_OTHER || identity->digests.size < HEADER_SIZE ||
	    embargo_pe_bytes(fd, 0, file.header, HEADER_SIZE) || memcmp(file.header, magic, sizeof(magic)))
		return 0;
	file.shift = embargo_pe_16(file.header + 30);
	file.mini_shift = embargo_pe_16(file.header + 32);
	/* The header is as long as a sector. */
	if ((file.shift != 9 && file.shift != 12) || file.mini_shift != 6)
		return embargo_identity_warning(identity, "its header of a compound file cannot be read");
	r = signature_read(&file, identity);
	if (!r || r == -ENOENT || r == -ENOMEM)
		return r == -ENOENT ? 0 : r;
	return embargo_identity_warning(identity, "its compound file cannot be read");
}
