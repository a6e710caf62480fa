// SPDX-License-Identifier: GPL-2.0-or-later
/* What an ELF file says of itself beside its build-id. Tables through libelf, strings a few bytes at a time.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <gelf.h>
#include <libelf.h>

#include "policy/identity/private.h"

#define STRING_MAX 4096
#define DYNAMIC_MAX (256U << 10) /* bytes of a dynamic section; libc's has 500 */
#define COMMENT_MAX (64U << 10)	 /* bytes of .comment */
#define COMMENTS_MAX 64

static void elf_endp(Elf **elf)
{
	elf_end(*elf);
}

/* The string at @offset, to be freed. -ENOENT: there is none, or it is too long. */
static int string_read(int fd, __u64 offset, char **ret_text)
{
	char buffer[STRING_MAX];
	ssize_t got;

	if (offset > INT64_MAX)
		return -ENOENT;
	got = pread(fd, buffer, sizeof(buffer), offset);
	if (got <= 0 || !memchr(buffer, 0, got))
		return -ENOENT;
	*ret_text = strdup(buffer);
	return *ret_text ? 0 : -ENOMEM;
}

/* The first one counts, as it does for the loader. */
static int string_set(int fd, __u64 offset, char **text)
{
	int r = *text ? 0 : string_read(fd, offset, text);

	return r == -ENOMEM ? r : 0;
}

/* Where in the file the bytes are that will be at @address; -1: nowhere. */
static __u64 offset_of(Elf *elf, size_t segments, __u64 address)
{
	GElf_Phdr segment;
	size_t i;

	for (i = 0; i < segments; i++)
		if (gelf_getphdr(elf, i, &segment) && segment.p_type == PT_LOAD &&
		    address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
			return segment.p_offset + (address - segment.p_vaddr);
	return -1;
}

/* What the loader is told by name; the numbers are offsets into its table of strings. */
struct dynamic {
	__u64 strings, soname, rpath, runpath; /* -1: not there */
};

static void dynamic_scan(Elf *elf, const GElf_Phdr *segment, struct dynamic *ret_dynamic)
{
	__u64 size = segment->p_filesz < DYNAMIC_MAX ? segment->p_filesz : DYNAMIC_MAX;
	size_t entry = gelf_fsize(elf, ELF_T_DYN, 1, EV_CURRENT), i;
	Elf_Data *data;
	GElf_Dyn dyn;

	if (!entry || segment->p_offset > INT64_MAX)
		return;
	data = elf_getdata_rawchunk(elf, segment->p_offset, size - size % entry, ELF_T_DYN);
	for (i = 0; data && i < size / entry && gelf_getdyn(data, i, &dyn) && dyn.d_tag != DT_NULL; i++) {
		if (dyn.d_tag == DT_STRTAB)
			ret_dynamic->strings = dyn.d_un.d_ptr;
		if (dyn.d_tag == DT_SONAME)
			ret_dynamic->soname = dyn.d_un.d_val;
		if (dyn.d_tag == DT_RPATH)
			ret_dynamic->rpath = dyn.d_un.d_val;
		if (dyn.d_tag == DT_RUNPATH)
			ret_dynamic->runpath = dyn.d_un.d_val;
	}
}

static int dynamic_read(int fd, Elf *elf, size_t segments, const GElf_Phdr *segment, struct embargo_elf *ret)
{
	struct dynamic dynamic = {-1, -1, -1, -1};
	__u64 strings;
	int r = 0;

	dynamic_scan(elf, segment, &dynamic);
	strings = offset_of(elf, segments, dynamic.strings);
	if (strings == (__u64)-1)
		return 0;
	if (dynamic.soname != (__u64)-1)
		r = string_set(fd, strings + dynamic.soname, &ret->soname);
	/* Where there is a RUNPATH, RPATH is not used. */
	if (!r && dynamic.runpath != (__u64)-1)
		r = string_set(fd, strings + dynamic.runpath, &ret->rpath);
	if (!r && dynamic.rpath != (__u64)-1)
		r = string_set(fd, strings + dynamic.rpath, &ret->rpath);
	return r;
}

static int segments_read(int fd, Elf *elf, struct embargo_elf *ret)
{
	size_t count, i;
	GElf_Phdr segment;
	int r = 0;

	if (elf_getphdrnum(elf, &count))
		return 0;
	for (i = 0; i < count && !r; i++) {
		if (!gelf_getphdr(elf, i, &segment))
			break;
		if (segment.p_type == PT_INTERP)
			r = string_set(fd, segment.p_offset, &ret->interpreter);
		if (segment.p_type == PT_DYNAMIC)
			return dynamic_read(fd, elf, count, &segment, ret) ?: r;
	}
	return r;
}

/* Each string once, in the file's order. */
static int comments_split(char *bytes, size_t size, struct embargo_elf *ret)
{
	char *at = bytes, *end = bytes + size, *next;
	size_t count = 0, i;

	ret->comments = calloc(COMMENTS_MAX + 1, sizeof(*ret->comments));
	if (!ret->comments)
		return -ENOMEM;
	for (; at < end && count < COMMENTS_MAX; at = next + 1) {
		next = memchr(at, 0, end - at);
		if (!next)
			break;
		for (i = 0; i < count && strcmp(ret->comments[i], at); i++)
			;
		if (*at && i == count && !(ret->comments[count++] = strdup(at)))
			return -ENOMEM;
	}
	return 0;
}

static int comments_read(int fd, Elf *elf, struct embargo_elf *ret)
{
	_cleanup_free_ char *bytes = NULL;
	GElf_Shdr names, header;
	Elf_Scn *section = NULL;
	char name[sizeof(".comment")];
	size_t number;
	ssize_t got;

	if (elf_getshdrstrndx(elf, &number) || !gelf_getshdr(elf_getscn(elf, number), &names))
		return 0;
	while ((section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_PROGBITS ||
		    header.sh_flags & SHF_COMPRESSED || names.sh_offset > INT64_MAX / 2 ||
		    header.sh_offset > INT64_MAX ||
		    pread(fd, name, sizeof(name), names.sh_offset + header.sh_name) != sizeof(name) ||
		    memcmp(name, ".comment", sizeof(name)) != 0)
			continue;
		bytes = malloc(COMMENT_MAX);
		if (!bytes)
			return -ENOMEM;
		got = pread(fd, bytes, header.sh_size < COMMENT_MAX ? header.sh_size : COMMENT_MAX,
			    header.sh_offset);
		return got > 0 ? comments_split(bytes, got, ret) : 0;
	}
	return 0;
}

int embargo_elf_read(int fd, struct embargo_elf **ret_elf)
{
	_cleanup_(embargo_elf_freep) struct embargo_elf *facts = NULL;
	_cleanup_(elf_endp) Elf *elf = NULL;
	GElf_Ehdr header;
	int r;

	if (elf_version(EV_CURRENT) == EV_NONE || !embargo_elf_modest(fd))
		return -EBADMSG;
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
		return -EBADMSG;
	facts = calloc(1, sizeof(*facts));
	if (!facts)
		return -ENOMEM;
	facts->is_64 = gelf_getclass(elf) == ELFCLASS64;
	facts->machine = header.e_machine;
	facts->type = header.e_type;
	r = segments_read(fd, elf, facts);
	if (!r)
		r = comments_read(fd, elf, facts);
	if (!r)
		*ret_elf = TAKE_PTR(facts);
	return r;
}
