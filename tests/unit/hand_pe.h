/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small PE made by hand, with a version resource, that osslsigncode signs. Include tests/harness.h first.
 *
 *	0x000 headers	0x200 .text	0x400 .rsrc	0x800 the end, where signatures go
 */
#ifndef EMBARGO_TESTS_UNIT_HAND_PE_H
#define EMBARGO_TESTS_UNIT_HAND_PE_H

#define HAND_PE_SIZE 0x800
#define HAND_PE_CHECKSUM (0x40 + 24 + 64)
#define HAND_PE_SECURITY (0x40 + 24 + 112 + 4 * 8)
#define HAND_PE_RESOURCES 0x400
#define HAND_PE_VERSION (HAND_PE_RESOURCES + 0x60)

struct hand_pe {
	unsigned char bytes[HAND_PE_SIZE];
};

static inline void hand_16(unsigned char *to, unsigned int value)
{
	to[0] = value;
	to[1] = value >> 8;
}

static inline void hand_32(unsigned char *to, unsigned int value)
{
	hand_16(to, value);
	hand_16(to + 2, value >> 16);
}

static inline size_t hand_text(unsigned char *to, const char *text)
{
	size_t i;

	for (i = 0; text[i]; i++)
		hand_16(to + 2 * i, (unsigned char)text[i]);
	hand_16(to + 2 * i, 0);
	return 2 * i + 2;
}

/* A block of the version resource at @at, empty yet; returns where its value or its blocks begin. */
static inline size_t hand_block(unsigned char *bytes, size_t at, const char *key)
{
	return (at + 6 + hand_text(bytes + at + 6, key) + 3) & ~(size_t)3;
}

static inline size_t hand_string(unsigned char *bytes, size_t at, const char *key, const char *value)
{
	size_t from = hand_block(bytes, at, key), end = from + hand_text(bytes + from, value);

	hand_16(bytes + at, end - at);
	hand_16(bytes + at + 2, strlen(value) + 1);
	hand_16(bytes + at + 4, 1);
	return (end + 3) & ~(size_t)3;
}

/* Without strings if @company is NULL. Returns the size. */
static inline size_t hand_version(unsigned char *bytes, const char *company)
{
	size_t fixed = hand_block(bytes, 0, "VS_VERSION_INFO"), at = fixed + 52, info, table;

	hand_16(bytes + 2, 52);
	hand_32(bytes + fixed, 0xfeef04bd);
	hand_32(bytes + fixed + 8, 1 << 16 | 2);
	hand_32(bytes + fixed + 12, 3 << 16 | 4);
	if (company) {
		info = hand_block(bytes, at, "StringFileInfo");
		table = hand_block(bytes, info, "040904b0");
		table = hand_string(bytes, table, "CompanyName", company);
		table = hand_string(bytes, table, "ProductName", "Example Agent");
		table = hand_string(bytes, table, "OriginalFilename", "agent.exe");
		hand_16(bytes + info, table - info);
		hand_16(bytes + at, table - at);
		at = table;
	}
	hand_16(bytes, at);
	return at;
}

/* A directory of resources with one entry. */
static inline void hand_directory(unsigned char *at, unsigned int id, unsigned int to)
{
	hand_16(at + 14, 1);
	hand_32(at + 16, id);
	hand_32(at + 20, to);
}

static inline void hand_section(unsigned char *at, const char *name, unsigned int memory, unsigned int file,
				unsigned int size, unsigned int flags)
{
	memcpy(at, name, strlen(name));
	hand_32(at + 8, size);
	hand_32(at + 12, memory);
	hand_32(at + 16, size);
	hand_32(at + 20, file);
	hand_32(at + 36, flags);
}

static inline void hand_pe(struct hand_pe *pe, const char *company)
{
	unsigned char *b = pe->bytes, *coff = b + 0x40, *optional = coff + 24, *sections = optional + 240;
	size_t size;

	memset(pe, 0, sizeof(*pe));
	memcpy(b, "MZ", 2);
	hand_32(b + 0x3c, 0x40);
	memcpy(coff, "PE\0\0", 4);
	hand_16(coff + 4, 0x8664);
	hand_16(coff + 6, 2);
	hand_16(coff + 20, 240);
	hand_16(coff + 22, 0x22);
	hand_16(optional, 0x20b);
	hand_32(optional + 4, 0x200);	  /* of code */
	hand_32(optional + 16, 0x1000);	  /* entry */
	hand_32(optional + 20, 0x1000);	  /* code */
	hand_32(optional + 24, 0x400000); /* image base */
	hand_32(optional + 32, 0x1000);	  /* alignment in memory */
	hand_32(optional + 36, 0x200);	  /* in the file */
	hand_16(optional + 48, 6);	  /* subsystem version */
	hand_32(optional + 56, 0x3000);	  /* size in memory */
	hand_32(optional + 60, 0x200);	  /* of headers */
	hand_16(optional + 68, 3);	  /* console */
	hand_32(optional + 108, 16);	  /* directories */
	hand_32(optional + 112 + 16, 0x2000);
	hand_32(optional + 112 + 20, 0x400);
	hand_section(sections, ".text", 0x1000, 0x200, 0x200, 0x60000020);
	hand_section(sections + 40, ".rsrc", 0x2000, 0x400, 0x400, 0x40000040);
	b[0x200] = 0xc3; /* ret */
	hand_directory(b + HAND_PE_RESOURCES, 16, 0x80000018);
	hand_directory(b + HAND_PE_RESOURCES + 0x18, 1, 0x80000030);
	hand_directory(b + HAND_PE_RESOURCES + 0x30, 0x409, 0x48);
	size = hand_version(b + HAND_PE_VERSION, company);
	hand_32(b + HAND_PE_RESOURCES + 0x48, 0x2000 + 0x60);
	hand_32(b + HAND_PE_RESOURCES + 0x4c, size);
}

#endif
