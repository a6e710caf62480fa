// SPDX-License-Identifier: GPL-2.0-or-later
/* How the programs have the bytes of a file, to read who signed it: by what the kernel has. */
#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "loader/internal.h"

EMBARGO_CLEANUP(struct btf, btf__free);

const char *embargo_files_way_name(unsigned int way)
{
	static const char *const names[] = {
		[EMBARGO_FILES_UNREAD] = "unread",
		[EMBARGO_FILES_DYNPTR] = "dynptr",
		[EMBARGO_FILES_PAGE_CACHE] = "page-cache",
	};

	return way < sizeof(names) / sizeof(*names) ? names[way] : "unread";
}

static bool has_function(const struct btf *kernel, const char *name)
{
	return kernel && btf__find_by_name_kind(kernel, name, BTF_KIND_FUNC) >= 0;
}

unsigned int embargo_files_way_of(const struct btf *kernel)
{
	if (has_function(kernel, "bpf_dynptr_from_file") && has_function(kernel, "bpf_dynptr_file_discard"))
		return EMBARGO_FILES_DYNPTR;
#ifdef __x86_64__
	/* Elsewhere the page cache is not where ours looks for it. */
	return EMBARGO_FILES_PAGE_CACHE;
#else
	return EMBARGO_FILES_UNREAD;
#endif
}

unsigned int embargo_files_way_live(unsigned int otherwise)
{
	_cleanup_close_ int fd = embargo_pin_open(EMBARGO_LIVE, "embargo_files");
	struct embargo_files files;
	__u32 zero = 0;

	return fd < 0 || bpf_map_lookup_elem(fd, &zero, &files) < 0 ? otherwise : files.way;
}

unsigned int embargo_files_way_here(void)
{
	unsigned int way = embargo_files_way_live(EMBARGO_FILES_PAGE_CACHE + 1);
	_cleanup_(btf__freep) struct btf *kernel = NULL;

	if (way <= EMBARGO_FILES_PAGE_CACHE)
		return way;
	kernel = btf__load_vmlinux_btf();
	return kernel ? embargo_files_way_of(kernel) : EMBARGO_FILES_UNREAD;
}
