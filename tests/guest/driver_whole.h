/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole drivers that are to be broken, and what stands where in them. */
#ifndef EMBARGO_TESTS_GUEST_DRIVER_WHOLE_H
#define EMBARGO_TESTS_GUEST_DRIVER_WHOLE_H

#include <elf.h>

#include "tests/guest/driver.h"

#define DRIVER_TRAILER 40U /* struct module_signature and the marker */

struct driver_whole {
	struct driver_bytes is_signed, is_told; /* rsa.ko; told.ko */
	size_t signature, signature_size;	/* in .is_signed */
	size_t sid, sid_end;			/* issuer and serial, in .is_signed */
	size_t digest;	       /* where the value of the signature begins; nobody reads that */
	size_t modinfo, names; /* section headers in .is_told */
	size_t sections;
};

static inline size_t driver_find(const struct driver_bytes *in, size_t from, const void *what, size_t size)
{
	const unsigned char *at = memmem(in->data + from, in->size - from, what, size);

	ASSERT_NOT_NULL(at);
	return at - in->data;
}

static inline void driver_whole_read(struct driver_whole *whole)
{
	const Elf64_Ehdr *header;
	const unsigned char *size;
	Elf64_Shdr *sections;
	const char *names;

	whole->is_signed = driver_read(driver_path("rsa.ko"));
	size = whole->is_signed.data + whole->is_signed.size - 32;
	whole->signature_size = size[2] << 8 | size[3];
	whole->signature = whole->is_signed.size - DRIVER_TRAILER - whole->signature_size;
	/* The issuer's SEQUENCE is 2 bytes before "31 ..": O=Example, Inc.; the serial number 02 02 41 42
	 * ends it. */
	whole->sid_end = driver_find(&whole->is_signed, whole->signature, "\x02\x02\x41\x42", 4) + 4;
	whole->sid = driver_find(&whole->is_signed, whole->signature, "\x55\x04\x0a", 3) - 10;
	whole->digest = whole->is_signed.size - DRIVER_TRAILER - 256;

	whole->is_told = driver_read(driver_path("told.ko"));
	header = (void *)whole->is_told.data;
	sections = (void *)(whole->is_told.data + header->e_shoff);
	names = (void *)(whole->is_told.data + sections[header->e_shstrndx].sh_offset);
	whole->names = (unsigned char *)&sections[header->e_shstrndx] - whole->is_told.data;
	whole->sections = header->e_shnum;
	for (int i = 0; i < header->e_shnum; i++)
		if (!strcmp(names + sections[i].sh_name, ".modinfo"))
			whole->modinfo = (unsigned char *)&sections[i] - whole->is_told.data;
	ASSERT_NE(0, whole->modinfo);
}

static inline void driver_whole_free(struct driver_whole *whole)
{
	driver_free(&whole->is_signed);
	driver_free(&whole->is_told);
}

/* A copy with room for @more bytes behind it. */
static inline struct driver_bytes driver_copy(const struct driver_bytes *bytes, size_t more)
{
	struct driver_bytes copy = {calloc(1, bytes->size + more + 1), bytes->size};

	ASSERT_NOT_NULL(copy.data);
	memcpy(copy.data, bytes->data, bytes->size);
	return copy;
}

static inline void driver_append(struct driver_bytes *bytes, const void *data, size_t size)
{
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

static inline void driver_trailer(struct driver_bytes *bytes, uint32_t size)
{
	const unsigned char trailer[] = {0, 0, 2, 0, 0, 0, 0, 0, size >> 24, size >> 16, size >> 8, size};

	driver_append(bytes, trailer, sizeof(trailer));
	driver_append(bytes, "~Module signature appended~\n", 28);
}

#endif
