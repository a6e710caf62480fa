// SPDX-License-Identifier: GPL-2.0-only
/*
 * What bpf(2) does to our maps, programs and links, in the order of a call: bpf, then bpf_map and bpf_prog
 * when a descriptor is made. Descriptors of before the sealing are looked up in the caller's table; what
 * another thread may put there between this look and the kernel's is no way in: the maps are frozen.
 */
#include "bpf/seal/guard.bpf.h"
#include <bpf/bpf_tracing.h>

/* @field of the request, which the kernel has copied already. */
#define ARGUMENT(attr, field)                                                                                \
	({                                                                                                   \
		__u32 value_ = 0;                                                                            \
		bpf_probe_read_kernel(&value_, sizeof(value_),                                               \
				      (void *)(attr) + __builtin_offsetof(union bpf_attr, field));           \
		value_;                                                                                      \
	})

/* What a descriptor of the caller stands for: its private_data. 0: there is none such. */
EMBARGO_GLOBAL __u64 embargo_seal_object(__u32 fd)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file = 0;

	if (fd >= BPF_CORE_READ(table, max_fds))
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return file ? (__u64)BPF_CORE_READ(file, private_data) : 0;
}

static __always_inline int refuse_map(__u32 fd)
{
	struct bpf_map *map = (void *)embargo_seal_object(fd);
	__u32 id = map ? BPF_CORE_READ(map, id) : 0;

	if (!embargo_is_guarded(EMBARGO_SEAL_MAP, id) && !embargo_is_guarded(EMBARGO_SEAL_RING, id))
		return 0;
	return embargo_tamper(EMBARGO_TAMPER_MAP,
			      embargo_address(map) + bpf_core_field_offset(struct bpf_map, name));
}

static __always_inline int refuse_program(struct bpf_prog *program, __u32 what)
{
	struct bpf_prog_aux *aux = program ? BPF_CORE_READ(program, aux) : 0;

	if (!aux || !embargo_is_guarded(EMBARGO_SEAL_PROGRAM, BPF_CORE_READ(aux, id)))
		return 0;
	return embargo_tamper(what, embargo_address(aux) + bpf_core_field_offset(struct bpf_prog_aux, name));
}

static __always_inline int refuse_link(__u32 fd)
{
	struct bpf_link *link = (void *)embargo_seal_object(fd);

	return link ? refuse_program(BPF_CORE_READ(link, prog), EMBARGO_TAMPER_LINK) : 0;
}

/* A program of BPF_MODIFY_RETURN stands before a function: it could answer for security_bpf(). */
static __always_inline int refuse_attach(__u32 fd)
{
	struct bpf_prog *program = (void *)embargo_seal_object(fd);
	struct bpf_prog_aux *aux;

	if (!program || BPF_CORE_READ(program, expected_attach_type) != BPF_MODIFY_RETURN)
		return 0;
	aux = BPF_CORE_READ(program, aux);
	return embargo_tamper(EMBARGO_TAMPER_RETURN,
			      embargo_address(aux) + bpf_core_field_offset(struct bpf_prog_aux, name));
}

SEC("lsm/bpf")
int BPF_PROG(embargo_seal_bpf, int cmd, union bpf_attr *attr, unsigned int size)
{
	const struct embargo_seal_config *config = embargo_sealed();
	int r;

	if (!config)
		return 0;
	switch (cmd) {
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_DELETE_ELEM:
	case BPF_MAP_LOOKUP_AND_DELETE_ELEM:
		return refuse_map(ARGUMENT(attr, map_fd));
	case BPF_MAP_FREEZE: /* the last thing that the sealing does, when it is sealed already */
		return config->sealer == bpf_get_current_pid_tgid() >> 32
			       ? 0
			       : refuse_map(ARGUMENT(attr, map_fd));
	case BPF_MAP_UPDATE_BATCH:
	case BPF_MAP_DELETE_BATCH:
	case BPF_MAP_LOOKUP_AND_DELETE_BATCH:
		return refuse_map(ARGUMENT(attr, batch.map_fd));
	case BPF_LINK_UPDATE:
	case BPF_LINK_DETACH:
		return refuse_link(ARGUMENT(attr, link_detach.link_fd));
	case BPF_PROG_LOAD:
		if (ARGUMENT(attr, expected_attach_type) == BPF_MODIFY_RETURN)
			return embargo_tamper(EMBARGO_TAMPER_RETURN, 0);
		return refuse_program((void *)embargo_seal_object(ARGUMENT(attr, attach_prog_fd)),
				      EMBARGO_TAMPER_PROGRAM);
	case BPF_RAW_TRACEPOINT_OPEN:
		return refuse_attach(ARGUMENT(attr, raw_tracepoint.prog_fd));
	case BPF_LINK_CREATE:
		r = refuse_attach(ARGUMENT(attr, link_create.prog_fd));
		return r ? r
			 : refuse_program((void *)embargo_seal_object(ARGUMENT(attr, link_create.target_fd)),
					  EMBARGO_TAMPER_PROGRAM);
	}
	return 0;
}

