// SPDX-License-Identifier: GPL-2.0-or-later
/* What a file is, by its first bytes. */
#include <string.h>

#include "bpf/module.h"
#include "policy/identity/base/content.h"

__u32 embargo_format_of(const void *start, size_t size)
{
	if (size >= 4 && !memcmp(start,
				 "\x7f"
				 "ELF",
				 4))
		return EMBARGO_FORMAT_ELF;
	if (size >= 2 && !memcmp(start, "MZ", 2))
		return EMBARGO_FORMAT_PE;
	if (size >= 2 && !memcmp(start, "#!", 2))
		return EMBARGO_FORMAT_SCRIPT;
	return EMBARGO_FORMAT_OTHER;
}

int embargo_relocatable(const void *start, size_t size)
{
	const struct embargo_elf_header *header = start;
	__u16 type;

	if (size < sizeof(*header) || embargo_format_of(start, size) != EMBARGO_FORMAT_ELF)
		return 0;
	memcpy(&type, &header->type, sizeof(type));
	return type == EMBARGO_ELF_RELOCATABLE;
}

static bool begins(const unsigned char *start, size_t size, const char *magic, size_t magic_size)
{
	return size >= magic_size && !memcmp(start, magic, magic_size);
}

#define BEGINS(magic) begins(start, size, magic, sizeof(magic) - 1)

static bool is_folded(const unsigned char *start, size_t size)
{
	return BEGINS("\x1f\x8b\x08") ||
	       BEGINS("\xfd"
		      "7zXZ\0") ||
	       BEGINS("\x28\xb5\x2f\xfd") || BEGINS("\x04\x22\x4d\x18") ||
	       (BEGINS("BZh") && size >= 10 && !memcmp(start + 4, "1AY&SY", 6));
}

static enum embargo_content elf_content(const unsigned char *start, size_t size)
{
	unsigned int type;

	if (size < 18)
		return EMBARGO_CONTENT_ELF;
	type = start[5] == 2 ? start[16] << 8 | start[17] : start[17] << 8 | start[16];
	return type == 1 ? EMBARGO_CONTENT_OBJECT : EMBARGO_CONTENT_ELF; /* ET_REL */
}

bool embargo_content_is_archive(const unsigned char *start, size_t size)
{
	static const size_t volume = 32769; /* of an iso image: in its first volume descriptor */

	return (size >= 512 && !memcmp(start + 257, "ustar", 5)) || BEGINS("070701") || BEGINS("070702") ||
	       BEGINS("070707") || BEGINS("!<arch>\n") || BEGINS("MSCF\0\0\0\0") ||
	       (size >= volume + 5 && !memcmp(start + volume, "CD001", 5));
}

enum embargo_content embargo_content_of(const unsigned char *start, size_t size)
{
	switch (embargo_format_of(start, size)) {
	case EMBARGO_FORMAT_ELF:
		return elf_content(start, size);
	case EMBARGO_FORMAT_PE:
		return EMBARGO_CONTENT_PE;
	case EMBARGO_FORMAT_SCRIPT:
		return EMBARGO_CONTENT_SCRIPT;
	}
	if (BEGINS("!<arch>\ndebian"))
		return EMBARGO_CONTENT_DEB;
	if (BEGINS("\xed\xab\xee\xdb"))
		return EMBARGO_CONTENT_RPM;
	if (BEGINS("PK\3\4") || BEGINS("PK\5\6"))
		return EMBARGO_CONTENT_ZIP;
	if (embargo_content_is_archive(start, size))
		return EMBARGO_CONTENT_ARCHIVE;
	if (BEGINS("7z\xbc\xaf\x27\x1c"))
		return EMBARGO_CONTENT_SEEKING;
	return is_folded(start, size) ? EMBARGO_CONTENT_FOLDED : EMBARGO_CONTENT_OTHER;
}

size_t embargo_content_after_script(const unsigned char *start, size_t size)
{
	const unsigned char *line = start, *end = start + size;

	while ((line = memchr(line, '\n', end - line)) && ++line < end)
		if (embargo_content_of(line, end - line) >= EMBARGO_CONTENT_DEB)
			return line - start;
	return 0;
}
