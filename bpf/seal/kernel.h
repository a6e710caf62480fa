/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel types that only sealing touches; see bpf/kernel.h. */
#ifndef EMBARGO_BPF_SEAL_KERNEL_H
#define EMBARGO_BPF_SEAL_KERNEL_H

#include "bpf/kernel.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct bpf_map {
	struct bpf_map *inner_map_meta;
	enum bpf_map_type map_type;
	__u32 key_size;
	__u32 value_size;
	__u32 max_entries;
	__u32 map_flags;
	__u32 id;
	char name[16];
};

struct bpf_prog_aux {
	__u32 used_map_cnt;
	__u32 max_rdwr_access;
	__u32 id;
	struct bpf_map **used_maps;
	char name[16];
};

struct bpf_prog {
	enum bpf_attach_type expected_attach_type;
	struct bpf_prog_aux *aux;
};

struct bpf_link {
	struct bpf_prog *prog;
};

struct key {
	__s32 serial;
};

#pragma clang attribute pop

#endif
