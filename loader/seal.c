// SPDX-License-Identifier: GPL-2.0-or-later
/* Seal what is in force; see seal.h. The only user of the skeleton of bpf/seal/. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "loader/internal.h"
#include "loader/seal.h"
#include "seal.skel.h"

#define PAGES_PER_MIB ((1U << 20) / EMBARGO_PAGE_SIZE)
#define ROOM_MIB 4 /* unless what is sealed is larger */

EMBARGO_CLEANUP(struct embargo_seal, embargo_seal__destroy);
EMBARGO_CLEANUP(struct btf, btf__free);

const void *embargo_seal_elf(size_t *ret_size)
{
	return embargo_seal__elf_bytes(ret_size);
}

/* What is done so far. */
struct sealing {
	struct embargo_seal *skeleton;
	struct embargo_seal_config config;
	struct embargo_error *error;
};

/* Numbers of the kernel's enum of what lockdown refuses, which differ from kernel to kernel. */
static int learn_reasons(struct sealing *sealing)
{
	_cleanup_(btf__freep) struct btf *kernel = btf__load_vmlinux_btf();
	int id = kernel ? btf__find_by_name_kind(kernel, "lockdown_reason", BTF_KIND_ENUM) : -1;
	const struct btf_type *type = id > 0 ? btf__type_by_id(kernel, id) : NULL;
	const struct btf_enum *value = type ? btf_enum(type) : NULL;

	for (int i = 0; value && i < btf_vlen(type); i++, value++) {
		const char *name = btf__name_by_offset(kernel, value->name_off);

		if (!strcmp(name, "LOCKDOWN_INTEGRITY_MAX"))
			sealing->config.integrity = value->val;
		if (!strcmp(name, "LOCKDOWN_MODULE_SIGNATURE"))
			sealing->config.unsigned_module = value->val;
	}
	if (!sealing->config.integrity || !sealing->config.unsigned_module)
		return embargo_fail(
			sealing->error, -EOPNOTSUPP,
			"this kernel has no reasons of lockdown: sealing would not keep its memory");
	return 0;
}

/* Maps of what is in force, that the programs of the seal have too. */
static const char *const of_live[] = {"embargo_events", "embargo_policy", "embargo_control"};

static bool is_of_live(const struct bpf_map *map)
{
	for (size_t i = 0; i < sizeof(of_live) / sizeof(*of_live); i++)
		if (!strcmp(bpf_map__name(map), of_live[i]))
			return true;
	return false;
}

static int attach(const struct sealing *sealing)
{
	struct bpf_program *program;
	struct bpf_map *map;
	char path[256];
	int r;

	if (mkdir(EMBARGO_SEAL, 0700) < 0 || mkdir(EMBARGO_SEAL "/links", 0700) < 0)
		return embargo_fail(sealing->error, -errno, "cannot make " EMBARGO_SEAL ": %s",
				    strerror(errno));
	bpf_object__for_each_map(map, sealing->skeleton->obj)
	{
		if (bpf_map__is_internal(map) || is_of_live(map))
			continue;
		snprintf(path, sizeof(path), EMBARGO_SEAL "/%s", bpf_map__name(map));
		if (bpf_obj_pin(bpf_map__fd(map), path) < 0)
			return embargo_fail(sealing->error, -errno, "cannot pin %s: %s", path,
					    strerror(errno));
	}
	bpf_object__for_each_program(program, sealing->skeleton->obj)
	{
		struct bpf_link *link = bpf_program__attach(program);

		if (!link)
			return embargo_fail(sealing->error, -errno, "cannot attach %s: %s",
					    bpf_program__name(program), strerror(errno));
		snprintf(path, sizeof(path), EMBARGO_SEAL "/links/%s", bpf_program__name(program));
		r = bpf_link__pin(link, path);
		bpf_link__destroy(link);
		if (r < 0)
			return embargo_fail(sealing->error, r, "cannot pin %s: %s", path, strerror(-r));
	}
	return 0;
}

static int load(struct sealing *sealing)
{
	int r = 0;

	sealing->skeleton = embargo_seal__open();
	if (!sealing->skeleton)
		return embargo_fail(sealing->error, -errno, "cannot open the BPF programs: %s",
				    strerror(errno));
	for (size_t i = 0; r == 0 && i < sizeof(of_live) / sizeof(*of_live); i++) {
		_cleanup_close_ int fd = embargo_pin_open(EMBARGO_LIVE, of_live[i]);

		r = fd < 0 ? fd
			   : bpf_map__reuse_fd(
				     bpf_object__find_map_by_name(sealing->skeleton->obj, of_live[i]), fd);
	}
	if (r == 0)
		r = embargo_seal__load(sealing->skeleton);
	return r < 0 ? embargo_fail(sealing->error, r, "the kernel refuses the BPF programs of the seal: %s",
				    strerror(-r))
		     : 0;
}

