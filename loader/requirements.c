// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the BPF programs inside this binary ask of a kernel; see requirements.h. Names of releases say
 * nothing: distributions carry features back, and build others without them.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/internal.h"
#include "loader/requirements.h"
#include "policy/cleanup.h"

EMBARGO_CLEANUP(Elf, elf_end);

#define HELPER_NAME(name, ...) [BPF_FUNC_##name] = #name

static const char *const helper_names[] = {__BPF_FUNC_MAPPER(HELPER_NAME)};

#define HELPERS (sizeof(helper_names) / sizeof(*helper_names))

/* The programs need one of the two, whichever the kernel has. */
static const char *const stand_ins[][2] = {{"file_post_open", "file_open"}};

/* The programs do without: kernels before 6.8 have one hook for both. The rest are not hooks but what is
 * there beside another program on a hook. */
static const char *const optional[] = {"file_ioctl_compat", "program_signer_dynptr", "program_signer_cache"};

static bool is_optional(const char *hook)
{
	for (size_t i = 0; i < sizeof(optional) / sizeof(*optional); i++)
		if (!strcmp(hook, optional[i]))
			return true;
	return false;
}

static void lack(struct embargo_lack *lack, const char *prefix, const char *name)
{
	size_t used = strlen(lack->names);

	lack->missing++;
	snprintf(lack->names + used, sizeof(lack->names) - used, " %s%s", prefix, name);
}

static bool has_hook(const struct btf *kernel, const char *hook)
{
	char name[128];

	snprintf(name, sizeof(name), "bpf_lsm_%s", hook);
	return btf__find_by_name_kind(kernel, name, BTF_KIND_FUNC) >= 0;
}

static bool has_stand_in(const struct btf *kernel, const char *hook)
{
	for (size_t i = 0; i < sizeof(stand_ins) / sizeof(*stand_ins); i++)
		for (size_t j = 0; j < 2; j++)
			if (!strcmp(hook, stand_ins[i][j]) && has_hook(kernel, stand_ins[i][1 - j]))
				return true;
	return false;
}

/* What only program_signer_dynptr calls is named so, for it lies among functions that others share. */
#define OF_DYNPTR "embargo_dynptr_"

/* Where the code of the symbol is in section number @section. False: not there, or not of that program. */
static bool is_of_dynptr(Elf *elf, Elf_Data *symbols, size_t names, int at, size_t section, GElf_Sym *ret)
{
	const char *name;

	if (!gelf_getsym(symbols, at, ret) || ret->st_shndx != section ||
	    GELF_ST_TYPE(ret->st_info) != STT_FUNC)
		return false;
	name = elf_strptr(elf, names, ret->st_name);
	return name && !strncmp(name, OF_DYNPTR, strlen(OF_DYNPTR));
}

/* A copy of @code, of section number @section, with zeros for what a program calls that may be absent. */
static void *code_without_dynptr(Elf *elf, size_t section, const Elf_Data *code)
{
	unsigned char *copy = malloc(code->d_size ?: 1);
	Elf_Scn *table = NULL;
	GElf_Shdr header;
	GElf_Sym symbol;

	if (!copy)
		return NULL;
	memcpy(copy, code->d_buf, code->d_size);
	while ((table = elf_nextscn(elf, table))) {
		Elf_Data *symbols;

		if (!gelf_getshdr(table, &header) || header.sh_type != SHT_SYMTAB || !header.sh_entsize)
			continue;
		symbols = elf_getdata(table, NULL);
		for (size_t i = 0; symbols && i < header.sh_size / header.sh_entsize; i++)
			if (is_of_dynptr(elf, symbols, header.sh_link, i, section, &symbol) &&
			    symbol.st_value <= code->d_size &&
			    symbol.st_size <= code->d_size - symbol.st_value)
				memset(copy + symbol.st_value, 0, symbol.st_size);
	}
	return copy;
}

