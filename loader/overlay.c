// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How overlayfs is laid out in memory: read from its own types, as libbpf does for the programs, but by data
 * and at any time. Overlayfs is a module in most kernels, and the first container may come long after the
 * programs: then its file says it. Whoever loads another module than that is believed at the next load of a
 * policy.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "loader/internal.h"

EMBARGO_CLEANUP(struct btf, btf__free);

/* Offset in bytes of a field of the structure, also of one in an unnamed part of it; EMBARGO_OVERLAY_ABSENT.
 */
static uint32_t field(const struct btf *btf, int type, const char *name, int *ret_type)
{
	const struct btf_type *structure = btf__type_by_id(btf, type);
	const struct btf_member *member;
	uint32_t inner;

	if (!structure || !btf_is_composite(structure))
		return EMBARGO_OVERLAY_ABSENT;
	member = btf_members(structure);
	for (int i = 0; i < btf_vlen(structure); i++, member++) {
		const char *its = btf__name_by_offset(btf, member->name_off);
		uint32_t at = btf_member_bit_offset(structure, i) / 8;

		if (its && !strcmp(its, name)) {
			if (ret_type)
				*ret_type = member->type;
			return at;
		}
		if (its && *its)
			continue;
		inner = field(btf, member->type, name, ret_type);
		if (inner != EMBARGO_OVERLAY_ABSENT)
			return at + inner;
	}
	return EMBARGO_OVERLAY_ABSENT;
}

/* The number of a name in some enum, or @otherwise. */
static uint32_t number(const struct btf *btf, const char *name, uint32_t otherwise)
{
	for (unsigned int id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const struct btf_enum *value = btf_is_enum(type) ? btf_enum(type) : NULL;

		for (int i = 0; value && i < btf_vlen(type); i++, value++)
			if (!strcmp(btf__name_by_offset(btf, value->name_off), name))
				return value->val;
	}
	return otherwise;
}

int (*embargo_module_open)(const char *name);

/* The types of the module: from the kernel, or else from its @file. */
static struct btf *module_types(struct btf *kernel, int file)
{
	char path[64];

	if (file < 0)
		return btf__load_module_btf("overlay", kernel);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return btf__parse_elf_split(path, kernel);
}

/*
 * False: overlayfs is not as any kernel had it that this knows. @file: of the module; -1: it is loaded, or
 * built in.
 */
static bool layout_read(struct btf *kernel, int file, struct embargo_overlay *ret_layout)
{
	struct embargo_overlay layout = {.known =
						 file < 0 ? EMBARGO_OVERLAY_LOADED : EMBARGO_OVERLAY_ON_DISK};
	_cleanup_(btf__freep) struct btf *module = NULL;
	struct btf *btf = kernel;
	int inode, entry, path, stack = 0;

	inode = btf__find_by_name_kind(kernel, "ovl_inode", BTF_KIND_STRUCT); /* built in */
	if (inode < 0) {
		btf = module = module_types(kernel, file);
		inode = module ? btf__find_by_name_kind(module, "ovl_inode", BTF_KIND_STRUCT) : -ENOENT;
	}
	if (inode < 0)
		return false;
	entry = btf__find_by_name_kind(btf, "ovl_entry", BTF_KIND_STRUCT);
	path = btf__find_by_name_kind(btf, "ovl_path", BTF_KIND_STRUCT);
	layout.vfs_inode = field(btf, inode, "vfs_inode", NULL);
	layout.flags = field(btf, inode, "flags", NULL);
	layout.upper = field(btf, inode, "__upperdentry", NULL);
	layout.upper_data = number(btf, "OVL_UPPERDATA", EMBARGO_OVERLAY_ABSENT);
	layout.entry = field(btf, inode, "oe", NULL);
	layout.lower_data = field(btf, inode, "lowerdata", NULL);
	layout.lower = field(btf, inode, "lowerpath", NULL);
	layout.stack_dentry = field(btf, path, "dentry", NULL);
	layout.stack_size = path < 0 ? 0 : btf__resolve_size(btf, path);
	layout.count = field(btf, entry, "__numlower", NULL);
	layout.stack = field(btf, entry, "__lowerstack", &stack);
	if (layout.lower != EMBARGO_OVERLAY_ABSENT)
		layout.lower += layout.stack_dentry;
	/* Before 0af950f57fef (6.5) one layer, and the inode of a metacopy's data; then a stack of layers. */
	if (layout.vfs_inode == EMBARGO_OVERLAY_ABSENT || layout.flags == EMBARGO_OVERLAY_ABSENT ||
	    layout.upper == EMBARGO_OVERLAY_ABSENT || layout.upper_data == EMBARGO_OVERLAY_ABSENT ||
	    layout.stack_dentry == EMBARGO_OVERLAY_ABSENT)
		return false;
	if (layout.entry == EMBARGO_OVERLAY_ABSENT) {
		if (layout.lower == EMBARGO_OVERLAY_ABSENT || layout.lower_data == EMBARGO_OVERLAY_ABSENT)
			return false;
	} else if (layout.count == EMBARGO_OVERLAY_ABSENT || layout.stack == EMBARGO_OVERLAY_ABSENT ||
		   !layout.stack_size) {
		return false;
	}
	*ret_layout = layout;
	return true;
}

static bool is_loaded(void)
{
	return access("/sys/module/overlay", F_OK) == 0;
}

void embargo_overlay_learn(int map, struct btf *kernel)
{
	_cleanup_(btf__freep) struct btf *own = NULL;
	struct embargo_overlay layout = {0};
	_cleanup_close_ int file = -1;
	__u32 zero = 0;

	if (!is_loaded()) {
		file = embargo_module_open ? embargo_module_open("overlay") : -1;
		if (file < 0)
			return;
	}
	if (!kernel)
		kernel = own = btf__load_vmlinux_btf();
	if (kernel && layout_read(kernel, file, &layout))
		bpf_map_update_elem(map, &zero, &layout, BPF_ANY);
}

void embargo_overlay_look(void)
{
	_cleanup_close_ int map = embargo_pin_open(EMBARGO_LIVE, "embargo_overlay");
	struct embargo_overlay layout;
	__u32 zero = 0;

	/* What a sealed host learnt from the module's file stays. */
	if (map < 0 || embargo_seal_holds() || bpf_map_lookup_elem(map, &zero, &layout) < 0)
		return;
	if (!layout.known || (layout.known == EMBARGO_OVERLAY_ON_DISK && is_loaded()))
		embargo_overlay_learn(map, NULL);
}