static int set_config(const struct sealing *sealing)
{
	__u32 zero = 0;
	int r = bpf_map__update_elem(sealing->skeleton->maps.embargo_seal_config, &zero, sizeof(zero),
				     &sealing->config, sizeof(sealing->config), BPF_ANY);

	return r < 0 ? embargo_fail(sealing->error, r, "cannot write the record of the seal: %s",
				    strerror(-r))
		     : 0;
}

/* Where the images of updates go. Nobody else maps or writes to them from the first moment on. */
static int make_room(const struct sealing *sealing)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	int policy = bpf_map__fd(sealing->skeleton->maps.embargo_policy);

	for (__u32 slot = 1; sealing->config.room && slot < EMBARGO_SLOTS; slot++) {
		_cleanup_close_ int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "embargo_update", sizeof(__u32),
							EMBARGO_PAGE_SIZE, sealing->config.room, &options);

		if (fd < 0 || bpf_map_freeze(fd) < 0 || bpf_map_update_elem(policy, &slot, &fd, BPF_ANY) < 0)
			return embargo_fail(sealing->error, -errno,
					    "no kernel memory for updates of twice %u MiB (%s): give less "
					    "with --room",
					    sealing->config.room / PAGES_PER_MIB, strerror(errno));
	}
	return 0;
}

static void leave_room(const struct sealing *sealing)
{
	int policy = sealing->skeleton ? bpf_map__fd(sealing->skeleton->maps.embargo_policy) : -1;

	for (__u32 slot = 1; policy >= 0 && slot < EMBARGO_SLOTS; slot++)
		bpf_map_delete_elem(policy, &slot);
}

/* Whatever generation an update gets, it is enforced. */
static int enforce(const struct sealing *sealing)
{
	const struct bpf_map *map = sealing->skeleton->maps.embargo_control;
	struct embargo_control control;
	__u32 zero = 0;
	int r = bpf_map__lookup_elem(map, &zero, sizeof(zero), &control, sizeof(control), 0);

	control.enforce = EMBARGO_ENFORCE_ALL;
	if (r == 0)
		r = bpf_map__update_elem(map, &zero, sizeof(zero), &control, sizeof(control), BPF_EXIST);
	return r < 0 ? embargo_fail(sealing->error, r, "cannot set the mode: %s", strerror(-r)) : 0;
}

/* The programs see which directory, in which mount, has the pins. */
static int show_pins(const struct sealing *sealing)
{
	_cleanup_close_ int fd = open(EMBARGO_PIN_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct embargo_seal_state state = {0};
	__u32 zero = 0;

	if (fd < 0 ||
	    bpf_map__lookup_elem(sealing->skeleton->maps.embargo_seal_state, &zero, sizeof(zero), &state,
				 sizeof(state), 0) < 0 ||
	    !state.mount)
		return embargo_fail(sealing->error, -EIO,
				    "the programs of the seal are not called: embargo doctor says more");
	return 0;
}

static int seal(struct sealing *sealing)
{
	struct timespec now;
	int r;

	r = load(sealing);
	if (r == 0)
		r = enforce(sealing);
	if (r == 0)
		r = make_room(sealing);
	if (r == 0)
		r = set_config(sealing);
	if (r == 0)
		r = attach(sealing);
	if (r == 0)
		r = show_pins(sealing);
	if (r == 0)
		r = embargo_seal_guard(bpf_map__fd(sealing->skeleton->maps.embargo_seal_ids),
				       sealing->config.room != 0, sealing->error);
	if (r < 0)
		return r;
	clock_gettime(CLOCK_REALTIME, &now);
	sealing->config.time = now.tv_sec * 1000000000ULL + now.tv_nsec;
	sealing->config.sealed = 1;
	r = set_config(sealing);
	/* Nobody may ask for the map to write any more; who had it before is stopped by this. */
	if (r == 0 && bpf_map_freeze(bpf_map__fd(sealing->skeleton->maps.embargo_seal_config)) < 0)
		return embargo_fail(
			sealing->error, -errno,
			"sealed, but whoever had the record of the seal open may still write to it: "
			"%s",
			strerror(errno));
	return r;
}

/* What an update must be called, and be newer than. Without a name there are no updates. */
static int learn_policy(struct sealing *sealing, uint64_t generation)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;
	const struct embargo_file *file;
	const char *name;
	int r = embargo_policydb_open(EMBARGO_POLICYDB_LINK, &policydb);

	if (r == -ENOMEM)
		return embargo_fail(sealing->error, r, "%s", strerror(ENOMEM));
	if (r < 0 || policydb->generation != generation || !policydb->set.file_count)
		return 0;
	file = &policydb->set.files[0];
	name = embargo_string(&policydb->set, file->name);
	if (!file->name || !file->version || strlen(name) >= sizeof(sealing->config.policy))
		return 0;
	memcpy(sealing->config.policy, name, strlen(name));
	sealing->config.policy_version = file->version;
	return 0;
}