/* Calls @see with each section of code: a program, or functions that programs share. */
static int each_code(void (*see)(const char *section, const Elf_Data *code, void *context), void *context)
{
	_cleanup_(elf_endp) Elf *elf = NULL;
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	const void *bytes;
	size_t size, names;

	bytes = embargo_programs_elf(&size);
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOTSUP;
	elf = elf_memory((char *)bytes, size);
	if (!elf || elf_getshdrstrndx(elf, &names) < 0)
		return -EBADMSG;
	while ((section = elf_nextscn(elf, section))) {
		_cleanup_free_ void *copy = NULL;
		const Elf_Data *code;
		const char *name;
		Elf_Data needed;

		if (!gelf_getshdr(section, &header))
			return -EBADMSG;
		if (!(header.sh_flags & SHF_EXECINSTR))
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		code = elf_rawdata(section, NULL);
		if (!name || !code)
			return -EBADMSG;
		copy = code_without_dynptr(elf, elf_ndxscn(section), code);
		if (!copy)
			return -ENOMEM;
		needed = *code;
		needed.d_buf = copy;
		see(name, &needed, context);
	}
	return 0;
}

struct hooks {
	const struct btf *kernel;
	struct embargo_lack lack;
};

static void see_hook(const char *section, const Elf_Data *code, void *context)
{
	const char *hook = strchr(section, '/');
	struct hooks *hooks = context;

	(void)code;
	if (strncmp(section, "lsm", 3) || !hook++ || is_optional(hook))
		return;
	hooks->lack.asked++;
	if (!has_hook(hooks->kernel, hook) && !has_stand_in(hooks->kernel, hook))
		lack(&hooks->lack, "", hook);
}

int embargo_hooks_lacking(const struct btf *kernel, struct embargo_lack *ret_lack)
{
	struct hooks hooks = {.kernel = kernel};
	int r = each_code(see_hook, &hooks);

	if (!r)
		*ret_lack = hooks.lack;
	return r;
}

static void count_hook(const char *section, const Elf_Data *code, void *context)
{
	const char *hook = strchr(section, '/');
	unsigned int *count = context;

	(void)code;
	*count += !strncmp(section, "lsm", 3) && hook && !is_optional(hook + 1);
}

bool embargo_link_optional(const char *name)
{
	return !strncmp(name, "embargo_", 8) && is_optional(name + 8);
}

unsigned int embargo_links_expected(bool interpreters)
{
	unsigned int count = 0;

	if (each_code(count_hook, &count))
		return 0;
	/* Of two that stand in for each other one is attached, and only for interpreters. */
	for (size_t i = 0; i < sizeof(stand_ins) / sizeof(*stand_ins); i++)
		count -= interpreters ? 1 : 2;
	return count;
}

static void see_helpers(const char *section, const Elf_Data *code, void *context)
{
	const struct bpf_insn *instructions = code->d_buf;
	bool *called = context;

	(void)section;
	for (size_t i = 0; i < code->d_size / sizeof(*instructions); i++)
		if (instructions[i].code == (BPF_JMP | BPF_CALL) && !instructions[i].src_reg &&
		    instructions[i].imm > 0 && (size_t)instructions[i].imm < HELPERS)
			called[instructions[i].imm] = true;
}

/* enum bpf_func_id of the kernel: its numbers are fixed, and a backport brings its own along. */
static int kernel_helpers(const struct btf *kernel, bool *has)
{
	int id = btf__find_by_name_kind(kernel, "bpf_func_id", BTF_KIND_ENUM);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(kernel, id);
	const struct btf_enum *value;

	if (!type)
		return -ENODATA;
	value = btf_enum(type);
	for (int i = 0; i < btf_vlen(type); i++, value++) {
		const char *name = btf__name_by_offset(kernel, value->name_off);

		if (value->val >= 0 && (size_t)value->val < HELPERS && name && strncmp(name, "__", 2))
			has[value->val] = true;
	}
	return 0;
}

int embargo_helpers_lacking(const struct btf *kernel, struct embargo_lack *ret_lack)
{
	bool called[HELPERS] = {}, has[HELPERS] = {};
	struct embargo_lack result = {0};
	int r = each_code(see_helpers, called) ?: kernel_helpers(kernel, has);

	if (r)
		return r;
	for (size_t i = HELPERS; i-- > 0;) {
		result.asked += called[i];
		if (called[i] && !has[i])
			lack(&result, "bpf_", helper_names[i]);
	}
	*ret_lack = result;
	return 0;
}