/* Reading is free. */
SEC("lsm/bpf_map")
int BPF_PROG(embargo_seal_bpf_map, struct bpf_map *map, unsigned int mode)
{
	if (!(mode & FMODE_WRITE) || !embargo_sealed() || !embargo_is_guarded(EMBARGO_SEAL_MAP, map->id))
		return 0;
	return embargo_tamper(EMBARGO_TAMPER_MAP,
			      embargo_address(map) + bpf_core_field_offset(struct bpf_map, name));
}

struct use {
	struct bpf_map **maps;
	__u32 found;
};

EMBARGO_STEP use_step(__u32 index, void *context)
{
	struct use *use = context;
	struct bpf_map *map = 0, *meta;
	__u32 id;

	bpf_probe_read_kernel(&map, sizeof(map), use->maps + index);
	if (!map)
		return 0;
	id = BPF_CORE_READ(map, id);
	meta = BPF_CORE_READ(map, inner_map_meta);
	if (!embargo_is_guarded(EMBARGO_SEAL_MAP, id) && !embargo_is_guarded(EMBARGO_SEAL_RING, id) &&
	    !(meta &&
	      embargo_is_guarded(EMBARGO_SEAL_SHAPE, embargo_seal_shape(BPF_CORE_READ(meta, map_type),
									BPF_CORE_READ(meta, key_size),
									BPF_CORE_READ(meta, value_size),
									BPF_CORE_READ(meta, map_flags),
									BPF_CORE_READ(meta, max_entries)))))
		return 0;
	use->found = 1;
	return 1;
}

/*
 * Could it write to a map of ours? Neither that a map is frozen nor that its descriptor is for reading keeps
 * a program from it. One that has the map itself, or a map of maps that takes ours in, or that is an iterator
 * over the elements of any map, and changes them. Asked when its descriptor is made, when it is verified and
 * nothing of it changes any more.
 */
EMBARGO_GLOBAL int embargo_seal_is_user(__u64 program)
{
	struct bpf_prog_aux *aux = BPF_CORE_READ((struct bpf_prog *)program, aux);
	struct use use = {.maps = BPF_CORE_READ(aux, used_maps)};

	if (BPF_CORE_READ((struct bpf_prog *)program, expected_attach_type) == BPF_TRACE_ITER &&
	    BPF_CORE_READ(aux, max_rdwr_access))
		return 1;
	bpf_loop(BPF_CORE_READ(aux, used_map_cnt), use_step, &use, 0);
	return use.found;
}

SEC("lsm/bpf_prog")
int BPF_PROG(embargo_seal_bpf_prog, struct bpf_prog *program)
{
	struct bpf_prog_aux *aux;
	int r;

	if (!embargo_sealed())
		return 0;
	r = refuse_program(program, EMBARGO_TAMPER_PROGRAM);
	if (r || !embargo_seal_is_user(embargo_address(program)))
		return r;
	aux = program->aux;
	return embargo_tamper(EMBARGO_TAMPER_USE,
			      embargo_address(aux) + bpf_core_field_offset(struct bpf_prog_aux, name));
}

char LICENSE[] SEC("license") __weak = "GPL";
