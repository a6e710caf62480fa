// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The BPF programs inside this binary, attached and pinned in EMBARGO_NEXT. They
 * allow everything until a policy is published to them. The only user of the
 * skeleton.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "embargo.skel.h"
#include "loader/internal.h"

EMBARGO_CLEANUP(struct embargo_embargo, embargo_embargo__destroy);
EMBARGO_CLEANUP(struct btf, btf__free);

/* libbpf's last complaint: the line that says why. */
static _Thread_local char complaint[256];

static int remember(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_WARN && !complaint[0]) {
		vsnprintf(complaint, sizeof(complaint), format, arguments);
		complaint[strcspn(complaint, "\n")] = 0;
	}
	if (getenv("EMBARGO_LIBBPF_LOG"))
		return vfprintf(stderr, format, arguments);
	return 0;
}

const void *embargo_programs_elf(size_t *ret_size)
{
	return embargo_embargo__elf_bytes(ret_size);
}

uint64_t embargo_build(void)
{
	uint64_t hash = EMBARGO_FNV_START;
	const unsigned char *bytes;
	size_t size;

	bytes = embargo_programs_elf(&size);
	for (size_t i = 0; i < size; i++)
		hash = embargo_fnv_byte(hash, bytes[i]);
	return hash;
}

/*
 * An instance already runs that writes the same events and counts alike: go on with its ring and counters,
 * so that no event and no count is lost by an upgrade.
 */
static int reuse_maps(struct embargo_embargo *skeleton)
{
	static const char *const names[] = {"embargo_events", "embargo_counters"};
	struct embargo_control control;
	_cleanup_close_ int fd = embargo_pin_open(EMBARGO_LIVE, "embargo_control");
	__u32 zero = 0;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	if (bpf_map_lookup_elem(fd, &zero, &control) < 0)
		return -errno;
	if (!EMBARGO_ABI_IS_KEPT(control.version))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		_cleanup_close_ int old = embargo_pin_open(EMBARGO_LIVE, names[i]);
		int r;

		if (old == -ENOENT)
			continue;
		if (old < 0)
			return old;
		r = bpf_map__reuse_fd(bpf_object__find_map_by_name(skeleton->obj, names[i]), old);
		if (r < 0)
			return r;
	}
	return 0;
}

static int set_control(struct embargo_embargo *skeleton, enum embargo_mode mode)
{
	struct embargo_control control = {
		.version = EMBARGO_ABI_VERSION,
		.mode = mode,
		.enforce = mode == EMBARGO_MODE_ENFORCE ? EMBARGO_ENFORCE_ALL : 0,
		.build = embargo_build(),
	};
	__u32 zero = 0;

	return bpf_map__update_elem(skeleton->maps.embargo_control, &zero, sizeof(zero), &control,
				    sizeof(control), BPF_ANY);
}

static bool reads_signers(const struct bpf_program *program)
{
	return !strncmp(bpf_program__name(program), "embargo_program_signer_", 23);
}

static int attach(const struct bpf_program *program, struct embargo_error *error)
{
	struct bpf_link *link;
	char path[256];
	int r;

	if (!bpf_program__autoload(program) || bpf_program__type(program) != BPF_PROG_TYPE_LSM)
		return 0;
	link = bpf_program__attach(program);
	if (!link)
		return embargo_fail(error, -errno, "cannot attach %s: %s", bpf_program__name(program),
				    strerror(errno));
	snprintf(path, sizeof(path), EMBARGO_NEXT "/links/%s", bpf_program__name(program));
	r = bpf_link__pin(link, path);
	bpf_link__destroy(link);
	if (r < 0)
		return embargo_fail(error, r, "cannot pin %s: %s", path, strerror(-r));
	return 0;
}

static int pin(struct embargo_embargo *skeleton, struct embargo_error *error)
{
	struct bpf_program *program;
	struct bpf_map *map;
	char path[256];
	int r;

	if (mkdir(EMBARGO_NEXT, 0700) < 0 || mkdir(EMBARGO_NEXT "/links", 0700) < 0)
		return embargo_fail(error, -errno, "cannot make " EMBARGO_NEXT ": %s", strerror(errno));
	bpf_object__for_each_map(map, skeleton->obj)
	{
		if (bpf_map__is_internal(map))
			continue;
		snprintf(path, sizeof(path), EMBARGO_NEXT "/%s", bpf_map__name(map));
		/* By descriptor: a map that was taken over is pinned in live/ already, which bpf_map__pin()
		 * minds. */
		if (bpf_obj_pin(bpf_map__fd(map), path) < 0)
			return embargo_fail(error, -errno, "cannot pin %s: %s", path, strerror(errno));
	}
	/* Of two on one hook that which was attached last runs first: who reads signers before who decides.
	 */
	for (int last = 0; last < 2; last++)
		bpf_object__for_each_program(program, skeleton->obj)
		{
			if (reads_signers(program) != last)
				continue;
			r = attach(program, error);
			if (r < 0)
				return r;
		}
	return 0;
}

/* Does this kernel have the hook, whether or not a program may sleep there? @function: bpf_lsm_… */
static bool has_hook(const struct btf *kernel, const char *function)
{
	return kernel && btf__find_by_name_kind(kernel, function, BTF_KIND_FUNC) >= 0;
}

/* What the programs must know of the kernel that its types do not tell. They do without what is not found. */
static void learn_symbols(struct embargo_embargo *skeleton)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);

	bpf_prog_test_run_opts(bpf_program__fd(skeleton->progs.embargo_symbols), &options);
}

