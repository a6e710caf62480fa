/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Broken drivers, made out of whole ones of the corpus: signatures that lie, trailers, ELF headers, section
 * headers and .modinfo. Numbered from 0, without gaps, the same each time.
 *
 * Nothing here changes what the kernel would run: section headers of code, symbols and relocations stay as
 * they are. But 6.12 trusts the names of sections and falls over some of these (.unsafe): it must never get
 * to see them.
 */
#ifndef EMBARGO_TESTS_GUEST_DRIVER_BROKEN_H
#define EMBARGO_TESTS_GUEST_DRIVER_BROKEN_H

#include "tests/guest/driver_whole.h"

struct driver_broken {
	char name[64];
	struct driver_bytes bytes;
	bool renamed; /* what it says of its signer, or of itself, is changed, too */
	bool unsafe;
};

/* A family makes case number @n of its own and returns true, or the number of its cases is *@ret_count. */
typedef bool driver_family(const struct driver_whole *whole, unsigned int n, struct driver_broken *broken,
			   unsigned int *ret_count);

/* Each byte of the signature's structure, with values that are other tags, lengths, or no lengths. */
static inline bool driver_signature_bytes(const struct driver_whole *whole, unsigned int n,
					  struct driver_broken *broken, unsigned int *ret_count)
{
	static const unsigned char values[] = {0x00, 0x80, 0xff};
	size_t at = whole->signature + n / 3;

	*ret_count = 3 * (whole->digest - whole->signature);
	if (n >= *ret_count)
		return false;
	broken->bytes = driver_copy(&whole->is_signed, 0);
	broken->bytes.data[at] = values[n % 3];
	broken->renamed = at >= whole->sid && at < whole->sid_end;
	snprintf(broken->name, sizeof(broken->name), "signature-%03zu-%02x", at - whole->signature,
		 values[n % 3]);
	return true;
}

/* Signatures that end early, or go on, in trailers that say so. */
static inline bool driver_signature_cuts(const struct driver_whole *whole, unsigned int n,
					 struct driver_broken *broken, unsigned int *ret_count)
{
	size_t size = n * 11;

	*ret_count = whole->signature_size / 11 + 3;
	if (n >= *ret_count)
		return false;
	broken->bytes = driver_copy(&whole->is_signed, DRIVER_TRAILER + 100);
	broken->bytes.size = whole->signature + size;
	if (size > whole->signature_size)
		memset(broken->bytes.data + whole->signature + whole->signature_size, 0,
		       size - whole->signature_size);
	driver_trailer(&broken->bytes, size);
	snprintf(broken->name, sizeof(broken->name), "signature-cut-%03zu", size);
	broken->renamed = whole->signature + size < whole->sid_end;
	return true;
}

/* Each byte of the trailer changed, and sizes that lie. */
static inline bool driver_trailers(const struct driver_whole *whole, unsigned int n,
				   struct driver_broken *broken, unsigned int *ret_count)
{
	const uint32_t sizes[] = {0,
				  1,
				  whole->signature_size - 1,
				  whole->signature_size + 1,
				  16385,
				  65536,
				  whole->is_signed.size - DRIVER_TRAILER,
				  whole->is_signed.size - DRIVER_TRAILER + 1,
				  whole->is_signed.size,
				  0x7fffffff,
				  0x80000000,
				  0xffffffd8,
				  0xffffffff};
	const unsigned int count = sizeof(sizes) / sizeof(sizes[0]);

	*ret_count = count + DRIVER_TRAILER;
	if (n >= *ret_count)
		return false;
	broken->bytes = driver_copy(&whole->is_signed, 0);
	broken->renamed = true; /* for some of them nobody knows where the signer stands */
	if (n < count) {
		broken->bytes.size -= DRIVER_TRAILER;
		driver_trailer(&broken->bytes, sizes[n]);
		snprintf(broken->name, sizeof(broken->name), "trailer-size-%u", sizes[n]);
	} else {
		broken->bytes.data[broken->bytes.size - DRIVER_TRAILER + n - count] ^= 0x41;
		snprintf(broken->name, sizeof(broken->name), "trailer-byte-%u", n - count);
	}
	return true;
}

/* The first bytes of a driver alone, without a signature, and with one. */
static inline bool driver_heads(const struct driver_whole *whole, unsigned int n,
				struct driver_broken *broken, unsigned int *ret_count)
{
	static const unsigned int sizes[] = {0, 1, 4, 16, 28, 39, 40, 41, 52, 63, 64, 65, 128, 1024};
	const unsigned int count = sizeof(sizes) / sizeof(sizes[0]) + 24, i = n / 2;
	size_t size = i < count - 24 ? sizes[i] : whole->is_told.size - (i - (count - 24)) * 61 - 1;

	*ret_count = 2 * count;
	if (n >= *ret_count)
		return false;
	broken->bytes = driver_copy(&whole->is_told, whole->is_signed.size);
	broken->bytes.size = size;
	if (n & 1)
		driver_append(&broken->bytes, whole->is_signed.data + whole->signature,
			      whole->signature_size + DRIVER_TRAILER);
	snprintf(broken->name, sizeof(broken->name), "head-%zu%s", size, n & 1 ? "-signed" : "");
	return true;
}

