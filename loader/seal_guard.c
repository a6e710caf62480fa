// SPDX-License-Identifier: GPL-2.0-or-later
/* What a seal guards: every program of ours that is attached, and every map that they or the loader use. */
#include <bpf/bpf.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader/internal.h"
#include "loader/seal.h"

#define MAPS_MAX 64 /* of one program */
#define TRIES 40
#define PAUSE_MS 25

struct guard {
	int ids; /* map embargo_seal_ids */
	struct embargo_error *error;
};

static int put_id(const struct guard *guard, __u32 kind, __u32 id)
{
	struct embargo_seal_key key = {.kind = kind, .id = id};
	__u32 one = 1;

	if (bpf_map_update_elem(guard->ids, &key, &one, BPF_ANY) == 0)
		return 0;
	return embargo_fail(guard->error, -errno, "cannot note what is to be guarded: %s", strerror(errno));
}

/* A map that is guarded, and what would take it in. */
static int put_map(const struct guard *guard, const struct bpf_map_info *info)
{
	int r = put_id(guard, EMBARGO_SEAL_MAP, info->id);

	return r
		       ?: put_id(guard, EMBARGO_SEAL_SHAPE,
				 embargo_seal_shape(info->type, info->key_size, info->value_size,
						    info->map_flags, info->max_entries));
}

/* Note map @id. @freeze: from now on programs alone write to it, whatever descriptors there are. */
static int guard_map(const struct guard *guard, __u32 id, bool freeze)
{
	_cleanup_close_ int fd = bpf_map_get_fd_by_id(id);
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return embargo_fail(guard->error, -errno, "cannot open map %u: %s", id, strerror(errno));
	if (info.type == BPF_MAP_TYPE_RINGBUF)
		return freeze ? 0 : put_id(guard, EMBARGO_SEAL_RING, id);
	if (!freeze)
		return put_map(guard, &info);
	/* The one that says that it is sealed comes last. */
	if (!strncmp(info.name, "embargo_seal_co", 15) || embargo_fdinfo(fd, "frozen") || !bpf_map_freeze(fd))
		return 0;
	return embargo_fail(guard->error, -errno,
			    "map '%s' cannot be frozen (%s), for somebody may write to its memory: embargo "
			    "unload, load and seal again",
			    info.name, strerror(errno));
}

/* A program whose link is pinned, and the maps that it uses. */
static int guard_link(const struct guard *guard, const char *path, bool freeze)
{
	_cleanup_close_ int fd = bpf_obj_get(path), program = -1;
	struct bpf_link_info link = {0};
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(link), maps[MAPS_MAX], i;
	int r = 0;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &link, &size) < 0)
		return embargo_fail(guard->error, -errno, "cannot open %s: %s", path, strerror(errno));
	program = bpf_prog_get_fd_by_id(link.prog_id);
	info.nr_map_ids = MAPS_MAX;
	info.map_ids = (uintptr_t)maps;
	size = sizeof(info);
	if (program < 0 || bpf_obj_get_info_by_fd(program, &info, &size) < 0)
		return embargo_fail(guard->error, -errno, "cannot look at the program of %s: %s", path,
				    strerror(errno));
	if (!freeze)
		r = put_id(guard, EMBARGO_SEAL_PROGRAM, link.prog_id);
	for (i = 0; r == 0 && i < info.nr_map_ids && i < MAPS_MAX; i++)
		r = guard_map(guard, maps[i], freeze);
	return r;
}

static int guard_links(const struct guard *guard, const char *directory, bool freeze)
{
	_cleanup_closedir_ DIR *dir = opendir(directory);
	struct dirent *entry;
	char path[PATH_MAX];
	int r = 0;

	if (!dir)
		return embargo_fail(guard->error, -errno, "cannot read %s: %s", directory, strerror(errno));
	while (r == 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		r = guard_link(guard, path, freeze);
	}
	return r;
}

/* The image of the policy, which is an inner map of one. */
static int guard_image(const struct guard *guard)
{
	_cleanup_close_ int policy = embargo_pin_open(EMBARGO_LIVE, "embargo_policy");
	__u32 zero = 0, id;
	int r;

	if (policy < 0 || bpf_map_lookup_elem(policy, &zero, &id) < 0)
		return embargo_fail(guard->error, -errno, "no policy is published: %s", strerror(errno));
	r = guard_map(guard, id, false);
	return r ?: guard_map(guard, id, true);
}

/* Maps that only the loader uses, and the image. */
static int guard_pins(const struct guard *guard)
{
	_cleanup_closedir_ DIR *dir = opendir(EMBARGO_LIVE);
	struct dirent *entry;
	int r = guard_image(guard);

	while (dir && r == 0 && (entry = readdir(dir))) {
		_cleanup_close_ int fd = -1;
		struct bpf_map_info info = {0};
		__u32 size = sizeof(info);

		if (entry->d_name[0] == '.' || entry->d_type == DT_DIR)
			continue;
		fd = embargo_pin_open(EMBARGO_LIVE, entry->d_name);
		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
			return embargo_fail(guard->error, -EIO, "cannot open %s/%s", EMBARGO_LIVE,
					    entry->d_name);
		r = guard_map(guard, info.id, false);
		if (r == 0)
			r = guard_map(guard, info.id, true);
	}
	return r;
}

/* Does a program that is not guarded use a map that is? */
static int foreign_user(const struct guard *guard, __u32 *ret_program)
{
	__u32 id = 0, one, maps[MAPS_MAX];

	while (!bpf_prog_get_next_id(id, &id)) {
		_cleanup_close_ int fd = bpf_prog_get_fd_by_id(id);
		struct bpf_prog_info info = {.nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)maps};
		struct embargo_seal_key key = {.kind = EMBARGO_SEAL_PROGRAM, .id = id};
		__u32 size = sizeof(info);

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0 ||
		    !bpf_map_lookup_elem(guard->ids, &key, &one))
			continue;
		for (__u32 i = 0; i < info.nr_map_ids && i < MAPS_MAX; i++) {
			key = (struct embargo_seal_key){.kind = EMBARGO_SEAL_MAP, .id = maps[i]};
			if (!bpf_map_lookup_elem(guard->ids, &key, &one)) {
				*ret_program = id;
				return 1;
			}
		}
	}
	return 0;
}

/* A program of somebody else could write to what it has of ours. Those of a policy of before go in a moment.
 */
static int nobody_else(const struct guard *guard)
{
	__u32 program = 0;

	for (int i = 0; i < TRIES; i++) {
		if (!foreign_user(guard, &program))
			return 0;
		poll(NULL, 0, PAUSE_MS);
	}
	return embargo_fail(guard->error, -EBUSY,
			    "BPF program %u is not one of embargo's and uses a map of it: end it first",
			    program);
}

int embargo_seal_guard(int ids, struct embargo_error *error)
{
	const struct guard guard = {.ids = ids, .error = error};
	int r = 0;

	/* All is noted before the map that it is noted in is frozen, with the others. */
	for (int freeze = 0; r == 0 && freeze < 2; freeze++) {
		r = guard_links(&guard, EMBARGO_LIVE "/links", freeze);
		if (r == 0)
			r = guard_links(&guard, EMBARGO_SEAL "/links", freeze);
		if (r == 0 && !freeze)
			r = guard_pins(&guard);
	}
	return r ?: nobody_else(&guard);
}