bool embargo_instance_interpreters(void)
{
	return access(EMBARGO_LIVE "/links/embargo_file_post_open", F_OK) == 0 ||
	       access(EMBARGO_LIVE "/links/embargo_file_open", F_OK) == 0;
}

/* Tell the programs which of them is there. */
static void set_way(struct embargo_embargo *skeleton, enum embargo_files_way way)
{
	struct embargo_files files = {};
	__u32 zero = 0;

	bpf_map__lookup_elem(skeleton->maps.embargo_files, &zero, sizeof(zero), &files, sizeof(files), 0);
	if (way == EMBARGO_FILES_PAGE_CACHE && (!files.vmemmap || !files.page_offset))
		way = EMBARGO_FILES_UNREAD;
	files.way = way;
	bpf_map__update_elem(skeleton->maps.embargo_files, &zero, sizeof(zero), &files, sizeof(files),
			     BPF_ANY);
}

/* The programs for opened files, of which one at most is loaded. */
enum opened {
	OPENED_NONE,
	OPENED_BEFORE, /* on file_open, where no hash can be made */
	OPENED_AFTER,  /* on file_post_open */
};

static int load_programs(const struct btf *kernel, enum opened opened, enum embargo_files_way way,
			 struct embargo_embargo **ret_skeleton, struct embargo_error *error)
{
	/* 4: the verifier's statistics, for who makes the programs cheaper to verify. */
	LIBBPF_OPTS(bpf_object_open_opts, options, .kernel_log_level = getenv("EMBARGO_LIBBPF_LOG") ? 4 : 0);
	_cleanup_(embargo_embargo__destroyp) struct embargo_embargo *skeleton = NULL;
	int r;

	complaint[0] = 0;
	skeleton = embargo_embargo__open_opts(&options);
	if (!skeleton)
		return embargo_fail(error, -errno, "cannot open the BPF programs: %s", strerror(errno));
	bpf_program__set_autoload(skeleton->progs.embargo_file_post_open, opened == OPENED_AFTER);
	bpf_program__set_autoload(skeleton->progs.embargo_file_open, opened == OPENED_BEFORE);
	bpf_program__set_autoload(skeleton->progs.embargo_program_signer_dynptr, way == EMBARGO_FILES_DYNPTR);
	bpf_program__set_autoload(skeleton->progs.embargo_program_signer_cache,
				  way == EMBARGO_FILES_PAGE_CACHE);
	bpf_program__set_autoload(skeleton->progs.embargo_file_ioctl_compat,
				  has_hook(kernel, "bpf_lsm_file_ioctl_compat"));
	r = reuse_maps(skeleton);
	if (r < 0)
		return embargo_fail(error, r, "cannot take over the maps of what is in force: %s",
				    strerror(-r));
	r = embargo_embargo__load(skeleton);
	if (r == -ENOMEM)
		return embargo_fail(error, r,
				    "no kernel memory for the BPF programs and their maps: %s; free some or "
				    "raise the memory limit",
				    strerror(-r));
	if (r < 0)
		return embargo_fail(error, r,
				    "the kernel refuses the BPF programs (%s): %s; embargo doctor says more",
				    strerror(-r), complaint);
	*ret_skeleton = TAKE_PTR(skeleton);
	return 0;
}

static int load_any(const struct btf *kernel, enum opened opened, enum embargo_files_way way,
		    struct embargo_embargo **ret_skeleton, struct embargo_error *error)
{
	int r = load_programs(kernel, opened, way, ret_skeleton, error);

	/*
	 * file_post_open came with 6.9 (8f46ff5767b0), and programs on it may sleep from 6.11 on: whether
	 * they may shows when one is loaded. file_open can go when 6.1 is no longer supported.
	 */
	if (r < 0 && r != -ENOMEM && opened == OPENED_AFTER) {
		if (error)
			error->text[0] = 0;
		r = load_programs(kernel, OPENED_BEFORE, way, ret_skeleton, error);
	}
	return r;
}

int embargo_instance_create(enum embargo_mode mode, bool interpreters, struct embargo_error *error)
{
	_cleanup_(embargo_embargo__destroyp) struct embargo_embargo *skeleton = NULL;
	_cleanup_(btf__freep) struct btf *kernel = NULL;
	enum opened opened = OPENED_NONE;
	enum embargo_files_way way;
	int r;

	libbpf_set_print(remember);
	kernel = btf__load_vmlinux_btf(); /* large: read once for all that asks */
	way = embargo_files_way_of(kernel);
	if (interpreters)
		opened = has_hook(kernel, "bpf_lsm_file_post_open") ? OPENED_AFTER : OPENED_BEFORE;
	r = load_any(kernel, opened, way, &skeleton, error);
	/* Without it signers of programs are found by a scan, as long as embargo has been. */
	if (r < 0 && r != -ENOMEM && way != EMBARGO_FILES_UNREAD) {
		if (error)
			error->text[0] = 0;
		way = EMBARGO_FILES_UNREAD;
		r = load_any(kernel, opened, way, &skeleton, error);
	}
	if (r < 0)
		return r;
	r = set_control(skeleton, mode);
	if (r < 0)
		return embargo_fail(error, r, "cannot set the mode: %s", strerror(-r));
	learn_symbols(skeleton);
	set_way(skeleton, way);
	embargo_overlay_learn(bpf_map__fd(skeleton->maps.embargo_overlay), kernel);
	return pin(skeleton, error);
}
