// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The programs that a policy names as interpreters: by their paths, where root sees
 * them, and those that run already by their hashes. The exec hook sees what starts
 * from now on.
 */
#include <bpf/bpf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "bpf/match.h"
#include "loader/internal.h"
#include "policy/identity/identity.h"

#define STATX_WANTED (STATX_TYPE | STATX_INO | STATX_SIZE | STATX_MNT_ID)
#define BITS_SIZE (EMBARGO_INTERPRETER_BITS / 8)

/* Where the kernel keeps whose reads count. */
struct interpreters {
	int map;
	__u64 *bits;
};

static void interpreters_close(struct interpreters *interpreters)
{
	if (interpreters->bits)
		munmap(interpreters->bits, BITS_SIZE);
	if (interpreters->map >= 0)
		close(interpreters->map);
}

static int interpreters_open(struct interpreters *interpreters)
{
	_cleanup_close_ int bits = embargo_pin_open(EMBARGO_LIVE, "embargo_interpreter_bits");
	void *memory;

	interpreters->map = embargo_pin_open(EMBARGO_LIVE, "embargo_interpreters");
	if (interpreters->map < 0 || bits < 0)
		return interpreters->map < 0 ? interpreters->map : bits;
	memory = mmap(NULL, BITS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, bits, 0);
	if (memory == MAP_FAILED)
		return -errno;
	interpreters->bits = memory;
	return 0;
}

/* The exec hook does the same meanwhile. */
static void interpreters_add(const struct interpreters *interpreters,
			     const struct embargo_interpreter_key *which, int fd, __u64 generation)
{
	struct embargo_interpreter_value interpreter = {.generation = generation};
	__u32 bit = EMBARGO_INTERPRETER_BIT(which->inode);
	long version = 0;

	interpreter.inode_known = ioctl(fd, FS_IOC_GETVERSION, &version) == 0;
	interpreter.inode_generation = version;
	bpf_map_update_elem(interpreters->map, which, &interpreter, BPF_ANY);
	__atomic_fetch_or(&interpreters->bits[bit / 64], 1ULL << bit % 64, __ATOMIC_SEQ_CST);
}

/* `allow interpreter` takes out what another rule names. */
static bool names(embargo_packed_rule rule)
{
	return rule && EMBARGO_PACKED_KIND(rule) == EMBARGO_KIND_INTERPRETER &&
	       EMBARGO_PACKED_ACTION(rule) != EMBARGO_ACTION_ALLOW;
}

/* Content comes before the path: `allow interpreter sha256:` takes out what is named by its path. */
static bool exempt_by_hash(void *image, const struct embargo_image_header *header, int fd, __u64 size)
{
	struct embargo_digests digests;
	embargo_packed_rule rule;

	if (fd < 0 || !embargo_hash_possible(image, header, size, EMBARGO_FORMAT_ANY) ||
	    embargo_hash_fd(fd, 0, &digests, NULL) != 0)
		return false;
	rule = embargo_find_hash(image, header, digests.sha256);
	return rule && EMBARGO_PACKED_KIND(rule) == EMBARGO_KIND_INTERPRETER && !names(rule);
}

static bool named_by_hash(void *image, const struct embargo_image_header *header, int fd)
{
	struct embargo_digests digests;

	return embargo_hash_fd(fd, 0, &digests, NULL) == 0 &&
	       names(embargo_find_hash(image, header, digests.sha256));
}

/*
 * A process that ends meanwhile, or a kernel thread, has no program: no error. A program is opened only if it
 * may be named: some server does not answer, and a load must not wait for it because of a process of no
 * interest.
 */
static void fill_process(void *image, const struct interpreters *interpreters, int proc, const char *pid)
{
	const struct embargo_image_header *header = image;
	_cleanup_close_ int program = -1, fd = -1;
	struct embargo_interpreter_key which;
	struct statx st;
	char link[300];

	snprintf(link, sizeof(link), "%s/exe", pid);
	program = openat(proc, link, O_PATH | O_CLOEXEC);
	if (program < 0 || statx(program, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_WANTED, &st) < 0)
		return;
	if (!embargo_hash_possible(image, header, st.stx_size, EMBARGO_FORMAT_ANY))
		return;
	snprintf(link, sizeof(link), "self/fd/%d", program);
	fd = openat(proc, link, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || !named_by_hash(image, header, fd))
		return;
	which = (struct embargo_interpreter_key){.inode = st.stx_ino,
						 .device = embargo_place_device(proc, pid, &st)};
	interpreters_add(interpreters, &which, fd, header->generation);
}

/* Those that are named by their paths. */
static void fill_paths(void *image, const struct interpreters *interpreters, int proc)
{
	const struct embargo_image_header *header = image;
	_cleanup_close_ int root = embargo_places_root();
	struct embargo_interpreter_key which;
	const struct embargo_string_slot *string;
	const char *path;
	struct statx st;
	char link[64];
	__u32 slot;

	for (slot = 0; slot < header->strings.slots; slot++) {
		_cleanup_close_ int program = -1, fd = -1;

		string = embargo_image_path(image, slot, &path);
		if (!string || !names(string->target))
			continue;
		program = embargo_place_open(root, path, O_PATH);
		if (program < 0 ||
		    statx(program, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_WANTED, &st) < 0 ||
		    !S_ISREG(st.stx_mode))
			continue;
		snprintf(link, sizeof(link), "self/fd/%d", program);
		fd = openat(proc, link, O_RDONLY | O_CLOEXEC);
		if (exempt_by_hash(image, header, fd, st.stx_size))
			continue;
		which = (struct embargo_interpreter_key){
			.inode = st.stx_ino,
			.device = embargo_place_device(proc, "self", &st),
		};
		interpreters_add(interpreters, &which, fd, header->generation);
	}
}

static uint64_t named_by(int map, const void *key)
{
	struct embargo_interpreter_value value;

	return bpf_map_lookup_elem(map, key, &value) == 0 ? value.generation : UINT64_MAX;
}

/* Opens what both of the following need. Returns 0, or -errno and @error. */
static int begin(struct interpreters *interpreters, DIR **ret_proc, struct embargo_error *error)
{
	int r = interpreters_open(interpreters);

	if (r == 0) {
		*ret_proc = opendir("/proc");
		r = *ret_proc ? 0 : -errno;
	}
	return r < 0 ? embargo_fail(error, r, "cannot find the interpreters that run: %s", strerror(-r)) : 0;
}

int embargo_interpreters_fill(void *image, struct embargo_error *error)
{
	_cleanup_(interpreters_close) struct interpreters interpreters = {.map = -1};
	const struct embargo_image_header *header = image;
	_cleanup_closedir_ DIR *proc = NULL;
	int r;

	if (!header->interpreter_rules)
		return 0;
	r = begin(&interpreters, &proc, error);
	if (r < 0)
		return r;
	embargo_map_forget(interpreters.map, header->generation, named_by);
	fill_paths(image, &interpreters, dirfd(proc));
	return 0;
}

int embargo_interpreters_fill_running(void *image, struct embargo_error *error)
{
	_cleanup_(interpreters_close) struct interpreters interpreters = {.map = -1};
	const struct embargo_image_header *header = image;
	_cleanup_closedir_ DIR *proc = NULL;
	struct dirent *entry;
	int r;

	if (!header->interpreter_rules)
		return 0;
	r = begin(&interpreters, &proc, error);
	if (r < 0)
		return r;
	while ((entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			fill_process(image, &interpreters, dirfd(proc), entry->d_name);
	return 0;
}
