// SPDX-License-Identifier: GPL-2.0-or-later
/* The build-id of an ELF file, through libelf. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <gelf.h>
#include <libelf.h>

#include "policy/identity/private.h"

#define NOTES_MAX (1U << 20) /* bytes of notes that are looked through */

static void elf_endp(Elf **elf)
{
	elf_end(*elf);
}

int embargo_elf_modest(int fd)
{
	union {
		Elf32_Ehdr narrow;
		Elf64_Ehdr wide;
	} header = {};

	if (pread(fd, &header, sizeof(header), 0) < (ssize_t)sizeof(header.narrow))
		return 0;
	if (header.wide.e_ident[EI_CLASS] == ELFCLASS64)
		return (header.wide.e_shnum || !header.wide.e_shoff) && header.wide.e_phnum != PN_XNUM;
	return (header.narrow.e_shnum || !header.narrow.e_shoff) && header.narrow.e_phnum != PN_XNUM;
}

static int notes_search(Elf_Data *notes, char **ret_build_id)
{
	size_t at = 0, next, name, description;
	GElf_Nhdr note;

	while (notes && (next = gelf_getnote(notes, at, &note, &name, &description)) > 0) {
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof("GNU") && note.n_descsz &&
		    !memcmp((char *)notes->d_buf + name, "GNU", sizeof("GNU"))) {
			*ret_build_id = embargo_hex((char *)notes->d_buf + description, note.n_descsz);
			return *ret_build_id ? 0 : -ENOMEM;
		}
		at = next;
	}
	return -ENOENT;
}

static int segments_search(Elf *elf, char **ret_build_id)
{
	size_t count, i;
	GElf_Phdr segment;
	int r = -ENOENT;

	if (elf_getphdrnum(elf, &count))
		return -ENOENT;
	for (i = 0; i < count && r == -ENOENT; i++)
		if (gelf_getphdr(elf, i, &segment) && segment.p_type == PT_NOTE &&
		    segment.p_filesz <= NOTES_MAX)
			r = notes_search(
				elf_getdata_rawchunk(elf, segment.p_offset, segment.p_filesz,
						     segment.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR),
				ret_build_id);
	return r;
}

/* Modules have no segments. */
static int sections_search(Elf *elf, char **ret_build_id)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	int r = -ENOENT;

	while (r == -ENOENT && (section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_NOTE &&
		    header.sh_size <= NOTES_MAX)
			r = notes_search(elf_getdata(section, NULL), ret_build_id);
	return r;
}

int embargo_build_id_read(int fd, char **ret_build_id)
{
	_cleanup_(elf_endp) Elf *elf = NULL;
	int r;

	if (elf_version(EV_CURRENT) == EV_NONE || !embargo_elf_modest(fd))
		return -EBADMSG;
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF)
		return -EBADMSG;
	r = segments_search(elf, ret_build_id);
	return r == -ENOENT ? sections_search(elf, ret_build_id) : r;
}