/* Each byte of the ELF header. */
static inline bool driver_elf_bytes(const struct driver_whole *whole, unsigned int n,
				    struct driver_broken *broken, unsigned int *ret_count)
{
	*ret_count = 2 * sizeof(Elf64_Ehdr);
	if (n >= *ret_count)
		return false;
	broken->bytes = driver_copy(&whole->is_told, 0);
	broken->bytes.data[n / 2] = n & 1 ? 0xff : 0;
	broken->unsafe = n / 2 >= offsetof(Elf64_Ehdr, e_shoff) && n / 2 < offsetof(Elf64_Ehdr, e_flags) &&
			 broken->bytes.data[n / 2] != whole->is_told.data[n / 2];
	snprintf(broken->name, sizeof(broken->name), "elf-%02u-%02x", n / 2, n & 1 ? 0xff : 0);
	return true;
}

/* Name, offset and size in the section headers of .modinfo and of the names of sections. */
static inline bool driver_sections(const struct driver_whole *whole, unsigned int n,
				   struct driver_broken *broken, unsigned int *ret_count)
{
	static const struct {
		const char *name;
		size_t at, size;
	} fields[] = {
		{"name", offsetof(Elf64_Shdr, sh_name), 4},
		{"offset", offsetof(Elf64_Shdr, sh_offset), 8},
		{"size", offsetof(Elf64_Shdr, sh_size), 8},
	};
	const uint64_t values[] = {0,
				   1,
				   8,
				   whole->is_told.size - 1,
				   whole->is_told.size,
				   whole->is_told.size + 1,
				   0x7fffffff,
				   0xffffffff,
				   0x7fffffffffffffff,
				   0xffffffffffffffff};
	const unsigned int count = sizeof(values) / sizeof(values[0]), field = n / count % 3;

	*ret_count = 2 * 3 * count;
	if (n >= *ret_count)
		return false;
	broken->bytes = driver_copy(&whole->is_told, 0);
	memcpy(broken->bytes.data + (n < 3 * count ? whole->modinfo : whole->names) + fields[field].at,
	       &values[n % count], fields[field].size);
	broken->renamed = n < 3 * count;
	/* What .modinfo is called, and where all names are. */
	broken->unsafe = broken->renamed ? !field : field || values[n % count] > 8;
	snprintf(broken->name, sizeof(broken->name), "section-%s-%s-%llx",
		 n < 3 * count ? "modinfo" : "names", fields[field].name,
		 (unsigned long long)values[n % count]);
	return true;
}

/* The section headers once more, with a second .modinfo behind, or one of another size. */
static inline bool driver_modinfos(const struct driver_whole *whole, unsigned int n,
				   struct driver_broken *broken, unsigned int *ret_count)
{
	static const char second[] = "author=Second Author\0license=GPL\0name=second";
	const size_t sizes[] = {sizeof(second), sizeof(second) - 1, 0, 1, 1 << 20, (1 << 20) + 1, 3 << 20};
	const unsigned int count = sizeof(sizes) / sizeof(sizes[0]);
	Elf64_Shdr section;
	Elf64_Ehdr *header;
	size_t at;

	*ret_count = 2 * count;
	if (n >= *ret_count)
		return false;
	broken->bytes = driver_copy(&whole->is_told, (4 << 20) + (whole->sections + 1) * sizeof(section));
	at = broken->bytes.size = (broken->bytes.size + 7) & ~7UL;
	driver_append(&broken->bytes, second, sizeof(second));
	if (sizes[n % count] > sizeof(second)) {
		memset(broken->bytes.data + broken->bytes.size, 'x', sizes[n % count] - sizeof(second));
		broken->bytes.size = at + sizes[n % count];
	}
	broken->bytes.size = (broken->bytes.size + 16) & ~7UL; /* a NUL behind it: the kernel counts on one */
	header = (void *)broken->bytes.data;
	memcpy(&section, whole->is_told.data + whole->modinfo, sizeof(section));
	section.sh_offset = at;
	section.sh_size = sizes[n % count];
	if (n < count) { /* in the place of the first */
		broken->renamed = true;
		memcpy(broken->bytes.data + whole->modinfo, &section, sizeof(section));
	} else {
		at = broken->bytes.size;
		driver_append(&broken->bytes, whole->is_told.data + header->e_shoff,
			      whole->sections * sizeof(section));
		driver_append(&broken->bytes, &section, sizeof(section));
		header->e_shoff = at;
		header->e_shnum++;
	}
	snprintf(broken->name, sizeof(broken->name), "modinfo-%s-%zu", n < count ? "other" : "second",
		 sizes[n % count]);
	return true;
}

/* Case number @n; false: there are no more. Its bytes are to be freed. */
static inline bool driver_broken_make(const struct driver_whole *whole, unsigned int n,
				      struct driver_broken *broken)
{
	static driver_family *const families[] = {
		driver_signature_bytes, driver_signature_cuts, driver_trailers, driver_heads,
		driver_elf_bytes,	driver_sections,       driver_modinfos};
	unsigned int count;

	*broken = (struct driver_broken){};
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (families[i](whole, n, broken, &count))
			return true;
		n -= count;
	}
	return false;
}

#endif