/* @room: in MiB; EMBARGO_SEAL_ROOM_DEFAULT: twice what is in force needs. */
static int plan_room(struct sealing *sealing, unsigned int room, __u32 pages)
{
	__u32 wanted = (pages * 2 + PAGES_PER_MIB - 1) / PAGES_PER_MIB;

	if (room == EMBARGO_SEAL_ROOM_DEFAULT)
		room = !sealing->config.policy[0] ? 0 : wanted > ROOM_MIB ? wanted : ROOM_MIB;
	if (room > EMBARGO_SEAL_ROOM_MAX / PAGES_PER_MIB)
		return embargo_fail(sealing->error, -E2BIG,
				    "room for updates of %u MiB is too much: %u at most", room,
				    EMBARGO_SEAL_ROOM_MAX / PAGES_PER_MIB);
	if (room && !sealing->config.policy[0])
		return embargo_fail(sealing->error, -ENOENT,
				    "the policy in force has no name or no version, so that no update can be "
				    "made for it: seal without --room");
	sealing->config.room = room * PAGES_PER_MIB;
	return 0;
}

static int ready(struct sealing *sealing, unsigned int room)
{
	struct embargo_error *error = sealing->error;
	struct embargo_status status;
	int r = embargo_get_status(&status, error);

	if (r < 0)
		return r;
	if (!status.loaded || status.interrupted)
		return embargo_fail(error, -ENOENT, "no policy is in force: embargo load POLICY first");
	if (status.other_build)
		return embargo_fail(error, -ESTALE,
				    "another version of embargo is in force: load the policy again first");
	if (status.mode != EMBARGO_MODE_ENFORCE)
		return embargo_fail(error, -EPERM,
				    "the policy is in audit mode, and would stay in it: embargo mode enforce "
				    "first");
	if (status.ftrace_off)
		return embargo_fail(error, -EPERM,
				    "kernel.ftrace_enabled is 0, so that no program is called: sysctl "
				    "kernel.ftrace_enabled=1 first");
	if (embargo_instance_interpreters())
		sealing->config.flags |= EMBARGO_SEAL_INTERPRETERS;
	r = learn_policy(sealing, status.header.generation);
	if (r == 0)
		r = plan_room(sealing, room, status.header.pages);
	return r ?: embargo_seal_obstacle(error);
}

int embargo_seal(const struct embargo_seal_certificate *list, size_t count, unsigned int flags,
		 unsigned int room, struct embargo_error *error)
{
	struct sealing sealing = {
		.error = error,
		.config = {
			.version = EMBARGO_SEAL_VERSION, .sealer = getpid(), .flags = flags, .keys = count}};
	_cleanup_close_ int locked = embargo_loader_lock(error);
	int r;

	if (locked < 0)
		return locked;
	if (embargo_seal_holds())
		return embargo_fail(error, -EALREADY, "it is sealed already, until reboot");
	if (count > EMBARGO_SEAL_KEYS)
		return embargo_fail(error, -E2BIG, "%zu certificates are too many: %d at most", count,
				    EMBARGO_SEAL_KEYS);
	r = ready(&sealing, room);
	if (r == 0)
		r = learn_reasons(&sealing);
	if (r == 0)
		r = embargo_seal_keyring(list, count, &sealing.config.keyring, &sealing.config.anchor, error);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		memcpy(sealing.config.key[i], list[i].name, EMBARGO_SEAL_NAME_SIZE);
	embargo_pins_remove(EMBARGO_SEAL); /* of a sealing that was killed */
	r = seal(&sealing);
	if (r < 0 && !embargo_seal_holds()) {
		leave_room(&sealing);
		embargo_pins_remove(EMBARGO_SEAL);
	}
	embargo_seal__destroy(sealing.skeleton);
	return r;
}
