// SPDX-License-Identifier: GPL-2.0-or-later
/* What a file is, by its first bytes. */
#include <string.h>

#include <openssl/evp.h>

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

/* The header of a tar says what it sums up to, its own eight bytes taken for blanks: all there is in v7 tar.
 */
static bool is_tar(const unsigned char *start, size_t size)
{
	unsigned int sum = 0, said = 0, i;

	if (size < 512 || !*start)
		return false;
	for (i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : start[i];
	for (i = 148; i < 156 && start[i] == ' ';)
		i++;
	for (; i < 156 && start[i] >= '0' && start[i] <= '7'; i++)
		said = said * 8 + start[i] - '0';
	return sum == said;
}

/* Its magic number is two bytes of either order; a name that ends where the header says is proof enough. */
static bool is_binary_cpio(const unsigned char *start, size_t size)
{
	static const size_t header = 26;
	size_t name;

	if (size < header || !(BEGINS("\xc7\x71") || BEGINS("\x71\xc7")))
		return false;
	name = *start == 0xc7 ? start[20] | start[21] << 8 : start[20] << 8 | start[21];
	return name > 1 && header + name <= size && strnlen((const char *)start + header, name) == name - 1;
}

bool embargo_content_is_archive(const unsigned char *start, size_t size)
{
	static const size_t volume = 32769; /* of an iso image: in its first volume descriptor */

	return is_tar(start, size) || is_binary_cpio(start, size) ||
	       (size >= 512 && !memcmp(start + 257, "ustar", 5)) || BEGINS("070701") || BEGINS("070702") ||
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

#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

/* Is it a line of base64, and a long one? */
static bool is_base64(const unsigned char *line, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (!line[i] || !strchr(BASE64, line[i]))
			return false;
	return size >= 60;
}

#define DECODED 1536 /* bytes of text that are decoded to see what they were: a header of tar, and more */

/*
 * Nothing but base64, in one line or in many, of a program or of what holds files: a certificate, a key or
 * somebody's notes decode to neither.
 */
static bool is_base64_file(const unsigned char *start, size_t size)
{
	unsigned char text[DECODED], bytes[DECODED];
	size_t i, used = 0;
	int length;

	for (i = 0; i < size && used < sizeof(text); i++) {
		if (start[i] == '\n' || start[i] == '\r')
			continue;
		if (!start[i] || !strchr(BASE64, start[i]))
			return false;
		text[used++] = start[i];
	}
	length = used < 64 ? -1 : EVP_DecodeBlock(bytes, text, used & ~3UL);
	return length > 0 && embargo_content_of(bytes, length) != EMBARGO_CONTENT_OTHER;
}

/* Somewhere in it, as in `echo TEXT | base64 -d`: so much that it is no word. */
static bool has_base64(const unsigned char *line, size_t size)
{
	size_t i, begin = 0;

	for (i = 0; i < size; i++)
		if (!line[i] || !strchr(BASE64, line[i]))
			begin = i + 1;
		else if (i - begin >= 512)
			return true;
	return false;
}

/* "begin 644 NAME", as uuencode writes it, and "begin-base64 644 NAME" */
static bool is_uuencoded(const unsigned char *line, size_t size)
{
	static const char *const words[] = {"begin ", "begin-base64 ", NULL};
	size_t length, digits;
	int i;

	for (i = 0; words[i]; i++) {
		length = strlen(words[i]);
		if (size < length || memcmp(line, words[i], length))
			continue;
		for (digits = 0;
		     length + digits < size && line[length + digits] >= '0' && line[length + digits] <= '7';)
			digits++;
		if ((digits == 3 || digits == 4) && length + digits < size && line[length + digits] == ' ')
			return true;
	}
	return false;
}

/* LZMA without a container has no magic: its usual properties, and a size that is unknown or below 1 TiB. */
static bool is_lzma(const unsigned char *start, size_t size)
{
	static const unsigned char unknown[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	return size > 13 && start[0] == 0x5d && !start[1] && !start[2] && !start[13] &&
	       !(start[3] & (start[3] - 1)) && (start[3] || start[4]) && !(start[4] & (start[4] - 1)) &&
	       (!memcmp(start + 5, unknown, 8) || (!start[10] && !start[11] && !start[12]));
}

/* A script that decodes, with enough behind it that something could be decoded: some lines, or one long one.
 */
static bool is_text_archive(const unsigned char *start, size_t size)
{
	static const char *const words[] = {
		"base64 -d",   "base64 --decode", "base64 -D", "openssl base64 -d",
		"openssl enc", "uudecode",	  NULL};
	const unsigned char *line = start, *end = start + size, *next;
	unsigned int lines = 0;
	int i;

	for (i = 0; words[i] && !memmem(start, size, words[i], strlen(words[i]));)
		i++;
	for (; words[i] && line < end && lines < 8; line = next + 1) {
		next = memchr(line, '\n', end - line);
		next = next ?: end;
		lines = is_uuencoded(line, next - line) || has_base64(line, next - line) ? 8
			: is_base64(line, next - line)					 ? lines + 1
											 : 0;
	}
	return lines >= 8;
}

const char *embargo_content_closed(const unsigned char *start, size_t size)
{
	if (BEGINS("hsqs") || BEGINS("sqsh"))
		return "a squashfs image or snap";
	if (embargo_format_of(start, size) == EMBARGO_FORMAT_ELF && size >= 11 &&
	    !memcmp(start + 8, "AI", 2) && (start[10] == 1 || start[10] == 2))
		return "an AppImage";
	if (embargo_format_of(start, size) == EMBARGO_FORMAT_SCRIPT && is_text_archive(start, size))
		return "a script with an archive in base64";
	if (is_uuencoded(start, size))
		return "a file in text by uuencode";
	if (is_base64_file(start, size))
		return "a file in text by base64";
	if (is_lzma(start, size))
		return "a file compressed by lzma, without a container";
	return NULL;
}

bool embargo_content_ends_zip(const unsigned char *end, size_t size)
{
	return size >= EMBARGO_CONTENT_ZIP_END && !memcmp(end + size - EMBARGO_CONTENT_ZIP_END, "PK\5\6", 4);
}
